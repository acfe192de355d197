// Checks the page in Chromium:
//   node check.mjs --packages NODE_MODULES --files FOLDER [--policy TEXT]     with made-up data
//   node check.mjs --packages NODE_MODULES --base http://127.0.0.1:3129       a running server, which is only read
// Prints "ok", "not ok" or "measured" and what it is about, each on a line. --only WORDS takes the facts with these words.

import { parseArgs } from 'node:util';
import { launch, open } from './browser.mjs';
import { FACTS } from './facts.mjs';
import { start } from './mock.mjs';
import { MEASURED_FACT, MOCK_FACTS } from './mockfacts.mjs';

const { values } = parseArgs({
  options: {
    packages: { type: 'string' },
    base: { type: 'string' },
    files: { type: 'string', multiple: true },
    policy: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});

/** So many facts are looked at in the same time: the most of it is waiting. */
const LANES = 3;

const browser = await launch(values.packages);
let failed = 0;

async function check({ name, scenario, run }) {
  const isMade = values.base === undefined;
  const mock = isMade ? await start({ folders: values.files, policy: values.policy, scenario }) : null;
  const base = values.base ?? mock.url;
  const measured = (text) => console.log(`measured ${text}`);
  const { packages } = values;
  try {
    await run({ browser, mock, base, packages, measured, open: (view) => open(browser, `${base}/${view}`) });
    console.log(`ok ${name}`);
  } catch (problem) {
    failed++;
    console.log(`not ok ${name}: ${String(problem.message).replaceAll('\n', '\n  ')}`);
  }
  await mock?.close();
}

const isWanted = ({ name }) => name.includes(values.only);
const facts = [...FACTS, ...(values.base === undefined ? MOCK_FACTS : [])].filter(isWanted);
const lane = async () => {
  while (facts.length > 0) {
    await check(facts.pop());
  }
};
await Promise.all(Array.from({ length: LANES }, lane));
if (values.base === undefined && isWanted(MEASURED_FACT)) {
  await check(MEASURED_FACT);
}
await browser.close();
process.exitCode = failed === 0 ? 0 : 1;
