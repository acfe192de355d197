// What has to be so on the page with data that is known, or with a server that does what it is told.

import assert from 'node:assert/strict';
import { HOSTILE } from './data.mjs';
import { accessible, json, on, tabTo, texts } from './facts.mjs';

/** Each is for a server of its own, in a scenario. */
const fact = (name, scenario, run) => ({ name, scenario, run: (context) => run(context, context.mock) });

const names = (page) => texts(page, '#rules tbody button.name');
const said = (page) => page.locator('#said').textContent();

/** Notes what is written on each canvas since it was last cleared; runs in the page. */
function recordLabels() {
  const written = new Map();
  const { clearRect, fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    written.set(this.canvas, []);
    return clearRect.apply(this, area);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right } = this.measureText(text);
    const place = new DOMPoint(x, y).matrixTransform(this.getTransform());
    const isCut = place.x - left < 0 || place.x + right > this.canvas.width || place.y > this.canvas.height;
    (written.get(this.canvas) ?? written.set(this.canvas, []).get(this.canvas)).push({ text, isCut });
    return fillText.call(this, text, x, y);
  };
  window.labels = () => [...document.querySelectorAll('#plots canvas')].map((canvas) => written.get(canvas) ?? []);
}

async function typed(page, text) {
  await page.locator('#filter').fill(text);
  await page.waitForFunction((wanted) => new URLSearchParams(location.hash.slice(1)).get('filter') === wanted, text);
}

