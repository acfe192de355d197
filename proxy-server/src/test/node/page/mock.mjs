// A server that answers as Detour's admin interface does, with made-up data. By itself:
//   node mock.mjs PORT FOLDER... [name=value]...
// The folders are where the page's files are; uPlot's have to be called uplot.js and uplot.css there. Names are those of
// `scenario`, such as entries=10000 or hostile=true.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as data from './data.mjs';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
  + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' };

/** So many users are made up once, so that a measurement is one of the page. */
const MANY = 1_000;

/**
 * Starts it. The scenario may be changed while it runs.
 *
 * scenario.entries, .tunnels: how many; .hostile: hostile names too; .ledger: off, or a line for a 503; .rules: [] for none;
 * .silent: answers nothing; .reload: kept if the last one failed; .samples: how many there are of the last hour.
 */
export async function start({ port = 0, folders, scenario = {}, policy = POLICY }) {
  const mock = { scenario, state: 'ready', ended: new Set(), acts: [] };
  const ready = scenario.entries > MANY ? JSON.stringify(data.report({ ...scenario, days: 30 })) : null;
  const server = createServer(async (request, response) => {
    const send = (status, type, body) => {
      response.writeHead(status, {
        'Content-Type': type,
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy': policy,
        'Referrer-Policy': 'no-referrer',
      });
      response.end(body);
    };
    if (mock.scenario.silent) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url, 'http://localhost');
    const file = url.pathname === '/' ? 'index.html' : /^\/assets\/([a-z]+\.[a-z]+)$/.exec(url.pathname)?.[1];
    if (file !== undefined) {
      const content = await fileOf(folders, file);
      send(content === null ? 404 : 200, TYPES[file.split('.').pop()] ?? 'text/plain', content ?? 'not found\n');
      return;
    }
    if (ready !== null && url.pathname === '/report') {
      send(200, 'application/json', ready);
      return;
    }
    const [status, body] = answer(mock, request.method, url);
    const isText = typeof body === 'string';
    send(status, isText ? 'text/plain; charset=utf-8' : 'application/json', isText ? `${body}\n` : JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  mock.url = `http://127.0.0.1:${server.address().port}`;
  mock.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return mock;
}

async function fileOf(folders, name) {
  for (const folder of folders) {
    try {
      return await readFile(join(folder, name));
    } catch {
      // It may be in the next one.
    }
  }
  return null;
}

function answer(mock, method, url) {
  const { scenario } = mock;
  const path = url.pathname;
  const open = () =>
    data.connections({ length: scenario.tunnels ?? 9, hostile: scenario.hostile }).filter(({ id }) => !mock.ended.has(id));
  if (method === 'DELETE' && path.startsWith('/connections/')) {
    const id = decodeURIComponent(path.slice('/connections/'.length));
    const isOpen = open().some((tunnel) => tunnel.id === id);
    mock.ended.add(id);
    return isOpen ? [200, `ended ${id}`] : [404, 'no such tunnel'];
  }
  if (method === 'POST') {
    return act(mock, path);
  }
  switch (path) {
    case '/status':
      return [200, data.status({ state: mock.state, tunnels: open().length, rules: scenario.rules, reload: scenario.reload })];
    case '/report': {
      const days = Number.parseInt(url.searchParams.get('since'), 10);
      if (scenario.ledger !== undefined && scenario.ledger !== 'off') {
        return [503, scenario.ledger];
      }
      return [200, data.report({ ...scenario, days, ...(scenario.ledger === 'off' ? { rules: [], entries: 0 } : {}) })];
    }
    case '/rules':
      return [200, data.rulesInForce(scenario)];
    case '/connections': {
      const connections = open();
      return [200, { count: connections.length, connections }];
    }
    case '/explain':
      return data.explanation(url.searchParams, scenario);
    case '/history':
      return [200, data.history({ length: scenario.samples })];
    default:
      return [404, 'not found, see /'];
  }
}

function act(mock, path) {
  const states = { '/-/pause': 'paused', '/-/resume': 'ready', '/-/drain': 'draining' };
  mock.acts.push(path);
  if (path === '/-/reload') {
    return mock.scenario.badRules
      ? [500, 'rules.yaml:3:5: unknown key "sufix", did you mean "suffix"?\nrules.yaml:9:1: <b>odd</b>\n2 problems, the rules in force stay']
      : [200, '14 rules in force: nothing changed'];
  }
  if (states[path] === undefined) {
    return [404, 'not found, see /'];
  }
  mock.state = states[path];
  return [200, mock.state];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, ...rest] = process.argv.slice(2);
  const pairs = rest.filter((word) => word.includes('=')).map((word) => word.split('='));
  const values = pairs.map(([name, value]) => [name, /^(true|false|\d+|\[\])$/.test(value) ? JSON.parse(value) : value]);
  const folders = rest.filter((word) => !word.includes('='));
  const mock = await start({ port: Number(port), folders, scenario: Object.fromEntries(values) });
  console.log(mock.url);
}
