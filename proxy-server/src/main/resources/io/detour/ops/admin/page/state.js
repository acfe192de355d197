// What is chosen on the page, kept in the part of the address behind the #, so that a view can be shared.

/** What rows can be grouped by; the first is at first. */
export const GROUPS = ['owner', 'client'];

export const PERIODS = [7, 30, 90, 365];
export const VERDICTS = ['in_use', 'quiet', 'safe_to_remove', 'unknown'];

/** For each table the order in which it is first. */
const SORTS = {
  rules: { column: 'verdict', descending: false },
  who: { column: 'last_seen', descending: true },
  groups: { column: 'requests', descending: true },
  tunnels: { column: 'since', descending: true },
};

export const TABLES = Object.keys(SORTS);

/** Reads a view; what makes no sense counts as not said. */
export function readView(hash, columns) {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const period = Number(said.get('since'));
  const view = {
    since: PERIODS.includes(period) ? period : 30,
    text: said.get('filter') ?? '',
    verdict: VERDICTS.includes(said.get('verdict')) ? said.get('verdict') : null,
    rule: said.get('rule'),
    group: GROUPS.includes(said.get('group')) ? said.get('group') : GROUPS[0],
    sort: {},
    page: {},
  };
  for (const table of TABLES) {
    const [column, direction] = (said.get(table) ?? '').split('.');
    view.sort[table] = columns[table].includes(column)
      ? { column, descending: direction === 'down' }
      : SORTS[table];
    view.page[table] = Math.max(1, Math.trunc(Number(said.get(`${table}-page`))) || 1);
  }
  return view;
}

/** The same as text; what is as at first is left out. */
export function writeView(view) {
  const said = new URLSearchParams();
  if (view.since !== 30) {
    said.set('since', view.since);
  }
  if (view.text !== '') {
    said.set('filter', view.text);
  }
  if (view.verdict !== null) {
    said.set('verdict', view.verdict);
  }
  if (view.rule !== null) {
    said.set('rule', view.rule);
  }
  if (view.group !== GROUPS[0]) {
    said.set('group', view.group);
  }
  for (const table of TABLES) {
    const { column, descending } = view.sort[table];
    if (column !== SORTS[table].column || descending !== SORTS[table].descending) {
      said.set(table, `${column}.${descending ? 'down' : 'up'}`);
    }
    if (view.page[table] > 1) {
      said.set(`${table}-page`, view.page[table]);
    }
  }
  return said.toString();
}
