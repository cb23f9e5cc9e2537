// The preview as a writer meets it: `tilmash serve` on a copy of the book, edited while pages are open.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { COLOUR_RULES, launch, none, violations } from './browser.mjs';
import { connected, preview, recorder, says } from './preview.mjs';

const SENTENCE = 'Kazakhstan attaches particular importance to its relations with Russia.';
const CHAPTER = 'content/vectors/russia.en.md';

let book;
/// What the editor was opened with, since the last time one asked.
let opened;
let environment;
const edit = (...args) => book.edit(...args);
const open = (...args) => book.open(...args);

before(async () => {
  book = await preview(await launch());
  const recording = await recorder(book);
  opened = recording.opened;
  environment = recording.environment;
  await book.start(0, environment);
});

const panel = (page) => page.locator('tilmash-live .problem.error');

test('it stands where the published site will stand', async () => {
  assert.equal(new URL(book.url).pathname, '/some/path/');
  assert.equal(new URL(book.url).hostname, '127.0.0.1');
});

test('a sentence changes in every open page, and all else stays as the writer left it', async (context) => {
  const english = await open('en/vectors/russia/');
  const parallel = await open('kk-en/vectors/russia/', { beside: english.page });

  await english.page.locator('.toc summary').click();
  await english.page.evaluate(() => scrollTo(0, 300));
  await english.page.locator('.pager-next').evaluate((link) => link.focus({ preventScroll: true }));
  const mark = parallel.page.locator('.source-mark').first();
  await mark.click();
  const places = () => Promise.all([english, parallel].map(({ page }) => page.evaluate(() => scrollY)));
  const left = await places();
  assert.equal(left[0], 300);

  const begun = performance.now();
  await edit(CHAPTER, (text) => text.replace(SENTENCE, 'Kazakhstan sets great store by its relations with Russia.'));
  await says(english.page, 'Kazakhstan sets great store by its relations');
  context.diagnostic(`saved to seen: ${Math.round(performance.now() - begun)} ms`);
  await says(parallel.page, 'Kazakhstan sets great store by its relations');

  assert.deepEqual(await places(), left);
  assert.equal(await english.page.locator('.toc details').getAttribute('open'), null, 'what was closed stays closed');
  assert.ok(await english.page.evaluate(() => document.activeElement.matches('.pager-next')), 'the focus stays');
  assert.ok(await parallel.page.locator('.source-note:popover-open').isVisible(), 'what was opened stays open');

  // A new sentence between others, and then all as before.
  await edit(CHAPTER, (text) => text.replace('relations with Russia.\n', 'relations with Russia.\nThis one is new.\n'));
  await says(english.page, 'This one is new.');
  await edit(CHAPTER, (text) => text.replace('sets great store by', 'attaches particular importance to').replace('This one is new.\n', ''));
  await says(english.page, SENTENCE);
  await english.page.waitForFunction(() => !document.body.innerText.includes('This one is new.'));
  assert.deepEqual(await places(), left);

  // Whichever page it is that listens for both, the other goes on without it.
  await english.wasNotReloaded();
  none(english.problems);
  await english.close();
  await edit(CHAPTER, (text) => text.replace(SENTENCE, 'And on it goes.'));
  await says(parallel.page, 'And on it goes.');
  await edit(CHAPTER, (text) => text.replace('And on it goes.', SENTENCE));
  await says(parallel.page, SENTENCE);
  await parallel.wasNotReloaded();
  none(parallel.problems);
  await parallel.close();
});

test('a style changes without a reload', async () => {
  const { page, problems, wasNotReloaded, close } = await open('en/vectors/russia/');
  const size = (page) => page.evaluate(() => getComputedStyle(document.querySelector('h1')).fontSize);
  const sheets = await page.evaluate(() => document.querySelectorAll('link[rel=stylesheet]').length);
  const before = await size(page);
  await edit('themes/default/static/style.css', (css) => `${css}\nmain h1 { font-size: 77px; }\n`);
  await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).fontSize === '77px');
  await page.waitForFunction((sheets) => document.querySelectorAll('link[rel=stylesheet]').length === sheets, sheets);
  await edit('themes/default/static/style.css', (css) => css.replace('\nmain h1 { font-size: 77px; }\n', ''));
  await page.waitForFunction((size) => getComputedStyle(document.querySelector('h1')).fontSize === size, before);
  await wasNotReloaded();
  none(problems);
  await close();
});

for (const [what, name, right, wrong, error] of [
  // Found when templates are parsed, and found when a page is rendered.
  ['a template', 'templates/page.html', '{{ page.title }}</h1>', '{% if %}{{ page.title }}</h1>', /templates\/page\.html:\d+:\d+/],
  ['a value of a template', 'templates/page.html', '{{ page.title }}</h1>', '{{ page.titel }}</h1>', /`titel`[^]*templates\/page\.html:\d+:\d+/],
  ['the front matter', CHAPTER, 'title:', 'titel:', /titel[^]*content\/vectors\/russia\.en\.md:2:1[^]*did you mean `title`/],
  ['the configuration', 'site.yaml', 'languages: [kk, en]', 'languages: [kk, en', /site\.yaml:\d+:\d+/],
]) {
  test(`${what} is broken: the page says where and keeps its text; mended, the error goes away`, async () => {
    const { page, problems, wasNotReloaded, close } = await open('en/vectors/russia/');
    assert.equal(await panel(page).count(), 0);
    await edit(name, (text) => text.replace(right, wrong));
    try {
      await panel(page).first().waitFor();
      const text = await page.locator('tilmash-live .list').innerText();
      assert.match(text, /error\[[a-z-]+\]/);
      assert.match(text, error);
      assert.ok(await page.locator('tilmash-live .problem.error pre').first().isVisible(), 'the frame is shown');
      assert.ok(await page.locator('main').getByText(SENTENCE).isVisible(), 'the old text stays');
    } finally {
      await edit(name, (text) => text.replace(wrong, right));
    }
    await panel(page).first().waitFor({ state: 'hidden' });
    assert.ok(await page.locator('main').getByText(SENTENCE).isVisible());
    await wasNotReloaded();
    none(problems);
    await close();
  });
}

