// The page of two results side by side.

const CHANGES = {WORSE: ['bad', 'worse'], BETTER: ['good', 'better'], DIFFERENT: ['plain', 'differs'], MISSING: ['warn', 'in one only'], SAME: ['', '']};

function side(letter, {name, result}) {
  return el('div', {class: 'card'}, el('h3', null, letter + ': ' + name),
    el('p', null, result.scenario, result.partial ? [' ', el('span', {class: 'tag bad'}, 'PARTIAL')] : null),
    el('p', {class: 'soft'}, time(result.started) + ', measured for ' + duration(result.seconds) + ', version ' + result.version));
}

function textDifferences(title, differences) {
  if (!differences.length) return null;
  return section(title, table(title, [{title: 'name'}, {title: 'a'}, {title: 'b'}],
    differences.map(each => [each.name, each.a ?? '(none)', each.b ?? '(none)']), true));
}

function signed(value, text) {
  return value === null ? '' : value === 0 ? '0' : (value > 0 ? '+' : '') + text;
}

function differenceRow({name, unit, meaning, a, b, difference, percent, change}) {
  const [kind, word] = CHANGES[change];
  const value = number => isNumber(number) ? quantity(number, unit) : '–';
  return [name, value(a), value(b), signed(difference, quantity(difference, unit)), percent ? signed(percent, quantity(percent, '%')) : '',
    word ? el('span', {class: 'tag ' + kind}, word) : '', meaning];
}

function percentilePlots({a, b}) {
  const names = [...new Set([...a.result.series, ...b.result.series].map(series => series.name))];
  const of = (letter, side, name, paint, dash) => side.result.series.filter(series => series.name === name)
    .map(series => ({label: letter + ': ' + side.name, series, colour: paint, dash}));
  return names.map(name => percentilePlot(name, null, [...of('a', a, name, 'c0', []), ...of('b', b, name, 'c1', [6, 3])])).filter(Boolean);
}

function showComparison() {
  const data = dataOfPage();
  const {a, b, noise, warnings, settings, environment, differences} = data;
  document.title = a.name + ' and ' + b.name + ' – Holdfast load test';
  const charts = percentilePlots(data);
  document.getElementById('page').replaceChildren(...[
    el('header', {class: 'head'}, el('div', null, el('p', {class: 'kicker'}, 'Holdfast load test'), el('h1', null, 'Two results side by side'))),
    el('div', {class: 'columns sides'}, side('a', a), side('b', b)),
    warnings.length ? section('Beware', el('ul', {class: 'list warn'}, warnings.map(warning => el('li', null, warning)))) : null,
    textDifferences('Settings that differ', settings),
    textDifferences('Environment that differs', environment),
    section('Figures',
      el('p', {class: 'soft'}, 'Better or worse: by ' + digits(noise) + '% or more; of what went wrong, by any difference.'),
      table('Figures', [{title: 'figure'}, {title: 'a', number: true}, {title: 'b', number: true}, {title: 'difference', number: true}, {title: 'percent', number: true}, {title: 'change'}, {title: 'meaning', text: true}],
        differences.map(differenceRow), true)),
    charts.length ? section('Latency percentiles', el('div', {class: 'charts'}, charts)) : null,
    el('footer', null, 'The charts are drawn by Chart.js (MIT licence). This file loads nothing from anywhere.')
  ].filter(Boolean));
  drawPlots();
}

showComparison();
