// The head of the page: the state of the server, and what can be done with it.

import * as api from './api.js';
import { askTwice, byId, say, setAttribute, setText } from './dom.js';
import { ago, counted, exact, instant, lasting, visible } from './format.js';

const STATES = { ready: 'Ready', paused: 'Paused', draining: 'Draining' };
const MODES = { enforce: 'enforcing', report: 'only reporting', off: 'rules are off' };

const NOTICE_MILLISECONDS = 8_000;

let leaving = null;
let before = null;

/** Shows an answer to /status. */
export function showStatus(status, now) {
  const state = byId('state');
  setText(state, STATES[status.state] ?? visible(status.state));
  state.dataset.state = status.state;
  document.title = status.state === 'ready' ? 'Detour' : `${state.textContent} – Detour`;
  setText(byId('version'), visible(status.version));
  setAttribute(byId('version'), 'title', `revision ${visible(status.revision)}`);
  setText(byId('uptime'), `up ${lasting(status.uptime_seconds)}`);
  setAttribute(byId('uptime'), 'title', `since ${exact(instant(status.started))}`);
  setText(byId('mode'), MODES[status.mode] ?? visible(status.mode));
  byId('mode').dataset.mode = status.mode;
  setText(byId('busy'), `${counted(status.clients, 'client')}, ${counted(status.tunnels, 'tunnel')}`);
  setText(byId('tunnel-count'), String(status.tunnels));
  showReload(status.last_reload, now);
  byId('pause').hidden = status.state !== 'ready';
  byId('resume').hidden = status.state !== 'paused';
  byId('drain').hidden = status.state === 'draining';
}

function showReload(reload, now) {
  const place = byId('reloaded');
  place.hidden = reload === null || reload === undefined;
  if (!place.hidden) {
    const at = instant(reload.at);
    const failed = reload.result === 'kept';
    setText(place, `${failed ? 'reload failed' : 'reloaded'} ${ago(at, now)}`);
    setAttribute(place, 'title', `${exact(at)}: ${visible(reload.summary)}`);
    place.classList.toggle('warns', failed);
  }
  showFailure(reload?.result === 'kept' ? reload : null);
}

/** A line below the head, until rules have been read again. Each failure is read out once. */
function showFailure(reload) {
  const place = byId('reload-failed');
  place.hidden = reload === null;
  setText(place, reload === null ? '' : `The last reload failed, at ${exact(instant(reload.at))}: ${visible(reload.summary)}`);
}

/** Wires the buttons up; `done` is called after each thing that was done. */
export function startHeader(done) {
  for (const name of ['reload', 'pause', 'resume']) {
    byId(name).addEventListener('click', () => act(name, done));
  }
  byId('drain').append(
    askTwice({
      label: 'Drain…',
      name: 'Drain',
      question: 'Take no more clients and stop?',
      yes: 'Drain',
      no: 'Cancel',
      act: () => act('drain', done),
    }),
  );
  byId('notice-close').addEventListener('click', () => {
    byId('notice').hidden = true;
    before?.focus({ preventScroll: true });
  });
  startTheme();
}

async function act(name, done) {
  try {
    const said = await api.act(name);
    notice(`${name}: ${said.trim()}`, false);
  } catch (problem) {
    notice(problem instanceof api.Refusal ? problem.message : `${name}: ${problem.message}`, true);
  }
  await done();
  const hidden = document.activeElement === document.body || document.activeElement?.hidden;
  if (hidden && (name === 'pause' || name === 'resume')) {
    byId(name === 'pause' ? 'resume' : 'pause').focus();
  }
}

/** What came of something. A problem stays until it is closed. */
export function notice(text, isProblem) {
  const place = byId('notice');
  before = document.activeElement;
  place.hidden = false;
  place.classList.toggle('warns', isProblem);
  const shown = text.split('\n').map(visible).join('\n');
  setText(byId('notice-text'), shown);
  say(shown);
  clearTimeout(leaving);
  const leave = () => {
    if (place.matches(':hover, :focus-within')) {
      leaving = setTimeout(leave, NOTICE_MILLISECONDS);
    } else {
      place.hidden = true;
    }
  };
  leaving = isProblem ? null : setTimeout(leave, NOTICE_MILLISECONDS);
}

/** A button for the other theme than the one that is seen. */
function startTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';
  const show = () => setAttribute(byId('theme'), 'aria-pressed', String(isDark()));
  byId('theme').addEventListener('click', () => {
    const wanted = isDark() ? 'light' : 'dark';
    document.documentElement.dataset.theme = wanted;
    try {
      localStorage.setItem('detour.theme', wanted);
    } catch {
      // Then it is so until the page is loaded again.
    }
    show();
    document.dispatchEvent(new Event('themechange'));
  });
  dark.addEventListener('change', () => {
    show();
    document.dispatchEvent(new Event('themechange'));
  });
  show();
}
