import { axeFindings, coloursOnMap, expect, expectEqual, knownHazard, mapIdle, middleOfMap, openPage } from './page.mjs';

const whole = (value) => new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format(value);
const percent = (value) => new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 }).format(value);

async function theMapIsDrawn(world) {
  const { page, context, errors, strangers } = await openPage(world, '', { introduced: false });
  await mapIdle(page);
  expect((await coloursOnMap(page)) > 200, 'the canvas is all but blank');
  expectEqual(errors, [], 'errors on the console');
  expectEqual(strangers, [], 'requests that leave the server');
  await page.getByRole('heading', { name: 'How to read this map' }).waitFor();
  const { classes } = await world.server.api('/api/hazard/legend?band=probability_any');
  expectEqual(await page.locator('[data-testid=legend] li').count(), classes.length, 'classes of the legend');
  await page.getByText('unknown, not zero').waitFor();
  expect((await page.getByText('No record is not no hazard.').count()) > 0, 'the footnote is missing');
  expect(!/\bsafe\b/i.test(await page.locator('body').innerText()), 'a screen says "safe"');
  await context.close();
}

async function aClickOpensTheHazard(world) {
  const hazard = await knownHazard(world.server);
  const { page, context, errors } = await openPage(world, `#map=15/${hazard.lat}/${hazard.lon}&layers=estimate,hazards`);
  await mapIdle(page);
  const { x, y } = await middleOfMap(page);
  await page.mouse.click(x, y);
  const details = page.getByTestId('details');
  await details.getByRole('heading', { level: 2, name: /HA-/ }).waitFor();
  const shown = /HA-\d+/.exec(await details.getByRole('heading', { level: 2 }).innerText())[0];
  expect(hazard.here.includes(shown), `${shown} was opened, but ${hazard.here} lie there`);
  const record = await world.server.api(`/api/records/hazards/${shown}`);
  await details.getByText(record.versions[0].source).first().waitFor();
  await details.getByText('items expected', { exact: true }).waitFor();
  await details.getByRole('heading', { name: 'Why' }).waitFor();
  expect(page.url().includes(`sel=hazards/${shown}`), 'the address does not hold the selection');
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  await page.goBack();
  await details.waitFor();
  expectEqual(errors, [], 'errors on the console');
  await context.close();
}

async function theSearchFindsAPlace(world) {
  const { page, context } = await openPage(world, '');
  await mapIdle(page);
  const { results } = await world.server.api('/api/search?q=a');
  const place = results.find((result) => result.kind === 'places') ?? results[0];
  await page.keyboard.press('Control+K');
  await page.keyboard.type(place.label);
  await page.getByRole('option').filter({ hasText: place.label }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByTestId('details').waitFor();
  expect(page.url().includes('sel='), 'the address does not hold the place');
  await page.keyboard.press('Control+K');
  await page.keyboard.type(`${place.lat.toFixed(4)}, ${place.lon.toFixed(4)}`);
  await page.getByRole('option', { name: /Go to/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Place on the map').waitFor();
  await context.close();
}

async function theKeyboardReadsTheMap(world) {
  const hazard = await knownHazard(world.server);
  const { page, context } = await openPage(world, `#map=15/${hazard.lat}/${hazard.lon}&layers=hazards`);
  await mapIdle(page);
  await page.locator('.map-container canvas').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('details').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('details').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.tagName === 'CANVAS'), 'the focus did not return to the map');
  await context.close();
}

async function layersSwitch(world) {
  const { page, context } = await openPage(world, '#layers=hazards');
  await mapIdle(page);
  await page.getByRole('switch', { name: /Hazardous areas/ }).uncheck();
  await page.waitForFunction(() => location.hash.includes('layers='));
  expect(!new URL(page.url()).hash.includes('hazards'), 'the address still shows hazards');
  await page.getByRole('switch', { name: /What is likely to remain/ }).check();
  await page.getByRole('radio', { name: 'Items' }).check({ force: true });
  await page.waitForFunction(() => location.hash.includes('band=expected_items'));
  await context.close();
}

async function theDashboardSaysWhatTheServerSays(world) {
  const situation = await world.server.api('/api/situation');
  const { page, context, errors, strangers } = await openPage(world, '#report');
  await page.locator('.chart svg.plot').first().waitFor();
  const wanted = {
    cleared: whole(situation.cleared_ha),
    remaining: whole(situation.remaining_ha),
    found: whole(situation.mines_found + situation.erw_found),
    casualties: whole(situation.casualties.since.total),
    records: situation.records.accuracy === null ? '–' : percent(situation.records.accuracy),
    funding: situation.funding.national_share === null ? '–' : percent(situation.funding.national_share),
    items: situation.estimate?.items_mean == null ? '–' : whole(situation.estimate.items_mean),
  };
  for (const [id, text] of Object.entries(wanted)) {
    expectEqual(await page.locator(`[data-indicator=${id}] [data-value]`).innerText(), text, id);
  }
  await page.locator('[data-indicator=items] summary').click();
  await page.getByText('Counted').first().waitFor();
  const rows = situation.charts.released_by_year;
  await page.getByRole('button', { name: /Show the table of: Land released/ }).click();
  const released = page.locator('figure.chart', { has: page.getByRole('heading', { name: /Land released/ }) });
  expectEqual(await released.locator('table tbody tr').count(), rows.length, 'rows of the table twin');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /Download as CSV: Land released/ }).click();
  expectEqual((await download).suggestedFilename(), 'released-by-year.csv', 'name of the CSV');
  expect(!/\bsafe\b/i.test(await page.locator('body').innerText()), 'a screen says "safe"');
  expectEqual(errors, [], 'errors on the console');
  expectEqual(strangers, [], 'requests that leave the server');
  await context.close();
}

