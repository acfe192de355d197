// A table of any number of rows: sorted by the buttons in its head, a page of rows at a time, and kept as it is where
// nothing has changed, so that focus, selection and scrolling outlast new data.

import { element, goTo, say, setAttribute, setText, sign } from './dom.js';
import { count } from './format.js';
import { ordered } from './order.js';

export const PAGE_ROWS = 100;

const ARROW = 'M4.5 6.5 8 10l3.5-3.5';

/**
 * A column has an id, a label, value(row) to sort by, and either text(row) or cell(td), which returns a function that shows a
 * row. One with numbers or times has `largestFirst`. One without value(row) is not sorted by.
 */
export class Table {
  #section;
  #table;
  #body;
  #empty;
  #scroll;
  #columns;
  #key;
  #changed;
  #heads = new Map();
  #pagers;
  #rows = [];
  #orders = new Map();
  #shown = [];
  #lines = new Map();
  #sort = null;
  #page = 1;

  /** `changed` is told of another sort or page that somebody has chosen. */
  constructor(section, columns, key, changed) {
    this.#section = section;
    this.#table = section.querySelector('table');
    this.#scroll = section.querySelector('.scroll');
    this.#empty = section.querySelector('.empty');
    this.#columns = columns;
    this.#key = key;
    this.#changed = changed;
    const head = element('tr', { role: 'row' });
    for (const column of columns) {
      head.append(this.#head(column));
    }
    this.#body = element('tbody', { role: 'rowgroup' });
    this.#table.setAttribute('role', 'table'); // said everywhere, since rows that are shown as cards lose it
    this.#table.append(element('thead', { role: 'rowgroup' }, head), this.#body);
    this.#pagers = [...section.querySelectorAll('.pager')].map((place) => new Pager(place, this.#turn.bind(this)));
    new ResizeObserver(() => this.#reachable()).observe(this.#scroll);
  }

  /** How many rows the last choice has left. */
  get chosen() {
    return this.#shown.length;
  }

  get total() {
    return this.#rows.length;
  }

  /** Other data. Nothing is drawn yet. */
  setRows(rows) {
    this.#rows = rows;
    this.#orders.clear();
  }

  /** Whether somebody has selected text in it, which drawing would take away. */
  isHeld() {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && selection.containsNode(this.#body, true);
  }

  /** Draws those rows that are accepted; the text is for when there are none. */
  show(sort, page, accepts, emptyText) {
    this.#sort = sort;
    this.#shown = this.#order(sort).filter(accepts);
    this.#page = Math.min(page, Math.max(1, Math.ceil(this.#shown.length / PAGE_ROWS)));
    for (const [id, { th }] of this.#heads) {
      const direction = sort.descending ? 'descending' : 'ascending';
      setAttribute(th, 'aria-sort', id === sort.column ? direction : null);
    }
    const first = (this.#page - 1) * PAGE_ROWS;
    this.#draw(this.#shown.slice(first, first + PAGE_ROWS));
    const isEmpty = this.#shown.length === 0;
    this.#scroll.hidden = isEmpty;
    this.#empty.hidden = !isEmpty;
    setText(this.#empty, isEmpty ? emptyText : '');
    this.#pagers.forEach((pager) => pager.show(this.#page, this.#shown.length));
  }

  #order(sort) {
    const name = `${sort.column} ${sort.descending}`;
    if (!this.#orders.has(name)) {
      const column = this.#columns.find(({ id }) => id === sort.column);
      this.#orders.set(name, ordered(this.#rows, column, sort.descending));
    }
    return this.#orders.get(name);
  }

  #head(column) {
    const th = element('th', { scope: 'col', role: 'columnheader', class: `c-${column.id} ${column.kind ?? ''}` });
    if (column.value === undefined) {
      th.append(element('span', { class: 'head' }, column.label));
      return th;
    }
    const button = element('button', { type: 'button', class: 'head' }, column.label, sign(ARROW, 'arrow'));
    button.addEventListener('click', () => {
      const again = this.#sort?.column === column.id;
      const descending = again ? !this.#sort.descending : (column.largestFirst ?? false);
      this.#changed({ sort: { column: column.id, descending }, page: 1 });
      say(`Sorted by ${column.label}, ${descending ? 'descending' : 'ascending'}`);
    });
    th.append(button);
    this.#heads.set(column.id, { th });
    return th;
  }

  #draw(rows) {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;
    const place = focused === null ? 0 : [...this.#body.rows].indexOf(focused.closest('tr'));
    const before = this.#lines;
    this.#lines = new Map();
    for (const row of rows) {
      const key = this.#key(row);
      const line = before.get(key) ?? this.#line();
      before.delete(key);
      this.#lines.set(key, line);
      line.show(row);
    }
    before.forEach(({ tr }) => tr.remove());
    let next = this.#body.firstChild;
    for (const { tr } of this.#lines.values()) {
      if (tr === next) {
        next = next.nextSibling;
      } else {
        this.#body.insertBefore(tr, next);
      }
    }
    if (focused !== null && document.activeElement !== focused) {
      this.#refocus(focused, place);
    }
  }

  /** A row that moves loses the focus, and one that goes passes it on to the row in its place. */
  #refocus(focused, place) {
    const row = this.#body.rows[Math.min(place, this.#body.rows.length - 1)];
    const heir = focused.isConnected ? focused : row?.querySelector('button:not([hidden])');
    (heir ?? this.#section.querySelector('h2')).focus({ preventScroll: true });
  }

  #line() {
    const tr = element('tr', { role: 'row' });
    const shows = this.#columns.map((column, index) => {
      const kind = `c-${column.id} ${column.kind ?? ''}`;
      const name = index === 0 ? ['th', { scope: 'row', role: 'rowheader', class: kind }] : ['td', { role: 'cell', class: kind }];
      const td = element(...name);
      td.dataset.label = column.label;
      tr.append(td);
      return column.cell === undefined ? (row) => setText(td, column.text(row)) : column.cell(td, tr);
    });
    return { tr, show: (row) => shows.forEach((show) => show(row)) };
  }

