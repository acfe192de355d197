// The answer in one sentence, and how many rules have which verdict. The numbers choose.

import { byId, element, goTo, setAttribute, setText } from './dom.js';
import { ago, count, counted, visible } from './format.js';
import { VERDICT, verdictSign } from './rules.js';
import { PERIODS, VERDICTS } from './state.js';
import { NO_RULE } from './who.js';

const tiles = new Map();
const periods = new Map();
const headline = { plain: element('span'), button: element('button', { type: 'button', class: 'answer' }) };

/** Makes the parts; `choose` is told what somebody chooses. */
export function startSummary(choose) {
  byId('answer').replaceChildren(headline.plain, headline.button);
  headline.button.addEventListener('click', () => {
    choose({ verdict: 'safe_to_remove', rule: null });
    goTo(byId('rules-title'));
  });
  for (const verdict of VERDICTS) {
    const number = element('span', { class: 'number' }, '–');
    const word = element('span', { class: 'word' }, verdictSign(verdict), VERDICT[verdict].word);
    const button = element('button', { type: 'button', class: 'tile', 'aria-pressed': 'false' }, number, word);
    button.addEventListener('click', () => {
      choose({ verdict: button.getAttribute('aria-pressed') === 'true' ? null : verdict });
    });
    byId('verdicts').append(button);
    tiles.set(verdict, { button, number });
  }
  for (const days of PERIODS) {
    const input = element('input', { type: 'radio', name: 'since', value: days });
    input.addEventListener('change', () => choose({ since: days }));
    byId('period').append(element('label', {}, input, element('span', {}, String(days))));
    periods.set(days, input);
  }
  byId('period').append(element('span', { class: 'unit' }, 'days'));
}

/** Shows the verdicts of all rules. `report` is null as long as there is none. */
export function showSummary(view, report, problem, rows) {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  rows.forEach((row) => counts[row.verdict]++);
  for (const [verdict, { button, number }] of tiles) {
    setText(number, count(counts[verdict]));
    setAttribute(button, 'aria-pressed', String(view.verdict === verdict));
  }
  periods.get(view.since).checked = true;
  const [answer, reasons, leads] = sentences(view, report, problem, rows);
  showAnswer(answer, leads ?? false);
  setText(byId('reasons'), reasons);
  showUnmatched(report?.names_without_rule ?? [], view);
  for (const format of ['csv', 'json']) {
    setAttribute(byId(`export-${format}`), 'href', `/report?since=${view.since}d&format=${format}`);
    setAttribute(byId(`export-${format}`), 'download', `detour-report-${view.since}d.${format}`);
  }
  byId('exports').hidden = report === null || report.ledger === 'off';
}

/** The answer; one that says that rules can go leads to them. */
function showAnswer(answer, leads) {
  const { plain, button } = headline;
  const hadFocus = document.activeElement === button;
  setText(plain, leads ? '' : answer);
  plain.hidden = leads;
  setText(button, leads ? answer : '');
  button.hidden = !leads;
  if (hadFocus && button.hidden) {
    byId('rules-title').focus({ preventScroll: true });
  }
}

/** How many legacy names no rule is for; the button shows who uses them. */
function showUnmatched(unmatched, view) {
  const button = byId('unmatched');
  const names = unmatched.reduce((sum, { hosts }) => sum + hosts, 0);
  button.hidden = unmatched.length === 0;
  setText(button, names === 0 ? 'Legacy names without a rule are in use' : `${counted(names, 'legacy name')} without a rule in use`);
  setAttribute(button, 'title', unmatched.map(({ suffix, hosts }) => `${visible(suffix)}: ${count(hosts)}`).join(', ') || null);
  setAttribute(button, 'aria-pressed', String(view.rule === NO_RULE));
}

function sentences(view, report, problem, rows) {
  if (problem !== null) {
    return ['The ledger cannot be read', problem];
  }
  if (report === null) {
    return ['Reading the ledger…', ''];
  }
  if (report.ledger === 'off') {
    return [
      'No ledger is kept',
      'Without one nobody can say who uses a legacy name, or that nobody does. The numbers below count from the start of the'
        + ' server. Turn the ledger on with ledger.url in the configuration.',
    ];
  }
  if (rows.length === 0) {
    return ['There are no rules yet', 'Write some into rules.yaml and press Reload; their use shows here from then on.'];
  }
  const inForce = rows.filter((row) => row.inForce);
  const removable = inForce.filter((row) => row.verdict === 'safe_to_remove').length;
  const why = reasons(view.now, report.since_days, rows, removable);
  return [safe(removable, inForce.length), why, removable > 0];
}

/** Of the rules in force alone: what is no longer in force has gone already. */
function safe(removable, all) {
  if (removable === 0) {
    return 'No rule can go yet';
  }
  return removable === all ? 'All rules can go' : `${count(removable)} of ${counted(all, 'rule')} can go`;
}

function reasons(now, days, rows, removable) {
  const parts = [];
  if (removable > 0) {
    const those = removable === 1 ? 'Nobody has used it' : 'Nobody has used them';
    parts.push(`${those} in the last ${days} days, and all of that time was observed.`);
  }
  const last = rows.reduce((latest, row) => Math.max(latest, row.lastSeen ?? 0), 0);
  const seen = last === 0 ? '' : ` A legacy name was last seen ${ago(last, now)}.`;
  const used = rows.filter((row) => row.verdict === 'in_use').length;
  if (used > 0) {
    parts.push(`${count(used)} ${used === 1 ? 'is' : 'are'} still in use.${seen}`);
  } else if (last === 0) {
    parts.push('No legacy name has been seen yet.');
  } else {
    parts.push(`None is in use.${seen}`);
  }
  const gone = rows.filter((row) => !row.inForce).length;
  if (gone > 0) {
    parts.push(`${counted(gone, 'rule')} below ${gone === 1 ? 'is' : 'are'} no longer in force.`);
  }
  return parts.join(' ');
}