async function theRankingLeadsToItsHazard(world) {
  const { ranking, settings } = await world.server.api('/api/surveys?limit=1');
  const { page, context, errors } = await openPage(world, '#report');
  const first = page.getByTestId('surveys-first');
  await first.getByText(`loss from an item left ${whole(settings.loss_per_item)}`).waitFor();
  await first.getByRole('link', { name: ranking[0].id }).click();
  const details = page.getByTestId('details');
  await details.getByText('Place 1 of').waitFor();
  await details.getByRole('row', { name: /AP mines/ }).waitFor();
  await details.getByRole('heading', { name: 'What the evidence is worth' }).waitFor();
  expectEqual(errors, [], 'errors on the console');
  await context.close();
}

async function otherLanguagesFit(world) {
  const { ranking } = await world.server.api('/api/surveys?limit=1');
  for (const [code, title] of [['ru', 'Обстановка'], ['az', 'Vəziyyət']]) {
    for (const width of [1280, 390]) {
      const { page, context, errors, strangers } = await openPage(world, '#report', { width });
      await page.getByRole('combobox', { name: 'Language' }).selectOption(code);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.locator('.effects .plot').first().waitFor();
      expectEqual(await page.evaluate(() => document.documentElement.lang), code, 'language of the page');
      expect((await tooWide(page)) <= 0, `the dashboard in ${code} is wider than ${width}`);
      await page.goto(`${world.server.origin}/#sel=hazards/${ranking[0].id}`);
      await page.reload();
      await page.locator('.polygon-surveys').waitFor();
      expectEqual(await page.evaluate(() => document.documentElement.lang), code, 'language after a reload');
      expect((await tooWide(page)) <= 0, `the map in ${code} is wider than ${width}`);
      expectEqual(errors, [], 'errors on the console');
      expectEqual(strangers, [], 'requests that leave the server');
      await context.close();
    }
  }
}

async function theServersRefusalIsShown(world) {
  const { page, context } = await openPage(world, '#sel=hazards/none-of-this-name');
  const problem = await world.server.api('/api/records/hazards/none-of-this-name');
  await page.getByRole('alert').getByText(problem.detail).waitFor();
  await page.getByRole('alert').getByText(problem.remedy).waitFor();
  await context.close();
}

