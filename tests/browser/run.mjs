// Opens the built web app on a real programme in a real browser and does what a person would do.
//   node tests/browser/run.mjs [--screenshots]
// FIRMGROUND_BINARY  the program (default build/release/firmground)
// FIRMGROUND_DEMO    a programme with an estimate (default: a small demo, made for this run)
// --screenshots      also writes docs/images/{map,hazard,details,dashboard}.png
// Exit status 0 all passed, 1 something failed, 77 no browser here.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checks } from './checks.mjs';
import { loadPlaywright, openBrowser } from './page.mjs';
import { takeScreenshots } from './screenshots.mjs';
import { startServer } from './server.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const skipped = 77;

function cannotRun(reason) {
  console.log(reason);
  process.exit(skipped);
}

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const playwright = loadPlaywright(root);
if (!existsSync(chromium)) cannotRun(`There is no ${chromium}: install the Debian package chromium.`);
if (!playwright) cannotRun('playwright-core is not installed: run "npm ci" in web/.');
if (!existsSync(join(root, 'web', 'dist', 'index.html'))) {
  console.error('The web app is not built: run "npm run build" in web/.');
  process.exit(1);
}

const server = await startServer(root);
const browser = await openBrowser(playwright, chromium);
let passed = 0;
let failed = 0;
try {
  for (const [name, check] of checks) {
    const began = Date.now();
    try {
      await check({ browser, server, root });
      passed += 1;
      console.log(`ok    ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}\n      ${String(error.message ?? error).split('\n').slice(0, 12).join('\n      ')}`);
    }
  }
  if (process.argv.includes('--screenshots')) await takeScreenshots({ browser, server, root });
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
