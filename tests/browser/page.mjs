import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// As root, without a GPU and without any request of its own (software WebGL draws the map).
const flags = [
  '--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run',
];

/** Null when it is not installed. The package is web/'s development dependency. */
export function loadPlaywright(root) {
  try {
    return createRequire(join(root, 'web', 'package.json'))('playwright-core');
  } catch {
    return null;
  }
}

export const openBrowser = (playwright, executablePath) => playwright.chromium.launch({ executablePath, args: flags });

export function expect(held, message) {
  if (!held) throw new Error(message);
}

export function expectEqual(found, wanted, what) {
  expect(JSON.stringify(found) === JSON.stringify(wanted), `${what}: found ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

/** Opens an address of the app; the page remembers errors on the console and requests that leave the origin. */
export async function openPage({ browser, server }, hash, options = {}) {
  const { width = 1440, height = 900, dark = false, introduced = true } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
  const page = await context.newPage();
  const errors = [];
  const strangers = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(server.origin) && !/^(data|blob|about):/.test(url)) strangers.push(url);
  });
  if (introduced) await page.addInitScript(() => localStorage.setItem('firmground.introduced', 'yes'));
  await page.goto(`${server.origin}/${hash}`);
  return { page, context, errors, strangers };
}

export const mapIdle = (page) => page.waitForSelector('[data-testid=map][data-idle=true]', { timeout: 60_000 });

/** How many different colours the middle of the map shows: one means that nothing was drawn. */
export async function coloursOnMap(page) {
  const shot = await page.screenshot({ clip: { x: 420, y: 120, width: 600, height: 600 } });
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return seen.size;
  }, shot.toString('base64'));
}

/** What axe-core objects to, as "rule: element". */
export async function axeFindings(page, root) {
  await page.evaluate(readFileSync(join(root, 'web', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8'));
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 140)} (${node.any[0]?.message ?? ''})`));
}

/** A suspected or confirmed area with a place inside it, as the server itself would find it. */
export async function knownHazard(server) {
  const { results } = await server.api('/api/search?q=HA-');
  for (const result of results.filter((found) => found.kind === 'hazards')) {
    const { records } = await server.api(`/api/at?lon=${result.lon}&lat=${result.lat}&radius_m=1`);
    const here = records.filter((record) => record.kind === 'hazards');
    if (here.some((record) => record.id === result.id)) return { ...result, here: here.map((record) => record.id) };
  }
  throw new Error('The programme has no hazardous area that holds its own label point.');
}

/** The middle of what is seen of the map, where a view of the address is centred. */
export const middleOfMap = async (page) => {
  const box = await page.locator('[data-testid=map]').boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};
