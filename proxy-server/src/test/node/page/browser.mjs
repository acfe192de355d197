// Chromium of the system, driven by playwright-core, and what goes wrong in it.

import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser; `packages` is the folder node_modules. */
export async function launch(packages) {
  const require = createRequire(resolve(packages, 'any.js'));
  const { chromium } = require('playwright-core');
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/** The text of axe-core, which looks for what people with disabilities would stumble over. */
export function axeSource(packages) {
  const require = createRequire(resolve(packages, 'any.js'));
  return require('axe-core').source;
}

/** A page of a browser of its own kind, and a list of everything that the browser complains about. `init` runs in it first. */
export async function open(browser, url, { width = 1440, height = 900, theme = 'light', motion = 'reduce', init = null } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: motion,
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
    });
  });
  if (init !== null) {
    await page.addInitScript(init);
  }
  await page.goto(url);
  await page.locator('html[data-shown]').waitFor({ state: 'attached' });
  return { page, complaints, close: () => context.close() };
}