async function everyoneCanReadIt(world) {
  const hazard = await knownHazard(world.server);
  const findings = [];
  for (const dark of [false, true]) {
    for (const hash of ['', `#sel=hazards/${hazard.id}`, '#report']) {
      const { page, context } = await openPage(world, hash, { dark, introduced: hash !== '' });
      await (hash === '#report' ? page.locator('.effects .plot').first().waitFor() : mapIdle(page));
      if (hash.startsWith('#sel')) await page.getByText('Sources and versions').waitFor();
      findings.push(...(await axeFindings(page, world.root)).map((finding) => `${dark ? 'dark' : 'light'} ${hash || 'map'}: ${finding}`));
      await context.close();
    }
  }
  expectEqual(findings, [], 'axe findings');
}

const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** "> 99%" must not turn into "99% <": in a right-to-left page the sign still stands left of the number. */
async function theSignStaysInFront(page) {
  const lefts = await page.evaluate(() => {
    const line = document.body.appendChild(document.createElement('p'));
    line.textContent = '\u2066> 99%\u2069';
    const left = (at) => {
      const range = document.createRange();
      range.setStart(line.firstChild, at);
      range.setEnd(line.firstChild, at + 1);
      return range.getBoundingClientRect().left;
    };
    const found = [left(1), left(3)];
    line.remove();
    return found;
  });
  expect(lefts[0] < lefts[1], 'the sign of "> 99%" moved behind the number');
}

async function rightToLeftHolds(world) {
  const { page, context, errors } = await openPage(world, '');
  await mapIdle(page);
  await page.getByRole('button', { name: 'Lay the page out right to left' }).click();
  expectEqual(await page.evaluate(() => document.documentElement.dir), 'rtl', 'direction');
  await theSignStaysInFront(page);
  const panel = await page.getByRole('complementary', { name: 'Layers and legend' }).boundingBox();
  expect(panel.x > 720, 'the panel did not move to the right');
  expectEqual(await page.locator('.scale-bar').evaluate((element) => getComputedStyle(element).direction), 'ltr', 'direction of the scale bar');
  expect((await tooWide(page)) <= 0, 'the map page is wider than the window');
  await page.getByRole('link', { name: 'Situation' }).click();
  await page.locator('.chart svg.plot').first().waitFor();
  expect((await tooWide(page)) <= 0, 'the dashboard is wider than the window');
  expectEqual(errors, [], 'errors on the console');
  await context.close();
}

async function aPhoneIsEnough(world) {
  const { page, context } = await openPage(world, '', { width: 390, height: 844 });
  await mapIdle(page);
  expect((await tooWide(page)) <= 0, 'the map page is wider than the phone');
  await page.getByRole('button', { name: 'Layers and legend', exact: true }).click();
  await page.getByTestId('legend').waitFor();
  await page.getByRole('button', { name: 'Close layers and legend' }).click();
  await page.getByRole('link', { name: 'Situation' }).click();
  await page.locator('.chart svg.plot').first().waitFor();
  expect((await tooWide(page)) <= 0, 'the dashboard is wider than the phone');
  await context.close();
}

/** In the order a person meets them. */
export const checks = [
  ['the map is drawn from this server alone, with its legend', theMapIsDrawn],
  ['a click on a known hazard opens its details, Esc closes and Back returns', aClickOpensTheHazard],
  ['the search finds a place and coordinates by keyboard', theSearchFindsAPlace],
  ['Enter reads what is at the centre of the map', theKeyboardReadsTheMap],
  ['layers and bands switch and the address holds them', layersSwitch],
  ['the dashboard shows the indicators of the server, with tables and CSV', theDashboardSaysWhatTheServerSays],
  ['the list of surveys leads to its hazard, which tells kinds, evidence and surveys', theRankingLeadsToItsHazard],
  ['Russian and Azerbaijani fit the pages and stay', otherLanguagesFit],
  ['a refusal is shown in the words of the server with its remedy', theServersRefusalIsShown],
  ['axe finds nothing on any page, light or dark', everyoneCanReadIt],
  ['right to left does not break the layout', rightToLeftHolds],
  ['a phone is enough', aPhoneIsEnough],
];
