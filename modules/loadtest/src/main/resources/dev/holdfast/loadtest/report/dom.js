// Elements. Whatever comes from the data becomes text, never markup.

/** Children that are no elements become text; null ones are left out. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** A long name, which may break where its words do. */
function breakable(text) {
  const words = String(text).split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[.:_-])/);
  return words.flatMap((word, i) => i === 0 ? [word] : [el('wbr'), word]);
}

/**
 * columns: {title, number: right-aligned, text: long}; the first is the rows' heading. Rows: arrays of text or elements.
 * stack: whether a row becomes a list on a narrow screen; otherwise the table scrolls sideways.
 */
function table(label, columns, rows, stack) {
  const head = el('tr', null, columns.map(column => el('th', {scope: 'col', class: column.number ? 'number' : null}, column.title)));
  const body = el('tbody', null, rows.map(row => el('tr', null, row.map((cell, i) => cellOf(columns[i], cell, i)))));
  const content = el('table', {class: stack ? 'stack' : null}, el('thead', null, head), body);
  return el('div', {class: rows.length <= 15 ? 'scroll short' : 'scroll', role: 'region', 'aria-label': label, tabindex: '0'}, content);
}

function cellOf(column, cell, i) {
  const kinds = [column.number && 'number', column.text && 'text', cell === '' && 'empty'].filter(Boolean);
  const attributes = {class: kinds.length ? kinds.join(' ') : null};
  if (i === 0) return el('th', {scope: 'row', ...attributes, 'data-label': column.title}, typeof cell === 'string' ? breakable(cell) : cell);
  return el('td', {...attributes, 'data-label': column.text ? '' : column.title}, el('span', null, cell));
}

/** Two columns: a name and its text. */
function pairs(label, entries) {
  return table(label, [{title: 'name'}, {title: 'value', text: true}], entries, true);
}

function section(title, ...content) {
  return el('section', null, el('h2', null, title), ...content);
}

function card(...content) {
  return el('div', {class: 'card'}, ...content);
}

/** What is in it is made when it's opened: it can be long. */
function folded(summary, make) {
  const details = el('details', null, el('summary', null, summary));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(make());
  });
  return details;
}

function dataOfPage() {
  return JSON.parse(document.getElementById('data').textContent);
}
