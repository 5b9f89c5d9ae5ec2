// The page of one result.

const TILES = 12;
const VERDICTS = {
  PASS: ['good', 'PASS', 'Everything that was required holds.'],
  FAIL: ['bad', 'FAIL', 'Not everything that was required holds.'],
  PARTIAL: ['bad', 'PARTIAL', 'The run did not come to its end.'],
  DONE: ['plain', 'DONE', 'Nothing was required of this run.']
};

function reportHead({verdict, result}) {
  const [kind, word, meaning] = VERDICTS[verdict];
  document.title = word + ' – ' + result.scenario + ' – Holdfast load test';
  return [
    el('header', {class: 'head'},
      el('div', null, el('p', {class: 'kicker'}, 'Holdfast load test'), el('h1', null, result.scenario),
        el('p', {class: 'soft'}, time(result.started) + ', measured for ' + duration(result.seconds) + ', version ' + result.version)),
      el('p', {class: 'verdict ' + kind, title: meaning}, word)),
    result.partial ? el('div', {class: 'banner bad', role: 'alert'}, el('strong', null, 'PARTIAL'),
      'The run did not come to its end. No figure below is complete, and none of them fulfils a requirement.') : null];
}

/** A requirement begins with its figure's name. */
const requiredOf = (figure, requirements) =>
  requirements.filter(outcome => outcome.requirement.split(/[\s=!<>]/, 1)[0] === figure.name);

const tags = required => required.map(outcome =>
  el('div', null, el('span', {class: 'tag ' + (outcome.held ? 'good' : 'bad')}, (outcome.held ? '✓ ' : '✗ ') + outcome.requirement)));

function tile(figure, requirements) {
  const required = requiredOf(figure, requirements);
  const state = required.length ? (required.every(outcome => outcome.held) ? ' held' : ' broken') : '';
  return el('div', {class: 'tile' + state},
    el('div', {class: 'name'}, breakable(figure.name)), el('div', {class: 'value'}, quantity(figure.value, figure.unit)),
    el('div', {class: 'meaning'}, figure.meaning), tags(required));
}

/** What does not hold comes first, wherever it stands. */
function figures({figures, requirements}) {
  if (!figures.length) return null;
  const broken = figure => requiredOf(figure, requirements).some(outcome => !outcome.held);
  const sorted = [...figures.filter(broken), ...figures.filter(figure => !broken(figure))];
  const rest = sorted.slice(TILES);
  return section('Key figures',
    el('div', {class: 'tiles'}, sorted.slice(0, TILES).map(figure => tile(figure, requirements))),
    rest.length ? [el('h2', null, 'More figures'), table('More figures', [{title: 'figure'}, {title: 'value', number: true}, {title: 'meaning', text: true}],
      rest.map(figure => [el('div', null, breakable(figure.name), tags(requiredOf(figure, requirements))), quantity(figure.value, figure.unit), figure.meaning]), true)] : null);
}

function requirements({requirements}) {
  if (!requirements.length) return null;
  return section('Requirements', table('Requirements', [{title: 'required'}, {title: 'holds'}, {title: 'actual'}],
    requirements.map(({requirement, actual, held}) => [requirement, el('span', {class: 'tag ' + (held ? 'good' : 'bad')}, held ? '✓ yes' : '✗ no'), actual]), true));
}

function problems({problems}) {
  if (!problems.length) return null;
  return section('Problems', el('ul', {class: 'list warn'}, problems.map(problem => el('li', null, problem))));
}

function ledger({ledgers}) {
  const names = Object.keys(ledgers);
  if (!names.length) return null;
  const fault = number => number > 0 ? el('span', {class: 'tag bad'}, digits(number)) : digits(number);
  const columns = ['group and channels', 'expected', 'received', 'lost', 'duplicated', 'out of order', 'gaps', 'in gaps'];
  return section('Ledger',
    el('p', {class: 'soft'}, 'Every publication is numbered, and every reader keeps what it received, also over reconnects. Lost is what is missing and was not reported as a gap.'),
    table('Ledger', columns.map((title, i) => ({title, number: i > 0})), names.map(name => {
      const {expected, received, lost, duplicated, outOfOrder, gaps, told: inGaps} = ledgers[name];
      return [name, digits(expected), digits(received), fault(lost), fault(duplicated), fault(outOfOrder), digits(gaps), digits(inGaps)];
    }), true));
}

function latencies({series}) {
  if (!series.length) return null;
  const columns = ['latency', 'count', 'p50', 'p90', 'p99', 'p99.9', 'max'].map((title, i) => ({title, number: i > 0}));
  return section('Latencies', table('Latencies', [...columns, {title: 'meaning', text: true}], series.map(each => [
    each.name, digits(each.count), ...[each.p50, each.p90, each.p99, each.p999, each.max].map(ms => each.count ? quantity(ms, 'ms') : '–'), each.meaning]), true));
}

function counters({counters: all}) {
  const rows = [
    ['clients', all.clients, 'to be connected at the end'], ['attached', all.attached, 'that were at the end'], ['live', all.live, 'of these, with all channels live'],
    ['connects', all.connects, 'first ones and later ones'], ['published', all.published, 'publications begun'], ['acknowledged', all.acknowledged, 'of these, answered as stored'],
    ['failed', all.failed, 'of these, refused or given up'], ['late', all.late, 'of these, begun more than 10 ms after their time'], ['received', all.received, 'events'],
    ['bytes', quantity(all.bytes, 'B'), 'of these'], ['called', all.called, 'answers of the registry'], ['interrupted', all.interrupted, 'connections lost when attached'],
    ['resumed', all.resumed, 'of these, back as the same session'], ['restarted', all.restarted, 'of these, back as another session']];
  return section('Counted', table('Counted', [{title: 'what'}, {title: 'number', number: true}, {title: 'meaning', text: true}],
    rows.map(([what, value, meaning]) => [what, isNumber(value) ? digits(value) : value, meaning]), true));
}

function closes({counters: {closes, errors}}) {
  const counts = (title, first, map) => Object.keys(map).length
    ? section(title, table(title, [{title: first}, {title: 'times', number: true}], Object.entries(map).map(([name, count]) => [name, digits(count)]), false)) : null;
  return [counts('Connections closed', 'code', closes), counts('Errors', 'message', errors)];
}

function texts(title, map) {
  const entries = Object.entries(map);
  return entries.length ? section(title, pairs(title, entries)) : null;
}

function showReport() {
  const data = dataOfPage();
  const {result} = data;
  const charts = chartsOf(result);
  document.getElementById('page').replaceChildren(...[
    reportHead(data), problems(result), figures(result), requirements(result), ledger(result), latencies(result),
    charts.length ? section('Charts', el('div', {class: 'charts'}, charts)) : null,
    result.marks.length ? section('Events', el('p', {class: 'soft'}, 'By their numbers in the charts.'), marksTable(result.marks)) : null,
    el('div', {class: 'columns'}, counters(result), el('div', null, closes(result))),
    el('div', {class: 'columns'}, [texts('Settings', result.settings), texts('Environment', result.environment)].filter(Boolean)),
    el('footer', null, 'Result format ' + result.format + '. The charts are drawn by Chart.js (MIT licence). This file loads nothing from anywhere.')
  ].flat().filter(Boolean));
  drawPlots();
}

showReport();
