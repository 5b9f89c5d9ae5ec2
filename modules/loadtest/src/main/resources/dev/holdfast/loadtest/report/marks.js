// Faults, recoveries and phases in a chart over time, numbered as in the table of events.

const MARK_ROWS = 2;
const MARK_ROW = 15;
const MARK_COLOURS = {fault: 'bad', recovery: 'good'};

const markColour = mark => MARK_COLOURS[mark.kind] || 'soft';

function marksPlugin(marks) {
  return {id: 'marks', beforeDatasetsDraw: chart => drawMarks(chart, marks)};
}

function drawMarks(chart, marks) {
  const {ctx, chartArea: area, scales: {x}} = chart;
  const ends = new Array(MARK_ROWS).fill(-Infinity);
  ctx.save();
  ctx.font = '600 11px ' + Chart.defaults.font.family;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  marks.forEach((mark, i) => {
    const at = x.getPixelForValue(Math.min(Math.max(mark.t, x.min), x.max));
    ctx.strokeStyle = ctx.fillStyle = theme(markColour(mark));
    drawLine(ctx, at, area, mark.kind);
    drawNumber(ctx, String(i + 1), Math.min(at, chart.width - 8), area.top, ends);
  });
  ctx.restore();
}

function drawLine(ctx, at, area, kind) {
  ctx.beginPath();
  ctx.setLineDash(kind === 'fault' ? [] : kind === 'recovery' ? [6, 3] : [2, 4]);
  ctx.lineWidth = kind === 'fault' ? 1.5 : 1;
  ctx.moveTo(at, area.top);
  ctx.lineTo(at, area.bottom);
  ctx.stroke();
}

/** In the first row that has room; where none has, the line stands alone. */
function drawNumber(ctx, text, at, top, ends) {
  const half = ctx.measureText(text).width / 2 + 3;
  const row = ends.findIndex(end => at - half > end);
  if (row < 0) return;
  ends[row] = at + half;
  ctx.fillText(text, at, top - 8 - row * MARK_ROW);
}

function marksTable(marks) {
  return table('Events', [{title: 'event'}, {title: 'at', number: true}, {title: 'kind'}, {title: 'what', text: true}],
    marks.map((mark, i) => [
      el('span', {class: 'badge ' + (mark.kind === 'fault' ? 'bad' : mark.kind === 'recovery' ? 'good' : 'plain')}, i + 1),
      clock(mark.t), mark.kind, mark.text]), true);
}
