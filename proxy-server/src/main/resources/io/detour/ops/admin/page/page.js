// Puts the page together: what is chosen, what the server says, and what is seen.

import * as api from './api.js';
import { byId, goTo, say, setText } from './dom.js';
import { startExplain } from './explain.js';
import { clock, count, counted, instant, visible } from './format.js';
import { groupColumns, groupRows } from './groups.js';
import { notice, showStatus, startHeader } from './header.js';
import { wordsIn } from './order.js';
import { showPlots, startPlots } from './plots.js';
import { ruleColumns, ruleRows } from './rules.js';
import { readView, writeView } from './state.js';
import { showSummary, startSummary } from './summary.js';
import { Table } from './table.js';
import { tunnelColumns, tunnelRows } from './tunnels.js';
import { NO_RULE, whoColumns, whoRows } from './who.js';

const SOON_MILLISECONDS = 5_000;
const LATER_MILLISECONDS = 60_000;
const TYPING_MILLISECONDS = 60;

/** What is chosen, and with `now` the time by the server's clock, in which the columns look. */
const view = { now: Date.now() };
const data = { report: null, problem: null, inForce: [], connections: null, ruleRows: [] };
let clockOffset = 0;
let silentSince = null;
let whoAll = [];
let groupsAll = [];
let tunnelsAll = [];

const columns = {
  rules: ruleColumns(view, chooseRule),
  who: whoColumns(view),
  groups: groupColumns(view, chooseGroup),
  tunnels: tunnelColumns(view, endTunnel),
};
const columnIds = Object.fromEntries(
  Object.entries(columns).map(([table, all]) => [table, all.filter(({ value }) => value).map(({ id }) => id)]),
);
const table = (name, key) =>
  new Table(byId(name), columns[name], key, ({ sort, page }) => {
    view.sort[name] = sort ?? view.sort[name];
    view.page[name] = page;
    keepView(false);
    show(name);
  });
const tables = {
  rules: table('rules', ({ name }) => name),
  who: table('who', ({ id }) => id),
  groups: table('groups', ({ id }) => id),
  tunnels: table('tunnels', ({ id }) => id),
};

/** Only here is the filter written to, so that nobody is disturbed in typing. */
function takeView() {
  Object.assign(view, readView(location.hash, columnIds));
  byId('filter').value = view.text;
  document.querySelector(`#group [value=${view.group}]`).checked = true;
}

function keepView(isStep) {
  const hash = `#${writeView(view)}`;
  if (hash !== location.hash && !(hash === '#' && location.hash === '')) {
    history[isStep ? 'pushState' : 'replaceState'](null, '', hash === '#' ? location.pathname : hash);
  }
}

/** Somebody has chosen something that changes which rows are seen. */
function choose(change, isStep = true) {
  Object.assign(view, change);
  Object.keys(tables).forEach((name) => (view.page[name] = 1));
  keepView(isStep);
  if (change.since !== undefined) {
    laterAgain();
  }
  showAll();
  const { rules, who, tunnels } = tables;
  say(`${counted(rules.chosen, 'rule')}, ${counted(who.chosen, 'row')} of who uses them, ${counted(tunnels.chosen, 'tunnel')}`);
}

function chooseRule(name) {
  const wanted = view.rule === name ? null : name;
  choose({ rule: wanted });
  if (wanted !== null) {
    goTo(byId('who').querySelector('h2'));
  }
}

/** Shows the rows of an owner's rules, or of a client. */
function chooseGroup(name) {
  choose({ text: name.toLowerCase(), rule: null, verdict: null });
  byId('filter').value = view.text;
  goTo(byId(view.group === 'owner' ? 'rules-title' : 'who-title'));
}

function showAll(names = Object.keys(tables)) {
  find();
  names.forEach(show);
  showSummary(view, data.report, data.problem, data.ruleRows);
  byId('chosen-rule').hidden = view.rule === null;
  setText(byId('chosen-rule-name'), visible(view.rule));
}

/** Marks the rows that have the words which are looked for. A rule is found by its own words, or by those of its users. */
function find() {
  const hasWords = view.text === '' ? () => true : wordsIn(view.text);
  const used = new Set();
  for (const row of whoAll) {
    row.found = hasWords(row.searched);
    if (row.found) {
      used.add(row.rule);
    }
  }
  data.ruleRows.forEach((row) => (row.found = hasWords(row.searched) || used.has(row.name)));
  groupsAll.forEach((row) => (row.found = hasWords(row.searched)));
  tunnelsAll.forEach((row) => (row.found = hasWords(row.searched)));
}

/** Tables that may be drawn without anybody having asked for it. */
function free() {
  return Object.keys(tables).filter((name) => !tables[name].isHeld());
}

/** Draws one table anew. */
function show(name) {
  const hasVerdict = (row) => view.verdict === null || row.verdict === view.verdict;
  const ofRule = (row) => view.rule === null || row.rule === view.rule;
  const sort = view.sort[name];
  const page = view.page[name];
  if (name === 'rules') {
    tables.rules.show(sort, page, (row) => row.found && hasVerdict(row), emptyRules());
  } else if (name === 'who') {
    tables.who.show(sort, page, (row) => row.found && hasVerdict(row) && ofRule(row), emptyWho());
  } else if (name === 'groups') {
    tables.groups.show(sort, page, (row) => row.found, groupsAll.length === 0 ? 'Nothing to group yet.' : 'No group is like that.');
  } else {
    tables.tunnels.show(sort, page, (row) => row.found, emptyTunnels());
  }
  const { chosen, total } = tables[name];
  setText(byId(`${name}-size`), chosen === total ? count(total) : `${count(chosen)} of ${count(total)}`);
}

