// What happens to a request: asks the server, and says the answer in sentences.

import * as api from './api.js';
import { byId, element, setAttribute } from './dom.js';
import { visible } from './format.js';

/** Rules that could have matched are named up to this number. */
const MOST_SKIPPED = 10;

export function startExplain() {
  let latest = 0;
  byId('explain').addEventListener('submit', async (event) => {
    event.preventDefault();
    const turn = ++latest;
    const host = byId('explain-host').value.trim();
    const client = byId('explain-client').value.trim();
    const [lines, isProblem] = await answer(host, client);
    if (turn === latest) {
      show(lines, isProblem);
    }
  });
}

async function answer(host, client) {
  if (host === '') {
    return [['Enter a host, such as erp.old.example.com or erp.old.example.com:8443.'], true];
  }
  try {
    return [sentences(await api.explain(host, client)), false];
  } catch (problem) {
    if (problem instanceof api.Refusal) {
      return [[visible(problem.message)], true];
    }
    if (problem instanceof api.Silence) {
      return [['The server does not answer.'], true];
    }
    throw problem;
  }
}

function show(lines, isProblem) {
  const place = byId('explain-result');
  place.replaceChildren(...lines.map((line) => element('p', {}, line)));
  place.classList.toggle('warns', isProblem);
  setAttribute(byId('explain-host'), 'aria-invalid', isProblem ? 'true' : null);
}

/** The result first, then what led to it. Everything is text. */
function sentences(told) {
  return [
    `${visible(told.asked)}: ${outcome(told.result)}`,
    ...after(told),
    matched(told),
    ...about(told.match),
    ...skipped(told.passed_over ?? []),
  ];
}

function outcome(result) {
  if (result === null) {
    return 'nothing is done.';
  }
  if (result.kind === 'refusal') {
    const retry = result.retry_after_seconds === null ? '' : ` The client may try again after ${result.retry_after_seconds} seconds.`;
    return `refused with ${result.status} (${visible(result.error)}): ${visible(result.message).replace(/\.$/, '')}.${retry}`;
  }
  return `a ${visible(result.kind)} to ${visible(result.to)}.`;
}

function after(told) {
  const lines = [];
  const [first, ...others] = told.targets ?? [];
  const via = first?.via ?? null;
  if (via !== null) {
    lines.push(`It goes through the parent ${visible(via)}.`);
  }
  if (others.length > 0) {
    lines.push(`If that fails: ${others.map(({ address }) => visible(address)).join(', then ')}.`);
  }
  if (told.plain_http !== null) {
    lines.push(`For plain HTTP: ${outcome(told.plain_http)}`);
  }
  if (told.would_be !== null) {
    lines.push(`If the rule were enforced: ${outcome(told.would_be)}`);
  }
  return lines;
}

function matched({ match, legacy_suffix: suffix, legacy_network: network }) {
  if (match !== null) {
    return `Rule ${visible(match.rule)} decides (${visible(match.at)}), which matches ${visible(match.matcher)}; mode ${visible(match.mode)}.`;
  }
  if (network !== null) {
    return `No rule matches. The address is in the legacy network ${visible(network)}.`;
  }
  return suffix === null ? 'No rule matches.' : `No rule matches. The name has the legacy suffix ${visible(suffix)}.`;
}

function about(match) {
  const parts = [
    ['Owner', match?.owner],
    ['Ticket', match?.ticket],
    ['Reason', match?.reason],
    ['Last day', match?.expiry?.last_day],
  ].filter(([, value]) => value !== null && value !== undefined);
  return parts.length === 0 ? [] : [`${parts.map(([name, value]) => `${name}: ${visible(value)}`).join(' · ')}`];
}

/** Of the rules before it, those whose host matches: the others are of no interest. */
function skipped(rules) {
  const near = rules.filter(({ obstacle }) => obstacle !== 'host');
  const lines = near.slice(0, MOST_SKIPPED).map(({ rule, reason }) => `Rule ${visible(rule)} does not apply: ${visible(reason)}.`);
  return near.length > MOST_SKIPPED ? [...lines, `${near.length - MOST_SKIPPED} more do not apply.`] : lines;
}
