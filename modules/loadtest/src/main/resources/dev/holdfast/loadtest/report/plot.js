// Line charts, with a legend that is HTML: it wraps, and the keyboard reaches it.

const plots = [];
const COLOURS = 8;

const theme = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
const colour = number => 'c' + (number % COLOURS);

/**
 * spec: title, note, unit, lines: [{label, colour, dash, points: [{x, y}], unit, right}], x: a scale, log: y logarithmic,
 * marks: faults and phases, heading(x): of the tooltip, rows: {columns, rows()} of the text equivalent, wide.
 */
function plot(spec) {
  const canvas = el('canvas', {role: 'img', 'aria-label': spec.title + '. Lines: ' + spec.lines.map(line => line.label).join(', ') + '. The table below has the same figures.'});
  const legend = el('div', {class: 'legend', role: 'group', 'aria-label': 'Lines of ' + spec.title});
  const figure = el('figure', {class: 'card' + (spec.wide ? ' wide' : '')},
    el('figcaption', null, el('h3', null, spec.title), spec.note ? el('p', {class: 'soft'}, spec.note) : null),
    legend, el('div', {class: 'canvas'}, canvas),
    folded('The figures as a table', () => tall(table(spec.title, spec.rows.columns, spec.rows.rows()))));
  plots.push({spec, canvas, legend, chart: null, log: Boolean(spec.log)});
  return figure;
}

function tall(region) {
  region.classList.add('tall');
  return region;
}

/** Once all figures stand in the page: a chart needs its width. */
function drawPlots() {
  Chart.defaults.animation = false;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  plots.forEach(drawPlot);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plots.forEach(paint));
  addEventListener('beforeprint', () => forPaper(true));
  addEventListener('afterprint', () => forPaper(false));
}

function drawPlot(plot) {
  const {spec, canvas} = plot;
  plot.chart = new Chart(canvas, {
    type: 'line',
    data: {datasets: spec.lines.map(dataset)},
    options: options(plot),
    plugins: spec.marks ? [marksPlugin(spec.marks)] : []
  });
  plot.chart.data.datasets.forEach((line, i) => plot.legend.append(legendButton(plot, i)));
  if (spec.log !== undefined) plot.legend.append(scaleButton(plot));
  paint(plot);
}

function dataset(line) {
  return {
    label: line.label, data: line.points, yAxisID: line.right ? 'right' : 'y', borderDash: line.dash || [],
    borderWidth: 2, pointRadius: ({dataIndex}) => alone(line.points, dataIndex) ? 2.5 : 0, pointHoverRadius: 4, pointHitRadius: 8, spanGaps: false
  };
}

/** No line leads to it. */
const alone = (points, i) => !isNumber(points[i - 1]?.y) && !isNumber(points[i + 1]?.y);

function options({spec, log}) {
  const scales = {x: spec.x(), y: yScale(spec.unit, log)};
  const right = spec.lines.find(line => line.right);
  if (right) scales.right = {...yScale(right.unit, false), position: 'right', grid: {drawOnChartArea: false}};
  return {
    responsive: true, maintainAspectRatio: false, scales,
    layout: {padding: {top: spec.marks && spec.marks.length ? MARK_ROWS * MARK_ROW : 4, right: 10}},
    interaction: {mode: spec.marks ? 'index' : 'nearest', axis: spec.marks ? 'x' : 'xy', intersect: false},
    plugins: {legend: {display: false}, decimation: {enabled: false}, tooltip: {
      callbacks: {
        title: items => items.length ? spec.heading(items[0].raw.x) : '',
        label: item => shortened(item.dataset.label) + ': ' + quantity(item.raw.y, spec.lines[item.datasetIndex].unit ?? spec.unit)
      }
    }}
  };
}

const shortened = text => text.length > 48 ? text.slice(0, 47) + '…' : text;

function yScale(unit, log) {
  const ticks = {callback: value => quantity(value, unit), maxTicksLimit: 8};
  if (!log) return {type: 'linear', beginAtZero: true, ticks, title: {display: false}};
  return {type: 'logarithmic', ticks: {...ticks, autoSkip: true}, afterBuildTicks: scale => {
    const wide = Math.log10(scale.max / scale.min) > 2.5;
    const kept = wide ? [1] : [1, 2, 5];
    const some = scale.ticks.filter(tick => kept.includes(Number((tick.value / 10 ** Math.floor(Math.log10(tick.value) + 1e-9)).toPrecision(3))));
    if (some.length > 1) scale.ticks = some;
  }};
}

/** Seconds; as many ticks as there is room for. */
function timeScale(end) {
  return () => ({type: 'linear', min: 0, max: end, ticks: {autoSkip: false, maxRotation: 0, callback: clock}, afterBuildTicks: scale => {
    const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
    const step = steps.find(each => end / each <= Math.max(2, scale.width / 64)) || 86400;
    scale.ticks = Array.from({length: Math.floor(end / step) + 1}, (_, i) => ({value: i * step}));
  }});
}

function legendButton(plot, i) {
  const line = plot.spec.lines[i];
  const button = el('button', {type: 'button', 'aria-pressed': 'true'}, el('i'), line.label);
  button.addEventListener('click', () => {
    const shown = !plot.chart.isDatasetVisible(i);
    plot.chart.setDatasetVisibility(i, shown);
    button.setAttribute('aria-pressed', String(shown));
    plot.chart.update();
  });
  return button;
}

function scaleButton(plot) {
  const button = el('button', {type: 'button', class: 'switch'});
  const label = () => { button.textContent = plot.log ? 'Linear axis' : 'Logarithmic axis'; };
  button.addEventListener('click', () => {
    plot.log = !plot.log;
    plot.chart.options = options(plot);
    label();
    paint(plot);
  });
  label();
  return button;
}

/** Colours of the page as it is now: light, dark or on paper. */
function paint({spec, chart, legend}) {
  chart.data.datasets.forEach((line, i) => {
    const paint = theme(spec.lines[i].colour);
    Object.assign(line, {borderColor: paint, backgroundColor: paint, pointBackgroundColor: paint});
    const swatch = legend.children[i].firstChild;
    swatch.style.borderTopColor = paint;
    swatch.style.borderTopStyle = (spec.lines[i].dash || []).length ? 'dashed' : 'solid';
  });
  for (const scale of Object.values(chart.options.scales)) {
    scale.ticks.color = theme('soft');
    scale.grid = {...scale.grid, color: theme('grid')};
    scale.border = {color: theme('line')};
    scale.title = {...scale.title, color: theme('soft')};
  }
  chart.update('none');
}

/** Light, and of one size, whatever the window's: the style sheet fits it to the paper. */
function forPaper(paper) {
  document.documentElement.classList.toggle('paper', paper);
  for (const plot of plots) {
    plot.chart.options.responsive = !paper;
    plot.chart.options.devicePixelRatio = paper ? 3 : undefined;
    if (paper) plot.chart.resize(680, plot.spec.wide ? 290 : 200);
    else plot.chart.resize();
    paint(plot);
  }
}