export const MOCK_FACTS = [
  fact('verdicts are said in words, with a sign', {}, (context) =>
    on(context, '', {}, async (page) => {
      assert.equal(await page.locator('#answer').textContent(), '3 of 13 rules can go');
      assert.match(await page.locator('#reasons').textContent(), /1 rule below is no longer in force\.$/);
      const row = page.locator('#rules tbody tr', { hasText: 'crm' });
      assert.match(await row.locator('.verdict').textContent(), /Safe to remove/);
      assert.equal(await row.locator('.verdict svg').count(), 1);
      assert.match(await row.locator('td.c-certificate').textContent(), /connection refused/);
      assert.match(await row.locator('time').getAttribute('title'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+00:00$/);
      assert.equal(await row.locator('time').textContent(), '47 days ago');
    })),

  fact('the headline leads to the rules that can go, with the keyboard too', {}, (context) =>
    on(context, '', {}, async (page) => {
      await page.locator('button.name', { hasText: 'mail-relay' }).click();
      await page.locator('#reload').focus();
      await tabTo(page, '#answer button');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'rules-title');
      assert.deepEqual((await names(page)).sort(), ['crm', 'fax', 'old-vpn', 'print-queue']);
      assert.match(page.url(), /#verdict=safe_to_remove$/);
    })),

  fact('a headline that names no rules is no button', { ledger: 'off' }, (context) =>
    on(context, '', {}, async (page) => {
      assert.equal(await page.locator('#answer button').isVisible(), false);
      assert.equal(await page.locator('#answer').textContent(), 'No ledger is kept');
    })),

  ...[1, 12, 720].flatMap((samples) =>
    [390, 1440].map((width) =>
      fact(`labels of plots are whole and not repeated, ${samples} samples, ${width} wide`, { samples }, (context) =>
        on(context, '', { width, init: recordLabels }, async (page) => {
          const plots = await page.evaluate(() => window.labels());
          assert.equal(plots.length, 3);
          for (const labels of plots) {
            const times = labels.filter(({ text }) => /^\d\d:\d\d$/.test(text)).map(({ text }) => text);
            assert.deepEqual(times, [...new Set(times)]);
            const rest = labels.filter(({ text }) => !times.includes(text)).map(({ text }) => text);
            assert.ok(times.length > 0 && rest.length > 1, JSON.stringify(labels));
            assert.deepEqual(rest, [...new Set(rest)]);
            assert.deepEqual(labels.filter(({ isCut }) => isCut), []);
          }
        })))),

  fact('a reload that failed is said in a bar, until rules are read', { reload: 'kept' }, (context, mock) =>
    on(context, '', {}, async (page) => {
      const bar = page.locator('#reload-failed');
      await bar.waitFor();
      assert.match(
        await bar.textContent(),
        /^The last reload failed, at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+00:00: 2 problems, the rules in force stay$/,
      );
      assert.equal(await bar.getAttribute('role'), 'alert');
      await accessible(page, context.packages);
      mock.scenario = {};
      await bar.waitFor({ state: 'hidden', timeout: 15_000 });
    })),

  fact('modes and what else is unusual about a rule are badges', {}, (context) =>
    on(context, '', {}, async (page) => {
      const badges = async (rule) => texts(page, `#rules tr:has(button.name:text-is("${rule}")) .badge`);
      assert.deepEqual(await badges('erp'), ['enforce']);
      assert.deepEqual(await badges('git-mirror'), ['report only']);
      assert.deepEqual(await badges('wiki'), ['enforce', 'expires 2027-03-31']);
      assert.deepEqual(await badges('keep-sso'), ['enforce', 'pass']);
      assert.deepEqual(await badges('fax'), ['no longer in force']);
    })),

  ...[390, 620, 1280, 1440].map((width) =>
    fact(`no name, port or address in a table is cut, ${width} wide`, { hostile: true }, (context) =>
      on(context, '', { width }, async (page) => {
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll('main tbody tr > *, main tbody tr > * *')]
            .filter((one) => one.clientWidth > 0 && (one.scrollWidth > one.clientWidth + 1 || getComputedStyle(one).textOverflow === 'ellipsis'))
            .map((one) => `${one.className}: ${one.textContent}`),
        );
        assert.deepEqual([...new Set(cut)], []);
        const shown = await texts(page, '#who td.c-client, #tunnels td.c-target');
        assert.ok(shown.includes(HOSTILE.address) && shown.includes(HOSTILE.port));
      }))),

  fact('a row is a card on a telephone, and can still be sorted', {}, (context) =>
    on(context, '', { width: 390, height: 844 }, async (page) => {
      const row = page.locator('#rules tbody tr').first();
      const boxes = await row.locator('> *').evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().toJSON()));
      boxes.slice(1).forEach(({ top }, index) => assert.ok(top >= boxes[index].bottom - 1, `cell ${index + 1} is below the one before`));
      const labels = await row.locator('td').evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell, '::before').content));
      assert.deepEqual(labels, ['Verdict', 'Last seen', 'Requests', 'Clients', 'Hosts', 'Bytes', 'Owner', 'Certificate'].map((label) => `"${label}"`));
      for (const table of ['rules', 'who', 'tunnels']) {
        assert.ok(await page.locator(`#${table} .scroll`).evaluate((one) => one.scrollWidth <= one.clientWidth), table);
      }
      await page.locator('#rules th.c-rule[scope=col] button').click();
      assert.equal((await names(page))[0], 'build-cache');
      assert.equal(await page.getByRole('row').first().getByRole('columnheader').count(), 9);
    })),

  fact('the state of a certificate has the words of the report', {}, (context) =>
    on(context, '', {}, async (page) => {
      const state = async (rule) => page.locator(`#rules tr:has(button.name:text-is("${rule}")) td.c-certificate`).innerText();
      assert.match(await state('erp'), /^11 days left\s+erp\.new\.example\.com:443, valid until \d{4}-\d\d-\d\d$/);
      assert.match(await state('mail-relay'), /^74 days left\s/);
      assert.match(await state('wiki'), /^lacks the legacy name\s/);
      assert.match(await state('crm'), /^no certificate seen\s+connection refused$/);
      assert.match(await state('print-queue'), /^expired on \d{4}-\d\d-\d\d\s+print\.new\.example\.com:443, was valid until/);
      assert.match(await state('data-lake'), /^problem\s+not trusted, valid until/);
      assert.equal(await state('keep-sso'), '–');
      const warned = await page.locator('#rules tr:has(td.c-certificate.warns) button.name').allTextContents();
      assert.deepEqual(warned.sort(), ['crm', 'data-lake', 'erp', 'print-queue', 'wiki']);
    })),

  fact('what happens to a host is said as text', { hostile: true }, (context) =>
    on(context, '', {}, async (page) => {
      const explained = async (host, client = '') => {
        await page.locator('#explain-client').fill(client);
        await page.locator('#explain-host').fill(host);
        const answered = page.waitForResponse((response) => response.url().includes('/explain?'));
        await page.keyboard.press('Enter');
        const asked = new URL((await answered).url()).searchParams;
        assert.deepEqual([asked.get('host'), asked.get('client')], [host, client === '' ? null : client]);
        await page.locator('#explain-result p', { hasText: host }).first().waitFor();
        return texts(page, '#explain-result p');
      };
      await page.locator('#reload').focus();
      await tabTo(page, '#explain-host');
      const erp = await explained('erp.old.example.com', '10.1.2.3');
      assert.deepEqual(erp, [
        'erp.old.example.com:443: a tunnel to erp.new.example.com:443.',
        'If that fails: erp-dr.new.example.com:443.',
        'Rule erp decides (rules.yaml:10), which matches exact erp.old.example.com; mode enforce.',
        'Owner: netops · Ticket: NET-4711',
        'Rule office does not apply: the client 10.1.2.3 is not in 10.9.0.0/16.',
      ]);
      const reported = await explained('git-mirror.old.example.com:8443');
      assert.equal(reported[0], 'git-mirror.old.example.com:8443: a tunnel to git-mirror.old.example.com:8443.');
      assert.equal(reported[1], 'If the rule were enforced: a tunnel to git.new.example.com:443.');
      assert.ok((await explained('[2001:db8::1]:8443')).includes('No rule matches.'));
      const refused = await explained('gone.old.example.com');
      assert.equal(refused[0], `gone.old.example.com:443: refused with 410 (http_request_denied): ${HOSTILE.image}.`);
      assert.equal(await page.locator('#explain-result img').count(), 0);
      await accessible(page, context.packages);
    })),

  fact('a host that is none is said with its reason', {}, async (context) => {
    const opened = await context.open('');
    const { page } = opened;
    await page.locator('#explain button').click();
    await page.locator('#explain-result.warns', { hasText: 'Enter a host' }).waitFor();
    await page.locator('#explain-host').fill('<b>bad</b> host');
    await page.keyboard.press('Enter');
    await page.locator('#explain-result', { hasText: 'host: "<b>bad</b> host": expected HOST or HOST:PORT' }).waitFor();
    assert.equal(await page.locator('#explain-host').getAttribute('aria-invalid'), 'true');
    await opened.close();
  }),

  fact('rules are grouped by owner, and uses by client', {}, (context) =>
    on(context, '', {}, async (page) => {
      const report = await json(context.base, '/report?since=30d');
      const row = (name) => page.locator('#groups tbody tr', { has: page.getByRole('button', { name, exact: true }) });
      const netops = report.rules.filter(({ owner }) => owner === 'netops');
      assert.equal(await row('netops').locator('td.c-rules').textContent(), '2erp, old-vpn');
      assert.equal(await row('netops').locator('td.c-removable').textContent(), '1');
      const requests = netops.reduce((sum, rule) => sum + rule.requests, 0);
      assert.equal(await row('netops').locator('td.c-requests').textContent(), requests.toLocaleString('en'));
      await page.locator('#group label', { hasText: 'client' }).click();
      assert.match(page.url(), /group=client/);
      const { client } = report.entries.find((entry) => entry.client !== '(other)');
      const clients = new Set(report.entries.map((entry) => entry.client));
      assert.equal(await page.locator('#groups-size').textContent(), String(clients.size));
      await page.locator('#groups th.c-last_seen button').click();
      await row(client).locator('button').focus();
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'who-title');
      assert.equal(await page.locator('#filter').inputValue(), client);
      assert.ok((await texts(page, '#who td.c-client')).every((text) => text.startsWith(client)));
      await page.reload();
      await page.locator('html[data-shown]').waitFor({ state: 'attached' });
      assert.equal(await page.locator('#group input:checked').inputValue(), 'client');
    })),

  fact('a verdict that is clicked chooses rules and users, and the address keeps it', {}, (context) =>
    on(context, '', {}, async (page) => {
      await page.locator('.tile', { hasText: 'Quiet' }).click();
      assert.deepEqual((await names(page)).sort(), ['build-cache', 'license-server', 'time-sheets']);
      assert.match(await said(page), /^3 rules/);
      await page.reload();
      await page.locator('html[data-shown]').waitFor({ state: 'attached' });
      assert.equal((await names(page)).length, 3);
      const used = new Set(await texts(page, '#who td.c-rule'));
      assert.ok([...used].every((rule) => ['build-cache', 'license-server', 'time-sheets'].includes(rule)), [...used].join());
      await page.locator('.tile', { hasText: 'Quiet' }).click();
      assert.equal((await names(page)).length, 14);
    })),

  fact('the filter finds rules by their users, and users by the owner of their rule', {}, (context) =>
    on(context, '', {}, async (page) => {
      const report = await json(context.base, '/report?since=30d');
      const { client, rule } = report.entries.find((entry) => entry.client !== '(other)');
      await typed(page, client);
      assert.ok((await names(page)).includes(rule));
      assert.ok((await texts(page, '#who td.c-client')).every((text) => text.startsWith(client)));
      await typed(page, 'NETOPS 4711');
      assert.deepEqual(await names(page), ['erp']);
      assert.deepEqual([...new Set(await texts(page, '#who td.c-rule'))], ['erp']);
      await typed(page, 'nothing like that');
      assert.match(await page.locator('#rules .empty').textContent(), /^No rule is like that/);
    })),

  fact('slow typing keeps its spaces', {}, (context) =>
    on(context, '', {}, async (page) => {
      await page.locator('#filter').pressSequentially('erp 10.20', { delay: 150 });
      await page.waitForFunction(() => location.hash.includes('filter=erp+10.20'));
      assert.equal(await page.locator('#filter').inputValue(), 'erp 10.20');
      assert.deepEqual(await names(page), ['erp']);
    })),

  fact('a rule that is clicked shows who uses it, and going back undoes it', {}, (context) =>
    on(context, '', {}, async (page) => {
      await page.locator('button.name', { hasText: 'mail-relay' }).click();
      assert.equal(await page.evaluate(() => document.activeElement.id), 'who-title');
      assert.deepEqual([...new Set(await texts(page, '#who td.c-rule'))], ['mail-relay']);
      assert.equal(await page.locator('#chosen-rule-name').textContent(), 'mail-relay');
      await page.goBack();
      await page.locator('#chosen-rule').waitFor({ state: 'hidden' });
      assert.equal(await page.locator('#who-size').textContent(), '140');
    })),

  fact('numbers in names sort as numbers, and missing values are last in both directions', {}, (context) =>
    on(context, '#who=client.up', {}, async (page) => {
      const ipv4 = (text) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
      const clients = (await texts(page, '#who td.c-client')).filter((text) => !text.startsWith('('));
      assert.deepEqual(clients, [...clients].sort((a, b) => ipv4(a) - ipv4(b)));
      for (let times = 0; times < 2; times++) {
        await page.locator('#rules th.c-last_seen button').click();
        assert.ok((await names(page)).slice(-2).every((name) => ['old-vpn', 'keep-sso'].includes(name)));
      }
    })),

  fact('another period is asked for, and the exports follow', {}, (context) =>
    on(context, '', {}, async (page) => {
      const asked = page.waitForRequest((request) => request.url().endsWith('/report?since=90d'));
      await page.locator('#period label', { hasText: '90' }).click();
      await asked;
      assert.equal(await page.locator('#export-csv').getAttribute('href'), '/report?since=90d&format=csv');
      assert.match(page.url(), /#since=90$/);
    })),

  fact('a tunnel is ended with the keyboard, after a question', {}, (context, mock) =>
    on(context, '', {}, async (page) => {
      const before = await page.locator('#tunnels tbody tr').count();
      const first = await page.locator('#tunnels tbody tr').first().locator('td.c-end button').first().getAttribute('aria-label');
      await page.locator('#tunnels-title').focus();
      await tabTo(page, 'td.c-end button');
      await page.keyboard.press('Enter');
      assert.equal(await said(page), `${first}?`);
      await page.keyboard.press('Escape');
      assert.equal(mock.ended.size, 0);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForFunction((rows) => document.querySelectorAll('#tunnels tbody tr').length === rows, before - 1);
      assert.equal(mock.ended.size, 1);
      assert.ok(await page.evaluate(() => document.activeElement.matches('td.c-end button')), 'the focus stays in the table');
    })),

  fact('reload says every problem, pause and resume change places, drain asks', { badRules: true }, (context, mock) =>
    on(context, '', {}, async (page) => {
      // The browser itself notes an answer of 500 as an error, which is no error of the page.
      await page.route('**/-/reload', async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ status: answer.status() === 500 ? 200 : 500, body: await answer.text() });
      });
      await page.locator('#reload').click();
      await page.locator('#notice-text', { hasText: '<b>odd</b>' }).waitFor();
      assert.equal(await page.locator('#notice-text b').count(), 0);
      await page.locator('#pause').click();
      await page.locator('#state', { hasText: 'Paused' }).waitFor();
      await page.locator('#resume').click();
      await page.locator('#state', { hasText: 'Ready' }).waitFor();
      await page.locator('#drain button', { hasText: 'Drain…' }).click();
      assert.deepEqual(mock.acts, ['/-/reload', '/-/pause', '/-/resume']);
      await page.locator('#drain button.grave').click();
      await page.locator('#state', { hasText: 'Draining' }).waitFor();
      assert.equal(await page.locator('#drain').isVisible(), false);
    })),

  fact('hostile names are text, and nothing of them runs', { hostile: true }, (context) =>
    on(context, '', {}, async (page) => {
      const shown = await page.locator('#who td.c-user, #who th.c-host .text, #tunnels td.c-rule').allTextContents();
      assert.ok(shown.includes(HOSTILE.script));
      assert.ok(shown.includes(HOSTILE.image));
      assert.ok(shown.includes(HOSTILE.template));
      assert.ok(shown.includes('erp\\u202emoc.elpmaxe.dlo'));
      assert.ok(shown.includes('agent\\u000d\\u000aSet-Cookie: a=b'));
      await page.locator('button.name', { hasText: '<img' }).click();
      assert.equal(await page.locator('#chosen-rule-name').textContent(), HOSTILE.image);
      await page.reload();
      await page.locator('html[data-shown]').waitFor({ state: 'attached' });
      assert.equal(await page.locator('#chosen-rule-name').textContent(), HOSTILE.image);
      assert.equal(await page.evaluate(() => window.hacked), undefined);
      assert.equal(await page.locator('main img, main script').count(), 0);
    })),

  fact('new data leaves focus, selection and scrolling in place', {}, (context) =>
    on(context, '', {}, async (page) => {
      await page.locator('#tunnels tbody tr').nth(4).locator('td.c-end button').first().focus();
      const before = await page.evaluate(() => [document.activeElement.ariaLabel, scrollY]);
      await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('#tunnels tbody .text')));
      await page.waitForResponse((response) => response.url().endsWith('/connections'), { timeout: 15_000 });
      await page.waitForResponse((response) => response.url().endsWith('/connections'), { timeout: 15_000 });
      assert.deepEqual(await page.evaluate(() => [document.activeElement.ariaLabel, scrollY]), before);
      assert.notEqual(await page.evaluate(() => String(getSelection())), '');
    })),

  fact('without rules, without a ledger and without users the page says so', { rules: [], entries: 0 }, async (context, mock) => {
    await on(context, '', {}, async (page) => {
      assert.equal(await page.locator('#answer').textContent(), 'There are no rules yet');
      assert.match(await page.locator('#who .empty').textContent(), /^Nobody has used a legacy name/);
    });
    mock.scenario = { ledger: 'off', tunnels: 0 };
    await on(context, '', {}, async (page) => {
      assert.equal(await page.locator('#answer').textContent(), 'No ledger is kept');
      assert.equal((await names(page)).length, 14);
      assert.match(await page.locator('#tunnels .empty').textContent(), /^No tunnel is open/);
    });
  }),

  fact('a ledger that cannot be read is named with its reason', { ledger: 'ledger: <b>disk</b> is full' }, async (context) => {
    const opened = await context.open('');
    assert.equal(await opened.page.locator('#reasons').textContent(), 'ledger: <b>disk</b> is full');
    await opened.close();
  }),

  fact('a server that is gone is missed, and one that is back is welcome', {}, async (context, mock) => {
    const opened = await context.open('');
    const silence = opened.page.locator('#silence');
    mock.scenario = { silent: true };
    await silence.waitFor({ timeout: 15_000 });
    assert.match(await silence.textContent(), /^No answer since \d\d:\d\d:\d\d/);
    assert.equal((await names(opened.page)).length, 14);
    mock.scenario = {};
    await silence.waitFor({ state: 'hidden', timeout: 15_000 });
    await opened.close();
  }),
];

