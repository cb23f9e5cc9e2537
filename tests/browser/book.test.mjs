// The book as its readers meet it: every page of the built site, at both widths, in both colour schemes.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { HtmlValidate } from 'html-validate';
import { COLOUR_RULES, duties, each, launch, none, serveFolder, temporaryFolder, tilmash, violations, visitIn } from './browser.mjs';

const ADDRESS = 'https://book.example/some/path/';
const WIDTHS = [360, 1280];
const SCHEMES = ['light', 'dark'];
const CHAPTER = 'vectors/russia/index.html';

let browser, folder, files, pages, looked, kinds, home, root;

before(async () => {
  folder = await temporaryFolder();
  await tilmash('build', '--quiet', '--output', folder, '--base-url', ADDRESS);
  files = new Set((await readdir(folder, { recursive: true })).map((file) => file.split(path.sep).join('/')));
  pages = [...files].filter((file) => file.endsWith('.html')).sort();
  assert.ok(pages.length > 40, `the book has ${pages.length} pages`);
  // The pages of terms are alike: of these, some are opened, and all others only read.
  looked = pages.filter((name, at) => !/\/terms\/./.test(name) || at % 25 === 0);
  // Chapters are alike too: where a check is slow, one page of each kind and language is enough.
  const isOneOfMany = /\/(central-asia|middle-east-south-asia|united-nations|conclusion|vectors\/(china|usa|europe|caspian))\//;
  const seen = new Set();
  kinds = looked.filter((name) => {
    const kind = name.replace(/(terms)\/.+\/index/, '$1/one/index');
    return !isOneOfMany.test(name) && !seen.has(kind) && seen.add(kind);
  });
  home = await serveFolder(folder, '/some/path/');
  root = await serveFolder(folder, '/');
  browser = await launch();
});

/// A page at one width, in one scheme; what goes wrong in it fails the test when `work` is done.
const visit = (url, options, work) => visitIn(browser, url, { origin: home, ...options }, work);

/// `kk/…` is Kazakh, `en/…` is English; side by side and the pages of all languages name each part themselves.
const languageOf = (page) => /^(kk|en)\//.exec(page)?.[1];

for (const width of WIDTHS) {
  test(`every page is sound at ${width} px, light and dark`, async () => {
    const all = [];
    await each(looked, async (name) => {
      const found = await visit(home + name, { width }, async (page, problems) => {
        problems.push(...await page.evaluate(duties, languageOf(name)));
        // The words of a page are the same at every width.
        if (width === WIDTHS[0] && !kinds.includes(name)) return;
        problems.push(...await violations(page));
        await page.emulateMedia({ colorScheme: 'dark' });
        problems.push(...await page.evaluate(duties, languageOf(name)), ...await violations(page, COLOUR_RULES));
      });
      all.push(...found.map((problem) => `${name}: ${problem}`));
    });
    none(all);
  });
}

test('every page is valid HTML', async () => {
  // Ids of sentences are numbers, and how long a title is is the author's choice.
  const validator = new HtmlValidate({ extends: ['html-validate:recommended'], rules: { 'valid-id': ['error', { relaxed: true }], 'long-title': 'off' } });
  const all = [];
  for (const name of pages) {
    const { results } = await validator.validateString(await readFile(path.join(folder, name), 'utf8'));
    all.push(...results.flatMap(({ messages }) => messages).map(({ ruleId, message, line, column }) => `${name}:${line}:${column}: ${ruleId}: ${message}`));
  }
  none(all);
});

test('the same folder works at the root of a host', async () => {
  const all = [];
  // The page for unknown addresses stands at any depth, so it alone has to know where the site is.
  await each(kinds.filter((name) => name !== '404.html'), async (name) => {
    const found = await visit(root + name, { origin: root }, async (page, problems) => {
      problems.push(...await page.evaluate(duties, languageOf(name)));
    });
    all.push(...found.map((problem) => `${name}: ${problem}`));
  });
  none(all);
});