const way = (page) => page.locator('tilmash-live .problem.error .way').first();

for (const [what, name, right, wrong, line] of [
  ['a page', CHAPTER, 'title:', 'titel:', 2],
  ['a template', 'templates/page.html', '{{ page.title }}</h1>', '{{ page.titel }}</h1>', null],
  ['the configuration', 'site.yaml', 'languages: [kk, en]', 'languages: [kk, en', null],
]) {
  test(`the place of an error in ${what} opens the editor, by mouse and by key`, async () => {
    const { page, problems, wasNotReloaded, close } = await open('en/vectors/russia/');
    await edit(name, (text) => text.replace(right, wrong));
    try {
      await way(page).waitFor();
      const place = (await way(page).innerText()).split(':');
      assert.equal(place[0], name);
      if (line) assert.equal(Number(place[1]), line);
      await way(page).click();
      await page.locator('tilmash-live').getByText('Opened in the editor.').waitFor();
      assert.equal(await opened(), `${place[1]} ${name}`);
      // Once more after the time in which a second request would count as the same.
      const again = page.waitForResponse(/__tilmash\/open/);
      await way(page).focus();
      await page.keyboard.press('Enter');
      assert.equal((await again).status(), 200);
      assert.ok(await page.locator('tilmash-live .way:focus').isVisible(), 'the focus stays');
    } finally {
      await edit(name, (text) => text.replace(wrong, right));
    }
    await way(page).waitFor({ state: 'hidden' });
    await wasNotReloaded();
    none(problems);
    await close();
  });
}

for (const [index, [width, colorScheme]] of [[1280, 'light'], [1280, 'dark'], [390, 'light'], [390, 'dark']].entries()) {
  // Each has its mistake on a line of its own: a second request for one place within a second is the same request.
  const mistake = `${'\n'.repeat(index + 1)}titel:`;
  test(`the panel of errors is accessible and fits, ${width} px, ${colorScheme}`, async () => {
    const { page, problems, close } = await open('en/vectors/russia/', { viewport: { width, height: 800 }, colorScheme });
    await edit(CHAPTER, (text) => text.replace('title:', mistake));
    try {
      await way(page).waitFor();
      await way(page).click();
      await page.locator('tilmash-live').getByText('Opened in the editor.').waitFor();
      assert.equal(await opened(), `${index + 3} ${CHAPTER}`);
      problems.push(...await violations(page, colorScheme === 'dark' ? COLOUR_RULES : undefined));
      const box = await way(page).boundingBox();
      assert.ok(box.height >= 24 && box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/panel-${width}-${colorScheme}.png` });
    } finally {
      await edit(CHAPTER, (text) => text.replace(mistake, 'title:'));
    }
    await way(page).waitFor({ state: 'hidden' });
    none(problems);
    await close();
  });
}

test('the page in the place of one that cannot be made opens the editor too', async () => {
  // Nobody has asked for that page, so there is no last text.
  await edit('templates/page.html', (text) => text.replace('{{ page.title }}</h1>', '{{ page.titel }}</h1>'));
  const { page, close } = await open('en/vectors/china/');
  try {
    await page.locator('.error-page .way').first().click();
    await page.getByText('Opened in the editor.').waitFor();
    assert.match(await opened(), /^\d+ templates\/page\.html$/);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/error-page.png` });
  } finally {
    await edit('templates/page.html', (text) => text.replace('{{ page.titel }}</h1>', '{{ page.title }}</h1>'));
  }
  await page.locator('.error-page').waitFor({ state: 'detached' });
  await close();
});

test('pages come and go', async () => {
  const { page, wasNotReloaded, close } = await open('en/vectors/russia/');
  await writeFile(path.join(book.folder, 'content/fresh.en.md'), '---\ntitle: A Fresh Page\n---\n\nHere it is.\n');
  await page.locator('.menu').getByText('A Fresh Page').waitFor();
  await wasNotReloaded();
  await page.locator('.menu').getByText('A Fresh Page').click();
  await says(page, 'Here it is.');
  await connected(page);
  await rm(path.join(book.folder, 'content/fresh.en.md'));
  await page.locator('tilmash-live [data-name=gone]').waitFor();
  await says(page, 'Here it is.');
  await close();
});

test('the preview is stopped and started again: pages say so, and heal', async () => {
  const { page, wasNotReloaded, close } = await open('en/vectors/russia/');
  const { port } = book;
  // What it says is shown in a style of its own, which comes from the preview too.
  await page.waitForFunction(() => document.querySelector('tilmash-live')?.hidden === false);
  await book.stop();
  await page.locator('tilmash-live [data-name=lost]').waitFor();
  await edit(CHAPTER, (text) => text.replace(SENTENCE, 'This was written while nobody looked.'));
  await book.start(port, environment);
  await says(page, 'This was written while nobody looked.');
  await page.locator('tilmash-live [data-name=lost]').waitFor({ state: 'detached' });
  await wasNotReloaded();
  await close();
});
