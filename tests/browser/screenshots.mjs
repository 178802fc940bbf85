import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { knownHazard, mapIdle, openPage } from './page.mjs';

/** The pictures of the README, 1440 x 900. */
export async function takeScreenshots(world) {
  const folder = join(world.root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  const hazard = await knownHazard(world.server);
  const near = `map=13.4/${hazard.lat}/${hazard.lon}`;
  const pictures = [
    ['map.png', '', (page) => mapIdle(page)],
    ['hazard.png', `#${near}&layers=estimate,hazards,land-release,minefield-records,finds,accidents,contact-line`, (page) => mapIdle(page)],
    ['details.png', `#${near}&sel=hazards/${hazard.id}`, async (page) => {
      await page.getByText('Sources and versions').waitFor();
      await mapIdle(page);
    }],
    ['dashboard.png', '#report', (page) => page.locator('.effects .plot').first().waitFor()],
  ];
  for (const [name, hash, ready] of pictures) {
    const { page, context } = await openPage(world, hash, { introduced: name !== 'map.png' });
    await ready(page);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, name) });
    console.log(`docs/images/${name}`);
    await context.close();
  }
}
