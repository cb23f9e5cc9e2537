// The header of sites in many languages: at every width nothing is wider than the screen, and nothing covers anything else.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { each, launch, none, serveFolder, temporaryFolder, tilmash, violations, visitIn } from './browser.mjs';

const WIDTHS = [320, 360, 390, 768, 1024, 1280, 1440];
/// Languages without a file of their own: name and direction. One has a long name.
const OWN = {
  ar: ['العربية', 'rtl'], he: ['עברית', 'rtl'], fa: ['فارسی', 'rtl'], pt: ['Português do Brasil', 'ltr'],
  frr: ['Nordfriesisch (Wiedingharder Mundart)', 'ltr'],
};
const SITES = ['en kk', 'en kk ru', 'frr pt', 'en kk ru de', 'en kk ru de fr tr pt frr', 'ar he fa', 'fa ar he en kk ru de frr'];

let browser;

before(async () => {
  browser = await launch();
});

/// Builds a site of one page and a section, in all the languages; the first one is the source. Gives its address.
async function site(languages) {
  const folder = await temporaryFolder();
  const put = async (name, text) => {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  };
  await put('site.yaml', `title: The Foreign Policy of an Independent State\nlanguages: [${languages.join(', ')}]\nsource: ${languages[0]}\n`);
  for (const code of languages) {
    if (OWN[code]) await put(`themes/default/languages/${code}.yaml`, `name: ${OWN[code][0]}\ndirection: ${OWN[code][1]}\n`);
    for (const page of ['index', 'guide/index']) await put(`content/${page}.${code}.md`, `---\ntitle: A title of some length\n---\n\nOne sentence.\nAnother one.\n`);
  }
  await tilmash('--root', folder, 'build', '--quiet');
  return serveFolder(path.join(folder, 'public'), '/');
}

/// Parts of the header that overlap, and a page that scrolls sideways. Runs in the page.
function faults() {
  const html = document.documentElement;
  const found = html.scrollWidth > html.clientWidth ? [`${html.scrollWidth - html.clientWidth} px too wide`] : [];
  const parts = [...document.querySelectorAll('.brand-name, .languages, .tools > *')].filter((part) => part.checkVisibility());
  parts.forEach((part, index) => parts.slice(index + 1).forEach((other) => {
    const [one, two] = [part.getBoundingClientRect(), other.getBoundingClientRect()];
    const apart = one.right <= two.left + 1 || two.right <= one.left + 1 || one.bottom <= two.top + 1 || two.bottom <= one.top + 1;
    if (!apart) found.push(`${part.className} and ${other.className} overlap`);
  }));
  const list = document.querySelector('.languages ul').getBoundingClientRect();
  if (list.width && (list.left < 0 || list.right > html.clientWidth + 1 || list.bottom > innerHeight)) found.push('the list of languages leaves the screen');
  return found;
}

for (const names of SITES) {
  test(`the header fits: ${names}`, async () => {
    const languages = names.split(' ');
    const home = await site(languages);
    const pages = [`${languages[0]}/guide/index.html`, `${languages[0]}-${languages.at(-1)}/guide/index.html`];
    const all = [];
    await each(pages, async (name) => {
      const found = await visitIn(browser, home + name, { origin: home }, async (page, problems) => {
        const add = (width, more) => problems.push(...more.map((problem) => `at ${width} px: ${problem}`));
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          add(width, await page.evaluate(faults));
          const button = page.locator('.languages-button');
          if (!await button.count()) continue;
          await button.click();
          assert.ok(await page.locator('#languages a').first().isVisible(), 'the button opens the list');
          add(width, await page.evaluate(faults));
          if (width === WIDTHS[0]) add(width, await violations(page));
          await page.keyboard.press('Escape');
        }
        const links = await page.locator('.languages a').count();
        // Each language, and the source beside each other one.
        if (links !== 2 * languages.length - 1) problems.push(`${links} links`);
      });
      all.push(...found.map((problem) => `${name}: ${problem}`));
    });
    none(all);
  });
}
