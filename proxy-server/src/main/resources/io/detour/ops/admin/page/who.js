// The table of who uses legacy names: a row for each rule, host and client of the ledger.

import { element, setAddress, setAttribute, setText } from './dom.js';
import { bytes, count, instant, NONE, visible } from './format.js';
import { showTime } from './rules.js';

/** What the ledger writes for rows that it has folded together. */
const FOLDED = '(other)';

/** In place of the rule of a name that none is for. */
export const NO_RULE = 'no rule';

/** Rows of the report's entries. What is searched also has the owner and the ticket of the rule. */
export function whoRows(report, ruleRows) {
  const rules = new Map(ruleRows.map((row) => [row.name, row]));
  const times = new Map();
  return (report?.entries ?? []).map((entry) => {
    const rule = rules.get(entry.rule);
    const id = JSON.stringify([entry.rule, entry.host, entry.client]);
    const time = times.get(id) ?? 0;
    times.set(id, time + 1);
    return {
      id: `${id} ${time}`,
      rule: entry.rule ?? NO_RULE,
      verdict: rule?.verdict ?? null,
      host: entry.host ?? null,
      client: entry.client ?? null,
      user: entry.user ?? null,
      userAgent: entry.user_agent ?? null,
      target: entry.target ?? null,
      firstSeen: instant(entry.first_seen),
      lastSeen: instant(entry.last_seen),
      requests: entry.requests ?? 0,
      upstream: entry.bytes_upstream ?? 0,
      downstream: entry.bytes_downstream ?? 0,
      searched: [entry.host, entry.client, entry.user, entry.user_agent, entry.target, rule?.searched ?? entry.rule ?? NO_RULE, entry.suffix]
        .join('\n')
        .toLowerCase(),
    };
  });
}

/** A column of text of others, in as many lines as it takes. */
export function textColumn(id, label, value, kind = '') {
  return {
    id,
    label,
    kind,
    value,
    cell(td) {
      const text = element('span', { class: 'text' });
      td.append(text);
      return (row) => {
        const isFolded = value(row) === FOLDED;
        setAddress(text, visible(value(row)) || NONE);
        td.classList.toggle('folded', isFolded);
        setAttribute(text, 'title', isFolded ? 'older rows, which the ledger has folded into one' : null);
      };
    },
  };
}

function timeColumn(id, label, value, view) {
  return {
    id,
    label,
    largestFirst: true,
    value,
    cell(td) {
      const time = element('time');
      td.append(time);
      return (row) => showTime(time, value(row), view.now);
    },
  };
}

export function whoColumns(view) {
  return [
    textColumn('host', 'Legacy host', (row) => row.host, 'machine'),
    textColumn('client', 'Client', (row) => row.client, 'machine'),
    textColumn('user', 'User', (row) => row.user),
    textColumn('agent', 'User agent', (row) => row.userAgent),
    textColumn('rule', 'Rule', (row) => row.rule),
    textColumn('target', 'Went to', (row) => row.target, 'machine'),
    timeColumn('first_seen', 'First seen', (row) => row.firstSeen, view),
    timeColumn('last_seen', 'Last seen', (row) => row.lastSeen, view),
    { id: 'requests', label: 'Requests', kind: 'number', largestFirst: true, value: (row) => row.requests, text: (row) => count(row.requests) },
    {
      id: 'bytes',
      label: 'Bytes',
      kind: 'number',
      largestFirst: true,
      value: (row) => row.upstream + row.downstream,
      cell: (td) => (row) => {
        setText(td, bytes(row.upstream + row.downstream));
        setAttribute(td, 'title', `${bytes(row.upstream)} from clients, ${bytes(row.downstream)} to clients`);
      },
    },
  ];
}
