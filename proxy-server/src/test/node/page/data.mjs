// What a Detour might say: made up, but the same each time but for the date.

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Names of which each tries to be more than text. */
export const HOSTILE = {
  script: '<script>window.hacked = 1</script>',
  image: '"><img src=x onerror="window.hacked = 2">',
  turned: 'erp\u202Emoc.elpmaxe.dlo',
  lines: 'agent\r\nSet-Cookie: a=b',
  template: '${window.hacked = 3}{{constructor}}',
  address: '2001:db8:85a3:8d3:1319:8a2e:3707:7348',
  port: '[2001:db8:85a3:8d3:1319:8a2e:3707:7348]:65535',
  long: `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example.com`,
};

/** Numbers that are the same in each run (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const iso = (time) => (time === null ? null : new Date(time).toISOString().replace('Z', '+00:00'));

// name, verdict, days since the last use, days since the first use, requests, owner, ticket, targets
const RULES = [
  ['erp', 'in_use', 0.0001, 212, 48_211, 'netops', 'NET-4711', ['erp.new.example.com', 'erp-dr.new.example.com']],
  ['mail-relay', 'in_use', 0.004, 180, 912_344, 'messaging', 'NET-4630', ['smtp.new.example.com']],
  ['numbered-hosts', 'in_use', 0.03, 96, 7_310, 'platform', 'NET-4802', ['{1}{2}.apps.new.example.com']],
  ['wiki', 'in_use', 0.9, 203, 1_204, 'intranet', null, ['wiki.new.example.com']],
  ['git-mirror', 'in_use', 2.4, 11, 62, 'platform', 'NET-4811', ['git.new.example.com']],
  ['build-cache', 'quiet', 9.2, 150, 33_871, 'platform', 'NET-4809', ['cache.new.example.com']],
  ['time-sheets', 'quiet', 16, 64, 411, 'hr-it', 'NET-4777', ['times.new.example.com']],
  ['license-server', 'quiet', 21, 120, 96, 'engineering', null, ['lic.new.example.com']],
  ['crm', 'safe_to_remove', 47, 190, 18_022, 'sales-it', 'NET-4502', ['crm.new.example.com']],
  ['print-queue', 'safe_to_remove', 88, 160, 2_917, 'facilities', 'NET-4418', ['print.new.example.com']],
  ['old-vpn', 'safe_to_remove', null, null, 0, 'netops', 'NET-4391', ['vpn.new.example.com']],
  ['fax', 'safe_to_remove', 121, 201, 14, null, null, []],
  ['keep-sso', 'unknown', null, null, 0, 'identity', 'NET-4820', []],
  ['data-lake', 'unknown', 5.1, 6, 305, 'analytics', 'NET-4831', ['lake.new.example.com']],
];

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36',
  'curl/8.14.1',
  'Java-http-client/25.0.1',
  'python-requests/2.32.5',
  'okhttp/5.1.0',
  'git/2.47.3',
  'Apache-Maven/3.9.11 (Java 25; Linux 6.1)',
  null,
];
const USERS = ['a.lindqvist', 'build', 'm.okafor', 'svc-backup', null, null, null, 't.nakamura', 'r.silva'];

const CERTIFICATES = {
  erp: (now) => ({ target: 'erp.new.example.com:443', not_after: iso(now + 11.4 * DAY), covers_legacy_name: true, problem: null }),
  'mail-relay': (now) => ({ target: 'smtp.new.example.com:443', not_after: iso(now + 74 * DAY), covers_legacy_name: true, problem: null }),
  wiki: (now) => ({ target: 'wiki.new.example.com:443', not_after: iso(now + 200 * DAY), covers_legacy_name: false, problem: null }),
  'build-cache': (now) => ({ target: 'cache.new.example.com:443', not_after: iso(now + 51 * DAY), covers_legacy_name: true, problem: null }),
  'print-queue': (now) => ({ target: 'print.new.example.com:443', not_after: iso(now - 3 * DAY), covers_legacy_name: true, problem: null }),
  'data-lake': (now) => ({ target: 'lake.new.example.com:443', not_after: iso(now + 90 * DAY), covers_legacy_name: true, problem: 'not trusted' }),
  crm: () => ({ target: 'crm.new.example.com:443', not_after: null, covers_legacy_name: null, problem: 'connection refused' }),
  'time-sheets': (now) => ({ target: 'times.new.example.com:443', not_after: iso(now + 130 * DAY), covers_legacy_name: true, problem: null }),
};

/** The report: `entries` rows of users, and rows with hostile names where `hostile`. */
export function report({ days = 30, now = Date.now(), entries = 140, hostile = false, ledger = 'sqlite', rules = RULES } = {}) {
  const made = rules.map(([rule, verdict, last, first, requests, owner, ticket]) => {
    const watched = rule === 'data-lake' || rule === 'keep-sso' ? 6 : 212;
    return {
      rule,
      owner,
      ticket,
      in_force: rule !== 'fax',
      verdict,
      quiet_since: last === null || verdict === 'in_use' ? null : iso(now - last * DAY),
      observed_since: iso(now - watched * DAY),
      observed_days: Math.min(watched, days),
      first_seen: first === null ? null : iso(now - first * DAY),
      last_seen: last === null ? null : iso(now - last * DAY),
      requests,
      bytes_upstream: requests * 2_113,
      bytes_downstream: requests * 21_412,
      hosts: requests === 0 ? 0 : rule === 'numbered-hosts' ? 41 : 1 + (requests % 3),
      clients: requests === 0 ? 0 : 1 + (requests % 57),
      certificate: CERTIFICATES[rule] ? { ...CERTIFICATES[rule](now), checked: iso(now - 40 * MINUTE) } : null,
    };
  });
  const rows = users(rules, entries, now);
  if (hostile) {
    const certificate = { ...made[0].certificate, target: HOSTILE.script, problem: HOSTILE.image };
    made.push({ ...made[0], rule: HOSTILE.image, owner: HOSTILE.script, ticket: HOSTILE.turned, certificate });
    rows.unshift(...hostileUsers(now));
  }
  return { ledger, since_days: days, now: iso(now), rules: made, entries_total: rows.length, entries: rows };
}