/** To be run alone, since it measures. */
export const MEASURED_FACT = fact('10,000 users and 10,000 tunnels can be worked with', { entries: 10_000, tunnels: 10_000 }, (context) =>
  on(context, '', {}, async (page) => {
    const ready = await page.evaluate(() => Math.round(performance.now()));
    assert.equal(await page.locator('#who tbody tr').count(), 100);
    await page.locator('#who .title .pager [aria-label="Last page"]').click();
    assert.equal(await page.locator('#who .title .range').textContent(), '9,901–10,000 of 10,000');
    await page.locator('#who .title .pager [aria-label="Previous page"]').click();
    assert.match(page.url(), /who-page=99/);
    const sorts = await page.evaluate(() =>
      ['host', 'client', 'agent', 'bytes', 'last_seen'].map((column) => {
        const start = performance.now();
        document.querySelector(`#who th.c-${column} button`).click();
        document.body.getBoundingClientRect();
        return `${column} ${Math.round(performance.now() - start)} ms`;
      }),
    );
    const filter = await page.evaluate(async () => {
      const input = document.getElementById('filter');
      const times = [];
      for (const text of ['e', 'er', 'erp 10.20.3']) {
        const start = performance.now();
        input.value = text;
        input.dispatchEvent(new Event('input'));
        while (new URLSearchParams(location.hash.slice(1)).get('filter') !== text) {
          await new Promise((resolve) => setTimeout(resolve));
        }
        document.body.getBoundingClientRect();
        times.push(`"${text}" ${Math.round(performance.now() - start)} ms`);
      }
      return times;
    });
    context.measured(`10,000 users and tunnels: shown ${ready} ms after navigation`);
    context.measured(`sorting 10,000: ${sorts.join(', ')}`);
    context.measured(`filtering 10,000, with 60 ms for typing on: ${filter.join(', ')}`);
  }));