test('every link leads somewhere', async () => {
  const ids = new Map();
  const links = [];
  const decoded = (text) => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  for (const name of pages) {
    // Another test shows that the pages are valid, so that their attributes can be read with a pattern.
    const text = await readFile(path.join(folder, name), 'utf8');
    const own = new Set();
    for (const [, attribute, value] of text.matchAll(/\s(id|href|src|popovertarget)="([^"]*)"/g)) {
      if (attribute === 'id') own.add(decoded(value));
      else links.push([name, attribute === 'popovertarget' ? `#${decoded(value)}` : decoded(value)]);
    }
    ids.set(name, own);
  }
  // The files for machines name pages by their full addresses.
  for (const name of [...files].filter((file) => file.endsWith('.xml'))) {
    const text = await readFile(path.join(folder, name), 'utf8');
    for (const [, link] of text.matchAll(/(?:<loc>|<id>|href=")(https?:[^<"]+)/g)) links.push([name, link]);
  }

  const wrong = [];
  for (const [name, link] of links) {
    if (link.startsWith('/') && name !== '404.html') {
      wrong.push(`${name}: root-absolute: ${link}`);
      continue;
    }
    const { href, hash } = new URL(link, ADDRESS + name);
    if (!href.startsWith(ADDRESS)) {
      if (/^https?:\/\/book\.example/.test(href)) wrong.push(`${name}: leads out of the site: ${link}`);
      continue;
    }
    const file = decodeURIComponent(href.slice(ADDRESS.length).replace(/[?#].*/, '')).replace(/(^|\/)$/, '$1index.html');
    const anchor = decodeURIComponent(hash.slice(1));
    if (!files.has(file)) wrong.push(`${name}: no such file: ${link}`);
    else if (anchor && !ids.get(file)?.has(anchor)) wrong.push(`${name}: no such anchor: ${link}`);
  }
  assert.ok(links.length > 1000, `there are ${links.length} links`);
  none(wrong);
});

test('an address that does not exist gets the page for it, at any depth', async () => {
  for (const name of ['nowhere', 'en/vectors/nowhere/']) {
    const problems = await visit(home + name, {}, async (page) => {
      assert.equal(await page.locator('h1').count(), 1);
      none(await page.evaluate(duties));
      await page.locator('main a').first().click();
      await page.waitForURL(`${home}kk/**`);
      none(await page.evaluate(duties, 'kk'));
    });
    // The browser itself says that the page is not there; nothing else may be wrong.
    none(problems.filter((problem) => !problem.includes('404')));
  }
});

test('opened from disk, pages are styled and links lead on', async () => {
  const origin = pathToFileURL(folder).href;
  const problems = await visit(`${origin}/index.html`, { origin }, async (page) => {
    for (const [link, to] of [
      ['main a[hreflang=kk]', 'kk/index.html'], ['.menu-list .menu-list a', `kk/${CHAPTER}`], ['.languages a.pair', `kk-en/${CHAPTER}`],
      ['.languages a[lang=en]', `en/${CHAPTER}`], ['.pager-next', 'en/vectors/china/index.html'], ['.brand', 'en/index.html'],
    ]) {
      await page.locator(link).first().click();
      await page.waitForURL(`${origin}/${to}`);
      none(await page.evaluate(duties));
      assert.ok(await page.locator('.theme-switch').isVisible(), 'the script runs');
      await page.waitForFunction(() => [...document.fonts].some((font) => /^.?Literata/.test(font.family) && font.status === 'loaded'));
    }
  });
  // From disk Chromium refuses to load fonts ahead; the style sheet loads them, as asserted above.
  const isAhead = (problem) => /Access to font at 'file:|A preload for 'file:|ERR_FAILED/.test(problem) && !/\.(css|js|svg|html)\b/.test(problem);
  none(problems.filter((problem) => !isAhead(problem)));
});

test('without a script, all of the text is there and the source can be opened', async () => {
  for (const name of [`kk/${CHAPTER}`, `en/${CHAPTER}`, `kk-en/${CHAPTER}`]) {
    const problems = await visit(home + name, { javaScriptEnabled: false }, async (page) => {
      assert.ok(await page.locator('main p, main .bead').last().isVisible());
      const text = await page.locator('main').innerText();
      if (!name.startsWith('en/')) assert.match(text, /мәңгі достық/);
      if (!name.startsWith('kk/')) assert.match(text, /Baikonur cosmodrome/);
      assert.ok(await page.locator('.theme-switch').isHidden(), 'a button that could do nothing is not shown');

      const mark = page.locator('.source-mark').first();
      const note = page.locator(`[id="${await mark.getAttribute('popovertarget')}"]`);
      assert.ok(await note.isHidden());
      await mark.click();
      assert.ok(await note.isVisible());
      assert.match(await note.innerText(), /Ресей|Қазақстан/);
      await page.keyboard.press('Escape');
      assert.ok(await note.isHidden());
    });
    none(problems);
  }
});

for (const scheme of SCHEMES) {
  test(`what opens is accessible too, ${scheme}`, async () => {
    for (const width of WIDTHS) {
      const problems = await visit(`${home}kk/independence/index.html`, { width, scheme }, async (page, problems) => {
        // The longest of the cards: a sentence with repairs.
        await page.locator('.source-mark.repaired').first().click();
        assert.ok(await page.locator('.source-note:popover-open').isVisible());
        problems.push(...await page.evaluate(duties, 'kk'), ...await violations(page));
        await page.keyboard.press('Escape');
        if (width >= 1000) return;
        await page.locator('.menu-button').click();
        assert.ok(await page.locator('.menu a').first().isVisible());
        problems.push(...await page.evaluate(duties, 'kk'), ...await violations(page));
        await page.locator('.menu-close').click();
        assert.ok(await page.locator('.menu').isHidden());
      });
      none(problems);
    }
  });
}

test('the reader keeps the sentence, the colours and the way by keyboard', async () => {
  const problems = await visit(`${home}kk/${CHAPTER}#1.2`, {}, async (page) => {
    await page.locator('.languages a[lang=en]').click();
    await page.waitForURL(/\/en\/vectors\/russia\/(index\.html)?#1\.2$/);
    assert.match(await page.locator(':target').innerText(), /Declaration on Eternal Friendship/);
    await page.locator('.languages a.pair').click();
    await page.waitForURL(/\/kk-en\/vectors\/russia\/(index\.html)?#1\.2$/);
    assert.match(await page.locator(':target').innerText(), /достық[^]*Declaration on Eternal Friendship/);

    const ink = () => page.evaluate(() => getComputedStyle(document.body).color);
    const light = await ink();
    await page.locator('.theme-switch').click();
    const dark = await ink();
    assert.notEqual(dark, light);
    await page.locator('.pager-next').click();
    await page.waitForURL(/\/vectors\/china\//);
    assert.equal(await ink(), dark, 'the next page remembers');

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main', 'the first Tab leads to the text');
  });
  none(problems);
});