function users(rules, length, now) {
  const next = random(4711);
  const used = rules.filter(([, , last]) => last !== null);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const rows = [];
  for (let i = 0; i < length; i++) {
    const [rule, , last, first, , , , targets] = used[Math.floor(next() ** 1.6 * used.length)];
    const seen = now - (last + next() ** 3 * (first - last)) * DAY;
    const isFolded = i % 97 === 96;
    const name = rule === 'numbered-hosts' ? `app-web-${1 + Math.floor(next() * 40)}.corp.oldco.net` : `${rule}.old.example.com`;
    rows.push({
      rule,
      host: isFolded ? '(other)' : name,
      client: isFolded ? '(other)' : `10.20.${Math.floor(next() * 8)}.${Math.floor(next() * 254) + 1}`,
      user: isFolded ? null : pick(USERS),
      user_agent: isFolded ? null : pick(AGENTS),
      target: targets.length === 0 ? null : `${targets[0].replace('{1}{2}', `web${1 + Math.floor(next() * 40)}`)}:443`,
      first_seen: iso(Math.min(seen, now - next() * first * DAY)),
      last_seen: iso(seen),
      requests: 1 + Math.floor(next() ** 4 * 4_000),
      bytes_upstream: Math.floor(next() ** 3 * 40_000_000),
      bytes_downstream: Math.floor(next() ** 3 * 900_000_000),
    });
  }
  return rows.sort((a, b) => (a.last_seen < b.last_seen ? 1 : -1));
}

function hostileUsers(now) {
  const time = iso(now - MINUTE);
  return Object.values(HOSTILE).map((name) => ({
    rule: HOSTILE.image,
    host: name,
    client: name,
    user: name,
    user_agent: name,
    target: name,
    first_seen: time,
    last_seen: time,
    requests: 1,
    bytes_upstream: 1,
    bytes_downstream: 1,
  }));
}

export function rulesInForce({ now = Date.now(), rules = RULES } = {}) {
  return {
    count: rules.length,
    rules: rules.map(([rule, verdict, last, , requests, owner, ticket, targets], index) => ({
      rule,
      at: `rules.yaml:${10 + 6 * index}`,
      action: targets.length === 0 ? 'pass' : 'rewrite',
      mode: rule === 'git-mirror' ? 'report' : 'enforce',
      owner,
      ticket,
      reason: null,
      last_day: rule === 'wiki' ? '2027-03-31' : null,
      matches: verdict === 'in_use' ? Math.floor(requests / 9) : 0,
      last_match: verdict === 'in_use' ? iso(now - last * DAY) : null,
      bytes_upstream: requests * 211,
      bytes_downstream: requests * 2_141,
      targets: targets.map((to, target) => ({ target, to, connects: requests, failures: 0 })),
    })),
  };
}

