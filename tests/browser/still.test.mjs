// Pages stand still while they load: nothing that comes late moves what a reader sees.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { each, launch, none, serveFolder, temporaryFolder, tilmash, visitIn } from './browser.mjs';

const WIDTHS = [320, 768, 1440];
const PAGES = [
  'index.html', 'en/index.html', 'kk/index.html', 'en/vectors/russia/index.html', 'kk/vectors/russia/index.html', 'en/vectors/index.html',
  'kk/vectors/index.html', 'kk-en/vectors/russia/index.html', 'en/source-order/index.html', 'kk/source-order/index.html',
];

let browser, home;

before(async () => {
  const folder = await temporaryFolder();
  await tilmash('build', '--quiet', '--output', folder);
  home = await serveFolder(folder, '/');
  browser = await launch();
});

/// All layout shifts since the page was opened.
async function shifts(page) {
  await page.evaluate(() => document.fonts.ready);
  return page.evaluate(() => new Promise((done) => {
    const seen = [];
    const observer = new PerformanceObserver((list) => seen.push(...list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    // Entries of a frame are delivered after the next one.
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(seen.map((entry) =>
      `${entry.value.toFixed(4)} at ${Math.round(entry.startTime)} ms: ${entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.textContent).join(' … ')}`)))));
  }));
}

for (const [what, delay] of [['as usual', 0], ['when fonts come late', 700]]) {
  test(`no page shifts, ${what}`, async () => {
    const all = [];
    await each(PAGES.flatMap((name) => WIDTHS.map((width) => [name, width])), async ([name, width]) => {
      const found = await visitIn(browser, 'about:blank', { width, origin: home }, async (page, problems) => {
        await page.route('**/*.woff2', async (route) => {
          await new Promise((done) => setTimeout(done, delay));
          await route.continue();
        });
        await page.goto(home + name);
        problems.push(...await shifts(page));
      });
      all.push(...found.map((problem) => `${name} at ${width} px: ${problem}`));
    });
    none(all);
  });
}

test('a page loads the fonts of its own script, and no font in vain', async () => {
  const all = [];
  for (const [name, expected] of [
    ['en/vectors/russia/index.html', /latin/], ['en/index.html', /latin/], ['kk/index.html', /cyrillic/], ['kk/source-order/index.html', /cyrillic/],
  ]) {
    const fonts = [];
    const found = await visitIn(browser, 'about:blank', { origin: home }, async (page, problems) => {
      page.on('request', (request) => request.url().endsWith('.woff2') && fonts.push(request.url().split('/').pop()));
      await page.goto(home + name, { waitUntil: 'networkidle' });
      const ahead = await page.locator('link[rel=preload]').evaluateAll((links) => links.map((link) => link.href.split('/').pop()));
      const used = await page.evaluate(() => [...document.fonts].filter((font) => font.status === 'loaded').length);
      if (new Set(ahead).size !== ahead.length || used < ahead.length) problems.push(`loaded first: ${ahead.join(', ')}; ${used} of ${fonts.length} fonts used`);
      problems.push(...fonts.filter((font) => !expected.test(font)).map((font) => `loads ${font}`));
      if (fonts.length > 4) problems.push(`loads ${fonts.length} fonts`);
    });
    assert.ok(fonts.length, `${name} loads fonts`);
    all.push(...found.map((problem) => `${name}: ${problem}`));
  }
  none(all);
});
