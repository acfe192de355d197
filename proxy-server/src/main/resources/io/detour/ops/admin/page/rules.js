// The table of rules: what the ledger says of each, together with what the rule file says of those in force.

import { element, setAddress, setAttribute, setText, sign } from './dom.js';
import { ago, bytes, count, counted, day, exact, instant, NONE, visible } from './format.js';
import { VERDICTS } from './state.js';

const DAY = 86_400_000;

/** A certificate that expires earlier is a warning. */
const SOON_DAYS = 30;

const DISC = 'M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z';

const MODES = { enforce: 'enforce', report: 'report only', off: 'off' };

/** How each verdict is said, and drawn: a full disc, a half one, a tick, a question mark. */
export const VERDICT = {
  in_use: { word: 'In use', lines: DISC, areas: DISC },
  quiet: { word: 'Quiet', lines: DISC, areas: 'M8 3.5a4.5 4.5 0 0 1 0 9Z' },
  safe_to_remove: { word: 'Safe to remove', lines: 'm3 8.5 3.3 3.3 6.7-7.6', areas: '' },
  unknown: { word: 'Unknown', lines: 'M5 5.4a3 3 0 1 1 4.7 2.5C8.5 8.7 8 9.2 8 10.2m0 2.8v.1', areas: '' },
};

export function verdictSign(verdict) {
  const { lines, areas } = VERDICT[verdict];
  return sign(lines, `verdict-${verdict}`, areas);
}

/**
 * One row for each rule of the report, in which rules stand that are no longer in force as well; without a ledger one for each
 * rule in force, with what was counted since the start. The last used first.
 */
export function ruleRows(report, inForce) {
  const known = new Map(inForce.map((rule) => [rule.rule, rule]));
  const told = report === null || report.ledger === 'off' ? inForce.map(withoutLedger) : report.rules;
  return told.map((rule) => row(rule, known.get(rule.rule))).sort((a, b) => (b.lastSeen ?? 0) - (a.lastSeen ?? 0));
}

function withoutLedger(rule) {
  return {
    rule: rule.rule,
    owner: rule.owner,
    ticket: rule.ticket,
    in_force: true,
    verdict: 'unknown',
    last_seen: rule.last_match,
    requests: rule.matches,
    bytes_upstream: rule.bytes_upstream,
    bytes_downstream: rule.bytes_downstream,
  };
}

function row(told, file) {
  const targets = (file?.targets ?? []).map(({ to }) => to).filter((to) => to !== null && to !== undefined);
  const made = {
    name: told.rule,
    verdict: VERDICTS.includes(told.verdict) ? told.verdict : 'unknown',
    owner: told.owner ?? null,
    ticket: told.ticket ?? null,
    inForce: told.in_force !== false,
    quietSince: instant(told.quiet_since),
    observedSince: instant(told.observed_since),
    observedDays: told.observed_days ?? null,
    firstSeen: instant(told.first_seen),
    lastSeen: instant(told.last_seen),
    requests: told.requests ?? 0,
    bytes: (told.bytes_upstream ?? 0) + (told.bytes_downstream ?? 0),
    hosts: told.hosts ?? null,
    clients: told.clients ?? null,
    certificate: told.certificate ?? null,
    action: file?.action ?? null,
    mode: file?.mode ?? null,
    reason: file?.reason ?? null,
    lastDay: file?.last_day ?? null,
    targets,
  };
  made.searched = [made.name, made.owner, made.ticket, made.reason, ...targets].join('\n').toLowerCase();
  return made;
}

/**
 * The certificate of the rule's target: its state, in the words of `detour report`, and what there is to say about it. Null if
 * it has not been looked at.
 */
export function certificateState(certificate, now) {
  if (certificate === null) {
    return null;
  }
  const end = instant(certificate.not_after);
  const days = end === null ? null : Math.floor((end - now) / DAY);
  const problem = certificate.problem ?? null;
  const until = end === null ? [] : [`${days < 0 ? 'was valid' : 'valid'} until ${day(end)}`];
  const about = [...(problem === null ? [visible(certificate.target)] : [visible(problem)]), ...until].join(', ');
  const state = (text, warns) => ({ text, about, warns });
  if (certificate.covers_legacy_name === false) {
    return state('lacks the legacy name', true);
  }
  if (end === null) {
    return problem === null ? null : state('no certificate seen', true);
  }
  if (days < 0) {
    return state(`expired on ${day(end)}`, true);
  }
  return problem === null ? state(`${counted(days, 'day')} left`, days < SOON_DAYS) : state('problem', true);
}

/** What makes the verdict: since when it is quiet, or how long it has been observed. */
function ground(row, days) {
  const observed = row.observedDays;
  switch (row.verdict) {
    case 'quiet':
      return row.quietSince === null ? 'for now' : `since ${day(row.quietSince)}`;
    case 'safe_to_remove':
      return row.quietSince === null ? `no use in ${days} days` : `since ${day(row.quietSince)}`;
    case 'unknown':
      return observed === null ? 'not observed' : `observed ${Math.floor(observed)} of ${days} days`;
    default:
      return '';
  }
}

/** What is to be known about a rule at once: text, and whether it is unusual. */
function badges(row) {
  if (!row.inForce) {
    return [['no longer in force', false]];
  }
  const made = [];
  if (row.mode !== null) {
    made.push([MODES[row.mode] ?? visible(row.mode), row.mode !== 'enforce']);
  }
  if (row.action !== null && row.action !== 'rewrite') {
    made.push([visible(row.action), false]);
  }
  if (row.lastDay !== null) {
    made.push([`expires ${visible(row.lastDay)}`, true]);
  }
  return made;
}

