// The table of groups: whose rules are used, or which clients use them.

import { element, setAddress, setText } from './dom.js';
import { bytes, count, NONE, visible } from './format.js';
import { showTime } from './rules.js';

/** Rows of groups by owner, from the rules, or by client, from who uses them. Those without an owner are one group. */
export function groupRows(by, ruleRows, whoRows) {
  const isOwner = by === 'owner';
  const groups = new Map();
  for (const row of isOwner ? ruleRows : whoRows) {
    const name = row[by];
    const group = groups.get(name) ?? { id: JSON.stringify([by, name]), name, rules: new Set(), removable: 0, lastSeen: null, requests: 0, bytes: 0 };
    groups.set(name, group);
    group.rules.add(isOwner ? row.name : row.rule);
    group.removable += isOwner && row.verdict === 'safe_to_remove' ? 1 : 0;
    group.lastSeen = row.lastSeen === null ? group.lastSeen : Math.max(group.lastSeen ?? 0, row.lastSeen);
    group.requests += row.requests;
    group.bytes += isOwner ? row.bytes : row.upstream + row.downstream;
  }
  const made = [...groups.values()];
  made.forEach((group) => {
    group.removable = isOwner ? group.removable : null;
    group.searched = [group.name, ...group.rules].join('\n').toLowerCase();
  });
  return made;
}

/** `choose` is told of the group that is clicked: null for that without a name. */
export function groupColumns(view, choose) {
  const number = (id, label, value) => ({ id, label, kind: 'number', largestFirst: true, value, text: (row) => count(value(row)) });
  return [
    {
      id: 'group',
      label: 'Owner or client',
      value: (row) => row.name,
      cell(td) {
        let name = null;
        const button = element('button', { type: 'button', class: 'name' });
        const none = element('span', { class: 'text' }, NONE);
        td.append(button, none);
        button.addEventListener('click', () => choose(name));
        return (row) => {
          name = row.name;
          button.hidden = name === null;
          none.hidden = name !== null;
          setAddress(button, visible(name));
        };
      },
    },
    {
      id: 'rules',
      label: 'Rules',
      value: (row) => row.rules.size,
      largestFirst: true,
      cell(td) {
        const number = element('span');
        const names = element('span', { class: 'sub' });
        td.append(number, names);
        return (row) => {
          setText(number, count(row.rules.size));
          setText(names, [...row.rules].map(visible).join(', '));
        };
      },
    },
    number('removable', 'Safe to remove', (row) => row.removable),
    {
      id: 'last_seen',
      label: 'Last seen',
      largestFirst: true,
      value: (row) => row.lastSeen,
      cell(td) {
        const time = element('time');
        td.append(time);
        return (row) => showTime(time, row.lastSeen, view.now);
      },
    },
    number('requests', 'Requests', (row) => row.requests),
    { id: 'bytes', label: 'Bytes', kind: 'number', largestFirst: true, value: (row) => row.bytes, text: (row) => bytes(row.bytes) },
  ];
}
