// The charts of one result.

/** The share of what is slower, as 1 in so many; the slowest of all stands at twice their number. */
const rarity = (percentile, count) => Math.min(1 / Math.max(1 - percentile / 100, 1e-12), 2 * Math.max(count, 1));

function rarityScale() {
  return {type: 'logarithmic', min: 1, ticks: {autoSkip: false, maxRotation: 0, callback: rarityLabel}, title: {display: true, text: 'percentile'}, afterBuildTicks: scale => {
    const ticks = [1, 2];
    for (let value = 10; value <= scale.max * 1.01; value *= 10) ticks.push(value);
    scale.ticks = ticks.map(value => ({value}));
  }};
}

function rarityLabel(value) {
  if (value <= 1) return '0%';
  if (value === 2) return '50%';
  const nines = Math.round(Math.log10(value));
  return nines === 1 ? '90%' : '99' + (nines > 2 ? '.' + '9'.repeat(nines - 2) : '') + '%';
}

const percentileText = x => 'percentile ' + Number((100 - 100 / x).toPrecision(7));

/** named: [{label, series, colour, dash}] */
function percentilePlot(title, note, named) {
  const lines = named.filter(each => each.series.count > 0).map(({label, series, colour, dash}) => ({
    label, colour, dash, series,
    points: series.percentiles.map(([percentile, ms]) => ({x: rarity(percentile, series.count), y: Math.max(ms, 0.001)}))
  }));
  if (!lines.length) return null;
  const medians = lines.map(line => Math.max(line.series.p50, 0.001));
  const most = Math.max(...lines.map(line => line.series.max));
  return plot({
    title, note, unit: 'ms', lines, wide: true, x: rarityScale, log: most / Math.min(...medians) > 50, heading: percentileText,
    rows: {columns: [{title: 'latency'}, {title: 'percentile', number: true}, {title: 'ms', number: true}],
      rows: () => lines.flatMap(line => line.series.percentiles.map(([percentile, ms]) => [line.label, String(Number(percentile.toFixed(6))), digits(ms)]))}
  });
}

/** One line over time; pick gives a second's value, or null. */
function track(result, label, paint, pick, more) {
  return {label, colour: paint, points: result.timeline.map(second => ({x: second.t, y: pick(second) ?? null})), ...more};
}

const hasPoints = line => line.points.some(point => isNumber(point.y));
const hasMore = line => line.points.some(point => point.y > 0);

function timePlot(result, title, note, unit, lines, more) {
  const shown = lines.filter(hasPoints);
  if (!shown.length) return null;
  const end = Math.max(result.timeline.at(-1).t, ...result.marks.map(mark => mark.t), 1);
  return plot({
    title, note, unit, lines: shown, marks: result.marks, x: timeScale(end), heading: x => timeHeading(result, x),
    rows: {columns: [{title: 'at'}, {title: 'phase'}, ...shown.map(line => ({title: line.label, number: true}))],
      rows: () => result.timeline.map((second, i) => [clock(second.t), second.phase, ...shown.map(line => isNumber(line.points[i].y) ? quantity(line.points[i].y, line.unit ?? unit) : '–')])},
    ...more
  });
}

function timeHeading(result, x) {
  const second = result.timeline.find(each => each.t === x);
  const near = result.marks.filter(mark => mark.t > x - 1 && mark.t <= x).map(mark => mark.kind + ': ' + shortened(mark.text));
  return [clock(x) + (second ? '  ' + second.phase : ''), ...near];
}

function nodeTracks(result, name, pick, more) {
  return nodesOf(result).map((node, i) => track(result, name ? node + ' ' + name : node, colour(i), second => {
    const found = second.nodes.find(each => each.node === node);
    return found && found.up ? pick(found) : null;
  }, {...more, dash: more?.dash || (i >= COLOURS ? [2, 3] : [])}));
}

function nodesOf(result) {
  return [...new Set(result.timeline.flatMap(second => second.nodes.map(node => node.node)))];
}

function deliveryPlot(result) {
  const lines = [
    track(result, 'p50', 'c0', second => second.deliveryP50), track(result, 'p99', 'c1', second => second.deliveryP99),
    track(result, 'max', 'c6', second => second.deliveryMax)];
  const most = lines[2].points.reduce((max, point) => Math.max(max, point.y ?? 0), 0);
  const least = lines[0].points.reduce((min, point) => Math.min(min, point.y ?? Infinity), Infinity);
  return timePlot(result, 'Delivery, second by second', 'From the intended time of sending to the reader; each second by itself.', 'ms', lines, {log: most / Math.max(least, 0.001) > 50});
}

function ratePlots(result) {
  const sent = [
    track(result, 'published', 'c0', second => second.published), track(result, 'acknowledged', 'c2', second => second.acknowledged, {dash: [6, 3]}),
    track(result, 'connects', 'c1', second => second.connects), track(result, 'registry calls', 'c3', second => second.called)];
  return [
    timePlot(result, 'Throughput: received', 'Events that readers received, per second.', '/s', [track(result, 'received', 'c4', second => second.received)].filter(hasMore)),
    timePlot(result, 'Throughput: sent', 'What clients and publishers did, per second; what never happened is left out.', '/s', sent.filter(hasMore))];
}

function nodePlots(result) {
  const redis = (name, paint, pick, more) => track(result, name, paint, second => second.redis ? pick(second.redis) : null, more);
  return [
    timePlot(result, 'Connections per node', 'Where a line stops, the node did not answer.', '', [
      ...nodeTracks(result, '', node => node.connections), track(result, 'attached, by the clients', 'c7', second => second.attached, {dash: [6, 3]})]),
    timePlot(result, 'CPU', 'Cores in use: 1 is one core fully used.', 'cores', [
      ...nodeTracks(result, '', node => node.cpu), redis('Redis', 'c6', each => each.cpu, {dash: [8, 3, 2, 3]}),
      track(result, 'busiest worker (measuring side)', 'c7', second => second.workerCpu, {dash: [6, 3]})]),
    timePlot(result, 'Memory per node', 'Resident memory (full lines) and heap in use (broken lines).', 'B', [
      ...nodeTracks(result, 'RSS', node => node.rss), ...nodeTracks(result, 'heap', node => node.heap, {dash: [5, 3]})]),
    timePlot(result, 'Redis: operations', null, '/s', [redis('operations', 'c6', each => each.opsPerSecond)]),
    timePlot(result, 'Redis: memory and keys', 'Memory on the left, keys on the right.', 'B', [
      redis('memory', 'c6', each => each.memory), redis('keys', 'c0', each => each.keys, {right: true, unit: '', dash: [6, 3]})]),
    timePlot(result, 'The measuring side', 'How late a timer of the worst worker was: where this is high, latencies are the load machine’s, not the server’s.', 'ms', [
      track(result, 'timer lag', 'c7', second => second.workerLagMicros / 1000)])];
}

function chartsOf(result) {
  const named = result.series.map((series, i) => ({label: series.name, series, colour: colour(i), dash: i >= COLOURS ? [6, 3] : []}));
  const latency = percentilePlot('Latency percentiles', 'The whole run after the warm-up. To the right, the rare slow ones: at 99.9%, one in 1,000 is slower.', named);
  const overTime = result.timeline.length ? [deliveryPlot(result), ...ratePlots(result), ...nodePlots(result)] : [];
  return [latency, ...overTime].filter(Boolean);
}
