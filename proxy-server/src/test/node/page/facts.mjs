// What has to be so on the page of any server. What is expected is asked of the server itself, not taken from made-up data.

import assert from 'node:assert/strict';
import { axeSource, open } from './browser.mjs';

export const json = async (base, path) => (await fetch(base + path)).json();

/** Opens a view, looks, and holds that the browser had nothing to complain about. */
export async function on(context, view, options, look) {
  const opened = await open(context.browser, `${context.base}/${view}`, options);
  try {
    await look(opened.page);
    assert.deepEqual(await opened.page.evaluate(() => window.violations), [], 'violations of the policy');
    assert.deepEqual(opened.complaints, [], 'complaints of the browser');
  } finally {
    await opened.close();
  }
}

export const texts = (page, selector) => page.locator(selector).allTextContents();

const IDLE = 'document.activeElement === document.body';

/** Presses Tab until what has the focus is what is looked for. */
export async function tabTo(page, selector) {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
      return;
    }
    assert.equal(i > 0 && (await page.evaluate(IDLE)), false, `Tab came to the end before ${selector}`);
  }
  assert.fail(`Tab does not get to ${selector}`);
}

export async function accessible(page, packages) {
  await page.evaluate(axeSource(packages));
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations', 'incomplete'] }));
  const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  assert.deepEqual(told, []);
}

const sortOf = (page, table, column) => page.locator(`#${table} th.c-${column}[scope=col]`).getAttribute('aria-sort');

export const FACTS = [
  {
    name: 'the head says how the server is',
    run: (context) =>
      on(context, '', {}, async (page) => {
        const status = await json(context.base, '/status');
        const head = (await page.locator('.facts').textContent()).toLowerCase();
        assert.ok(head.includes(status.state), head);
        assert.ok(head.includes(status.version.toLowerCase()), head);
        assert.equal(await page.locator('#answer').count(), 1);
      }),
  },
  {
    name: 'each rule of the report has a row, and the verdicts are counted',
    run: (context) =>
      on(context, '', {}, async (page) => {
        const report = await json(context.base, '/report?since=30d');
        const rules = report.ledger === 'off' ? (await json(context.base, '/rules')).rules : report.rules;
        const names = await texts(page, '#rules tbody button.name');
        assert.equal(names.length, Math.min(100, rules.length));
        assert.ok(names.every((name) => rules.some(({ rule }) => rule === name)), names.join());
        const counts = await texts(page, '.tile .number');
        assert.equal(counts.map(Number).reduce((a, b) => a + b), rules.length);
        const removable = rules.filter(({ verdict }) => verdict === 'safe_to_remove').length;
        assert.equal(Number(counts[2]), removable);
      }),
  },
  {
    name: 'the plots are drawn and say what they show',
    run: (context) =>
      on(context, '', {}, async (page) => {
        assert.equal(await page.locator('#plots canvas').count(), 3);
        const labels = await page.locator('#plots [role=img]').evaluateAll((all) => all.map((one) => one.ariaLabel));
        assert.match(labels[0], /^Throughput.*down at most .*up at most/);
      }),
  },
  {
    name: 'Tab gets to the head of a column, Enter sorts by it',
    run: (context) =>
      on(context, '', {}, async (page) => {
        assert.equal(await sortOf(page, 'rules', 'verdict'), 'ascending');
        await tabTo(page, '#rules th.c-rule button');
        await page.keyboard.press('Enter');
        assert.equal(await sortOf(page, 'rules', 'rule'), 'ascending');
        assert.equal(await sortOf(page, 'rules', 'verdict'), null);
        const up = await texts(page, '#rules tbody button.name');
        await page.keyboard.press('Enter');
        assert.equal(await sortOf(page, 'rules', 'rule'), 'descending');
        if (up.length < 100) {
          assert.deepEqual(await texts(page, '#rules tbody button.name'), up.reverse());
        }
        assert.match(new URL(page.url()).hash, /rules=rule\.down/);
      }),
  },
  {
    name: 'the skip link is first and leads to the rules',
    run: (context) =>
      on(context, '', {}, async (page) => {
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate(() => document.activeElement.id), 'rules-title');
      }),
  },
  {
    name: 'the theme is the system\'s until another is chosen, which is remembered',
    run: (context) =>
      on(context, '', { theme: 'dark' }, async (page) => {
        const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const dark = await paper();
        await page.locator('#theme').click();
        const light = await paper();
        assert.notEqual(light, dark);
        await page.reload();
        assert.equal(await paper(), light);
      }),
  },
  ...['light', 'dark'].flatMap((theme) =>
    [[1440, 900], [390, 844]].map(([width, height]) => ({
      name: `axe finds nothing, ${theme}, ${width} by ${height}`,
      run: (context) => on(context, '', { theme, width, height }, (page) => accessible(page, context.packages)),
    })),
  ),
  {
    name: 'nothing is wider than a telephone',
    run: (context) =>
      on(context, '', { width: 390, height: 844 }, async (page) => {
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      }),
  },
];