function emptyRules() {
  if (data.ruleRows.length > 0) {
    return 'No rule is like that. Choose less above, or clear the filter.';
  }
  return data.report === null && data.problem === null ? 'Reading…' : 'No rules yet.';
}

function emptyWho() {
  if (data.problem !== null) {
    return data.problem;
  }
  if (data.report === null) {
    return 'Reading…';
  }
  if (data.report.ledger === 'off') {
    return 'The ledger is off, so nobody wrote down who uses which name.';
  }
  return data.report.entries.length > 0
    ? 'Nobody is like that in this period. Choose less above, or clear the filter.'
    : `Nobody has used a legacy name in the last ${data.report.since_days} days.`;
}

function emptyTunnels() {
  if (data.connections === null) {
    return 'Reading…';
  }
  return data.connections.connections.length > 0 ? 'No tunnel is like that.' : 'No tunnel is open now.';
}

function takeGroups() {
  groupsAll = groupRows(view.group, data.ruleRows, whoAll);
  tables.groups.setRows(groupsAll);
}

/** Takes the newest report and rules to the tables. */
function takeReport() {
  data.ruleRows = ruleRows(data.report, data.inForce);
  whoAll = whoRows(data.report, data.ruleRows);
  tables.rules.setRows(data.ruleRows);
  tables.who.setRows(whoAll);
  takeGroups();
  const total = data.report?.entries_total ?? 0;
  byId('who-newest').hidden = total <= whoAll.length;
  setText(byId('who-newest'), `the newest ${count(whoAll.length)} of ${count(total)}`);
}

/** Asks. Returns true, or the refusal of a server that answers otherwise, or false for one that is silent. */
async function hear(question, take) {
  try {
    take(await question());
    return true;
  } catch (problem) {
    if (problem instanceof api.Refusal) {
      return problem;
    }
    if (problem instanceof api.Silence) {
      return false;
    }
    reportError(problem);
    return true;
  }
}

async function soon() {
  view.now = Date.now() + clockOffset;
  const heard = await Promise.all([
    hear(api.status, (status) => showStatus(status, view.now)),
    hear(api.history, showPlots),
    hear(api.connections, (answer) => {
      data.connections = answer;
      tunnelsAll = tunnelRows(answer);
      tables.tunnels.setRows(tunnelsAll);
      find();
    }),
  ]);
  showSilence(heard.some((one) => one !== false));
  free().forEach(show);
}

async function later() {
  const since = view.since;
  let report = null;
  let inForce = data.inForce;
  const [heard] = await Promise.all([
    hear(() => api.report(since), (answer) => (report = answer)),
    hear(api.rules, (answer) => (inForce = answer.rules)),
  ]);
  if (since !== view.since) {
    return;
  }
  data.inForce = inForce;
  data.problem = heard instanceof api.Refusal ? heard.message : null;
  if (heard !== false) {
    data.report = report;
  }
  if (report !== null) {
    clockOffset = (instant(report.now) ?? Date.now()) - Date.now();
    view.now = Date.now() + clockOffset;
  }
  takeReport();
  showAll(free());
  document.documentElement.dataset.shown = 'true';
}

/** The line about a server that is gone. */
function showSilence(hasAnswered) {
  const place = byId('silence');
  if (hasAnswered) {
    if (silentSince !== null) {
      silentSince = null;
      place.hidden = true;
      say('The server answers again');
      laterAgain();
    }
  } else if (silentSince === null) {
    silentSince = Date.now();
    setText(place, `No answer since ${clock(silentSince, true)}. What is shown may be out of date.`);
    place.hidden = false;
  }
}

async function endTunnel(row) {
  const name = `${visible(row.client)} to ${visible(row.requested)}`;
  try {
    await api.end(row.id);
    notice(`ended the tunnel of ${name}`, false);
  } catch (problem) {
    const gone = problem instanceof api.Refusal && problem.status === 404;
    notice(gone ? `the tunnel of ${name} had ended already` : `the tunnel of ${name}: ${problem.message}`, !gone);
  }
  await soonAgain();
}

function startChoices() {
  let typing = null;
  byId('filter').addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => choose({ text: byId('filter').value.trim() }, false), TYPING_MILLISECONDS);
  });
  for (const input of byId('group').querySelectorAll('input')) {
    input.addEventListener('change', () => {
      Object.assign(view, { group: input.value });
      view.page.groups = 1;
      keepView(true);
      takeGroups();
      showAll(['groups']);
    });
  }
  byId('unmatched').addEventListener('click', () => chooseRule(NO_RULE));
  byId('chosen-rule').addEventListener('click', () => {
    choose({ rule: null });
    byId('who').querySelector('h2').focus({ preventScroll: true });
  });
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      goTo(document.querySelector(link.getAttribute('href')));
    });
  }
  addEventListener('popstate', () => {
    const before = view.since;
    takeView();
    if (view.since !== before) {
      laterAgain();
    }
    takeGroups();
    showAll();
  });
}

takeView();
startHeader(() => soonAgain());
startSummary(choose);
startPlots();
startExplain();
startChoices();
showAll();
const soonAgain = api.again(SOON_MILLISECONDS, soon);
const laterAgain = api.again(LATER_MILLISECONDS, later);