function showBadges(place, row) {
  const wanted = badges(row);
  const key = JSON.stringify(wanted);
  if (place.dataset.badges !== key) {
    place.dataset.badges = key;
    const made = wanted.map(([text, warns]) => element('span', { class: warns ? 'badge warns' : 'badge' }, text));
    place.replaceChildren(...made.flatMap((badge) => [badge, ' ']));
  }
}

/** `view` has the time of the server, the chosen period and rule; `choose` is told of a rule that is clicked. */
export function ruleColumns(view, choose) {
  return [
    {
      id: 'rule',
      label: 'Rule',
      value: (row) => row.name,
      cell(td, tr) {
        let name = null;
        const button = element('button', { type: 'button', class: 'name' });
        const targets = element('span', { class: 'sub' });
        const marks = element('span', { class: 'badges' });
        const reason = element('span', { class: 'sub reason' });
        td.append(button, ' ', marks, targets, reason);
        button.addEventListener('click', () => choose(name));
        return (row) => {
          name = row.name;
          setText(button, visible(row.name));
          setAttribute(button, 'aria-pressed', String(view.rule === row.name));
          setAddress(targets, row.targets.length === 0 ? '' : `→ ${row.targets.map(visible).join(', ')}`);
          showBadges(marks, row);
          setText(reason, visible(row.reason));
          tr.classList.toggle('chosen', view.rule === row.name);
          tr.classList.toggle('gone', !row.inForce);
        };
      },
    },
    {
      id: 'verdict',
      label: 'Verdict',
      value: (row) => VERDICTS.indexOf(row.verdict),
      cell(td) {
        const mark = element('span', { class: 'mark' });
        const word = element('span');
        const sub = element('span', { class: 'sub' });
        td.append(element('span', { class: 'verdict' }, mark, word), sub);
        return (row) => {
          if (td.dataset.verdict !== row.verdict) {
            td.dataset.verdict = row.verdict;
            mark.replaceChildren(verdictSign(row.verdict));
            setText(word, VERDICT[row.verdict].word);
          }
          setText(sub, ground(row, view.since));
        };
      },
    },
    {
      id: 'last_seen',
      label: 'Last seen',
      value: (row) => row.lastSeen,
      largestFirst: true,
      cell(td) {
        const time = element('time');
        const used = element('span', { class: 'used' });
        const observed = element('span', { class: 'observed' });
        td.append(time, element('span', { class: 'strip', 'aria-hidden': 'true' }, observed, used));
        return (row) => {
          showTime(time, row.lastSeen, view.now);
          const start = view.now - view.since * DAY;
          stretch(observed, row.observedSince, view.now, start, view.now);
          stretch(used, row.firstSeen, row.lastSeen, start, view.now);
        };
      },
    },
    { id: 'requests', label: 'Requests', kind: 'number', largestFirst: true, value: (row) => row.requests, text: (row) => count(row.requests) },
    { id: 'clients', label: 'Clients', kind: 'number', largestFirst: true, value: (row) => row.clients, text: (row) => count(row.clients) },
    { id: 'hosts', label: 'Hosts', kind: 'number', largestFirst: true, value: (row) => row.hosts, text: (row) => count(row.hosts) },
    { id: 'bytes', label: 'Bytes', kind: 'number', largestFirst: true, value: (row) => row.bytes, text: (row) => bytes(row.bytes) },
    {
      id: 'owner',
      label: 'Owner',
      value: (row) => row.owner,
      cell(td) {
        const owner = element('span', { class: 'text' });
        const ticket = element('span', { class: 'sub' });
        td.append(owner, ticket);
        return (row) => {
          setText(owner, row.owner === null ? NONE : visible(row.owner));
          setText(ticket, visible(row.ticket));
        };
      },
    },
    {
      id: 'certificate',
      label: 'Certificate',
      value: (row) => instant(row.certificate?.not_after),
      cell(td) {
        const text = element('span');
        const mark = element('span', { class: 'mark' }, sign('M8 2.5 14.5 13.5h-13Zm0 4.2v3.2m0 1.9v.1', 'warning'));
        const about = element('span', { class: 'sub' });
        td.append(mark, text, about);
        return (row) => {
          const state = certificateState(row.certificate, view.now);
          mark.hidden = !(state?.warns ?? false);
          td.classList.toggle('warns', state?.warns ?? false);
          setText(text, state?.text ?? NONE);
          setAddress(about, state?.about ?? '');
          const checked = instant(row.certificate?.checked);
          setAttribute(td, 'title', checked === null ? null : `checked ${exact(checked)}`);
        };
      },
    },
  ];
}

/** A time as people say it, with the exact one in its title. */
export function showTime(time, then, now) {
  setText(time, ago(then, now));
  setAttribute(time, 'title', then === null ? null : exact(then));
  setAttribute(time, 'datetime', then === null ? null : new Date(then).toISOString());
}

/** Lays a bar over the part of the chosen period between two times. */
function stretch(bar, from, to, start, end) {
  bar.hidden = from === null || to === null || to < start;
  if (!bar.hidden) {
    const share = (time) => (100 * (Math.min(Math.max(time, start), end) - start)) / (end - start);
    bar.style.left = `${share(from).toFixed(2)}%`;
    bar.style.width = `${(share(to) - share(from)).toFixed(2)}%`;
  }
}
