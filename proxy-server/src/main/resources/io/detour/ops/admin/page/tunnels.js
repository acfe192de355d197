// The table of tunnels that are open now.

import { askTwice, element, setAttribute, setText } from './dom.js';
import { bytes, exact, instant, lasting, visible } from './format.js';
import { textColumn } from './who.js';

export function tunnelRows(answer) {
  return answer.connections.map((tunnel) => ({
    id: tunnel.id,
    kind: tunnel.kind,
    client: tunnel.client ?? null,
    user: tunnel.user ?? null,
    requested: tunnel.requested ?? null,
    target: tunnel.target ?? null,
    rule: tunnel.rule ?? null,
    relay: tunnel.relay ?? null,
    since: instant(tunnel.since),
    upstream: tunnel.bytes_upstream ?? 0,
    downstream: tunnel.bytes_downstream ?? 0,
    searched: [tunnel.requested, tunnel.client, tunnel.user, tunnel.target, tunnel.rule].join('\n').toLowerCase(),
  }));
}

/** `end` is told of the tunnel that somebody wants to end. */
export function tunnelColumns(view, end) {
  return [
    textColumn('requested', 'Asked for', (row) => row.requested, 'machine'),
    textColumn('client', 'Client', (row) => row.client, 'machine'),
    textColumn('user', 'User', (row) => row.user),
    textColumn('target', 'Connected to', (row) => row.target, 'machine'),
    textColumn('rule', 'Rule', (row) => row.rule),
    textColumn('relay', 'Relay', (row) => row.relay),
    {
      id: 'since',
      label: 'Open for',
      largestFirst: true,
      value: (row) => row.since,
      cell(td) {
        const time = element('time');
        td.append(time);
        return (row) => {
          setText(time, row.since === null ? '' : lasting((view.now - row.since) / 1_000));
          setAttribute(time, 'title', `since ${exact(row.since)}`);
        };
      },
    },
    { id: 'upstream', label: 'Up', kind: 'number', largestFirst: true, value: (row) => row.upstream, text: (row) => bytes(row.upstream) },
    { id: 'downstream', label: 'Down', kind: 'number', largestFirst: true, value: (row) => row.downstream, text: (row) => bytes(row.downstream) },
    {
      id: 'end',
      label: 'End',
      cell(td) {
        let shown = null;
        return (row) => {
          if (shown === null) {
            const name = `End the tunnel of ${visible(row.client)} to ${visible(row.requested)}`;
            const words = { label: 'End', name, question: `${name}?`, yes: 'End', no: 'Keep', brief: true };
            td.append(askTwice({ ...words, act: () => end(shown) }));
          }
          shown = row;
        };
      },
    },
  ];
}
