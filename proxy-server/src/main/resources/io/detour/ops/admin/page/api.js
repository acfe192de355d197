// What the page asks of the server it came from.

const PATIENCE_MILLISECONDS = 15_000;

/** The server has answered, with a status that is no success. */
export class Refusal extends Error {
  constructor(status, text) {
    super(text || `status ${status}`);
    this.status = status;
  }
}

/** There was no answer, or no whole one. */
export class Silence extends Error {}

async function ask(path, method) {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const answer = await fetch(path, { method, cache: 'no-store', redirect: 'error', signal });
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch (cause) {
    throw new Silence('no answer', { cause });
  }
}

async function text(path, method = 'GET') {
  const answer = await ask(path, method);
  if (!answer.ok) {
    throw new Refusal(answer.status, answer.text.trim());
  }
  return answer.text;
}

async function json(path) {
  const answer = await text(path);
  try {
    return JSON.parse(answer);
  } catch (cause) {
    throw new Silence('no whole answer', { cause });
  }
}

export const status = () => json('/status');
export const report = (days) => json(`/report?since=${days}d`);
export const rules = () => json('/rules');
export const connections = () => json('/connections');
export const history = () => json('/history');

/** What happens to a request for a host, and from a client if it is not empty. */
export const explain = (host, client) =>
  json(`/explain?${new URLSearchParams(client === '' ? { host } : { host, client })}`);

/** Ends a tunnel. */
export const end = (id) => text(`/connections/${encodeURIComponent(id)}`, 'DELETE');

/** One of reload, pause, resume and drain; what the server says to it. */
export const act = (name) => text(`/-/${name}`, 'POST');

/**
 * Does something now and again, while the page is seen. The next time comes an interval after the last one has ended.
 * Returns a function that does it at once.
 */
export function again(milliseconds, task) {
  let timer = null;
  let running = null;
  const run = () => {
    clearTimeout(timer);
    running ??= task().finally(() => {
      running = null;
      timer = document.hidden ? null : setTimeout(run, milliseconds);
    });
    return running;
  };
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!document.hidden) {
      run();
    }
  });
  run();
  return async () => {
    await running;
    return run();
  };
}