  #turn(page) {
    this.#changed({ page });
    say(`Page ${page}`);
    if (this.#section.getBoundingClientRect().top < 0) {
      goTo(this.#section.querySelector('h2'));
    }
  }

  /** Only what can be scrolled takes the focus, for the arrow keys. */
  #reachable() {
    const scrolls = this.#scroll.scrollWidth > this.#scroll.clientWidth + 1;
    setAttribute(this.#scroll, 'tabindex', scrolls ? '0' : null);
    setAttribute(this.#scroll, 'role', scrolls ? 'group' : null);
  }
}

/** "1–100 of 4,321" with the ways to other pages. */
class Pager {
  #place;
  #range = element('span', { class: 'range' });
  #buttons;
  #page = 1;
  #pages = 1;

  constructor(place, turn) {
    this.#place = place;
    const button = (name, path, target) => {
      const made = element('button', { type: 'button', class: 'turn', 'aria-label': name, title: name });
      made.append(sign(path, ''));
      made.addEventListener('click', () => {
        if (made.getAttribute('aria-disabled') === null) {
          turn(target());
        }
      });
      return made;
    };
    this.#buttons = [
      button('First page', 'M4 3.5v9M11.5 3.5 7 8l4.5 4.5', () => 1),
      button('Previous page', 'M9.5 3.5 5 8l4.5 4.5', () => this.#page - 1),
      button('Next page', 'M6.5 3.5 11 8l-4.5 4.5', () => this.#page + 1),
      button('Last page', 'M12 3.5v9M4.5 3.5 9 8l-4.5 4.5', () => this.#pages),
    ];
    const [first, previous, next, last] = this.#buttons;
    place.append(first, previous, this.#range, next, last);
  }

  show(page, rows) {
    this.#page = page;
    this.#pages = Math.max(1, Math.ceil(rows / PAGE_ROWS));
    this.#place.hidden = this.#pages === 1;
    const first = (page - 1) * PAGE_ROWS + 1;
    setText(this.#range, `${count(first)}–${count(Math.min(rows, first + PAGE_ROWS - 1))} of ${count(rows)}`);
    this.#buttons.forEach((button, index) => {
      const isEnd = index < 2 ? page === 1 : page === this.#pages;
      setAttribute(button, 'aria-disabled', isEnd ? 'true' : null);
    });
  }
}