export function connections({ now = Date.now(), length = 9, hostile = false } = {}) {
  const next = random(31);
  const used = RULES.slice(0, 5);
  const made = Array.from({ length }, (_, index) => {
    const [rule, , , , , , , targets] = used[Math.floor(next() * used.length)];
    const isLegacy = next() < 0.6;
    const asked = isLegacy ? `${rule}.old.example.com:443` : `intranet-${1 + Math.floor(next() * 9)}.example.com:443`;
    return {
      id: (index + 0x1f).toString(16),
      kind: next() < 0.9 ? 'connect' : 'tcp',
      client: `10.20.${Math.floor(next() * 8)}.${Math.floor(next() * 254) + 1}`,
      user: USERS[Math.floor(next() * USERS.length)],
      requested: asked,
      target: isLegacy ? `${targets[0].replace('{1}{2}', 'web7')}:443` : asked,
      rule: isLegacy ? rule : null,
      relay: next() < 0.5 ? 'splice' : 'copy',
      since: iso(now - next() ** 3 * 9_000_000),
      bytes_upstream: Math.floor(next() ** 3 * 9_000_000),
      bytes_downstream: Math.floor(next() ** 3 * 4_000_000_000),
    };
  });
  if (hostile) {
    Object.values(HOSTILE).forEach((name, index) => {
      made.push({ ...made[0], id: `ff${index}`, requested: name, target: name, client: name, user: name, rule: name });
    });
  }
  return made;
}

export function history({ now = Date.now(), length = 720 } = {}) {
  const next = random(8);
  const tide = (index, phase) => 1 + 0.6 * Math.sin(index / 61 + phase) + 0.35 * Math.sin(index / 17 + 2 * phase);
  const samples = (value) =>
    Array.from({ length }, (_, index) => (index > 238 && index < 262 ? null : value(index, next())));
  return {
    interval_seconds: 5,
    end: iso(now),
    bytes_upstream_per_second: samples((i, luck) => Math.round(420_000 * tide(i, 1) * (0.6 + luck * luck))),
    bytes_downstream_per_second: samples((i, luck) => Math.round(5_200_000 * tide(i, 0) * (0.5 + 1.1 * luck * luck * luck))),
    tunnels: samples((i) => Math.round(9 * tide(i, 2))),
    requests_per_second: samples((i, luck) => 3 * tide(i, 3) * luck),
    legacy_per_second: samples((i, luck) => (luck > 0.82 ? Math.round(14 * tide(i, 3) * luck) / 5 : 0)),
  };
}

export function status({ now = Date.now(), state = 'ready', tunnels = 9, rules = RULES, reload = 'ok' } = {}) {
  const uptime = 3 * 86_400 + 4 * 3_600 + 611;
  return {
    version: '0.1.0',
    revision: '3e45251',
    state,
    started: iso(now - uptime * 1_000),
    uptime_seconds: uptime,
    mode: 'enforce',
    rules: rules.length,
    clients: 5,
    tunnels,
    requests: 1_234_567,
    last_reload: {
      at: iso(now - 2.1 * 3_600_000),
      result: reload,
      summary: reload === 'ok' ? `${rules.length} rules in force: 1 added (data-lake)` : '2 problems, the rules in force stay',
    },
  };
}

/** Status and body. Names that are not those of a rule are passed; "bad host" is none. */
export function explanation(query, { hostile = false } = {}) {
  const host = query.get('host');
  if (host.includes(' ')) {
    return [400, `host: "${host}": expected HOST or HOST:PORT`];
  }
  const row = RULES.find(([rule]) => host.startsWith(`${rule}.old.`));
  const asked = host.includes(':') ? host : `${host}:443`;
  const told = {
    written: host,
    asked,
    client: query.get('client'),
    passed_over: [
      { rule: 'office', at: 'rules.yaml:4', obstacle: 'client', reason: 'the client 10.1.2.3 is not in 10.9.0.0/16' },
      { rule: 'other', at: 'rules.yaml:7', obstacle: 'host', reason: 'the host does not match' },
    ],
    match: null,
    legacy_suffix: null,
    legacy_network: null,
    decision: 'unmatched',
    targets: [{ target: null, address: asked, via: null }],
    result: { kind: 'tunnel', to: asked },
    plain_http: null,
    would_be: null,
  };
  if (host === 'gone.old.example.com') {
    const message = hostile ? HOSTILE.image : 'gone.old.example.com was switched off';
    return [200, { ...told, targets: [], result: { kind: 'refusal', status: 410, error: 'http_request_denied', message, retry_after_seconds: null } }];
  }
  if (row === undefined) {
    return [200, told];
  }
  const [rule, , , , , owner, ticket, targets] = row;
  const match = { rule, at: 'rules.yaml:10', matcher: `exact ${host}`, mode: rule === 'git-mirror' ? 'report' : 'enforce', owner, ticket, reason: null, expiry: null };
  const hops = targets.map((to, target) => ({ target, address: `${to}:443`, via: null }));
  const route = { kind: 'tunnel', to: hops[0].address };
  return [200, rule === 'git-mirror' ? { ...told, match, would_be: route } : { ...told, match, targets: hops, result: route }];
}
