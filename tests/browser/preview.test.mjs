// The preview as a writer meets it: `tilmash serve` on a copy of the book, edited while pages are open.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { atEnd, launch, none, program, repository, temporaryFolder, watchedPage } from './browser.mjs';

const SENTENCE = 'Kazakhstan attaches particular importance to its relations with Russia.';
const CHAPTER = 'content/vectors/russia.en.md';

let folder, server, browser;

before(async () => {
  folder = await temporaryFolder();
  for (const name of ['site.yaml', 'content', 'templates', 'themes'])
    await cp(path.join(repository, name), path.join(folder, name), { recursive: true });
  await edit('site.yaml', (text) => `${text.replace(/^base_url:.*\n/m, '')}\nbase_url: https://book.example/some/path/\n`);
  server = await serve(0);
  atEnd(() => server.stop());
  browser = await launch();
});

/// The preview, once it says where it is.
async function serve(port) {
  const child = spawn(program, ['serve', '--root', folder, '--port', String(port)], { env: { ...process.env, NO_COLOR: '1' } });
  const ended = new Promise((done) => child.once('exit', done));
  let said = '';
  const url = await new Promise((done, failed) => {
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => {
      said += bytes;
      const url = /http:\/\/[\d.]+:\d+\S*\//.exec(said);
      if (url) done(url[0]);
    });
    ended.then(() => failed(new Error(`the preview ended: ${said}`)));
  });
  return { url, port: Number(new URL(url).port), stop: () => (child.kill(), ended) };
}

async function edit(name, change) {
  const file = path.join(folder, name);
  const text = await readFile(file, 'utf8');
  const changed = change(text);
  assert.notEqual(changed, text, `the edit of ${name} changes something`);
  await writeFile(file, changed);
}

/// An open page of the preview that would notice a reload; in the browser of the page `beside`, if there is one.
async function open(name, beside) {
  const context = beside?.context() ?? await browser.newContext({ viewport: { width: 1280, height: 500 }, reducedMotion: 'reduce' });
  const { page, problems } = await watchedPage(context, server.url);
  await page.goto(server.url + name);
  await connected(page);
  await page.evaluate(() => { window.loadedOnce = true; });
  return {
    page, problems,
    wasNotReloaded: async () => assert.ok(await page.evaluate(() => window.loadedOnce), 'the page was not loaded again'),
    close: () => page.close(),
  };
}

/// Waits for the page's first look at the preview: what is saved before it comes by a reload.
const connected = (page) => page.waitForFunction(
  () => performance.getEntriesByType('resource').some((one) => /__tilmash\/status/.test(one.name) && one.responseEnd > 0));

const says = (page, text) => page.waitForFunction((text) => document.querySelector('main').innerText.includes(text), text);
const panel = (page) => page.locator('tilmash-live .problem.error');

test('it stands where the published site will stand', async () => {
  assert.equal(new URL(server.url).pathname, '/some/path/');
  assert.equal(new URL(server.url).hostname, '127.0.0.1');
});

test('a sentence changes in every open page, and all else stays as the writer left it', async (context) => {
  const english = await open('en/vectors/russia/');
  const parallel = await open('kk-en/vectors/russia/', english.page);

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
  const before = await size(page);
  await edit('themes/default/static/style.css', (css) => `${css}\nmain h1 { font-size: 77px; }\n`);
  await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).fontSize === '77px');
  await page.waitForFunction(() => document.querySelectorAll('link[rel=stylesheet]').length === 1);
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

test('pages come and go', async () => {
  const { page, wasNotReloaded, close } = await open('en/vectors/russia/');
  await writeFile(path.join(folder, 'content/fresh.en.md'), '---\ntitle: A Fresh Page\n---\n\nHere it is.\n');
  await page.locator('.menu').getByText('A Fresh Page').waitFor();
  await wasNotReloaded();
  await page.locator('.menu').getByText('A Fresh Page').click();
  await says(page, 'Here it is.');
  await connected(page);
  await rm(path.join(folder, 'content/fresh.en.md'));
  await page.locator('tilmash-live [data-name=gone]').waitFor();
  await says(page, 'Here it is.');
  await close();
});

test('the preview is stopped and started again: pages say so, and heal', async () => {
  const { page, wasNotReloaded, close } = await open('en/vectors/russia/');
  const { port } = server;
  await server.stop();
  await page.locator('tilmash-live [data-name=lost]').waitFor();
  await edit(CHAPTER, (text) => text.replace(SENTENCE, 'This was written while nobody looked.'));
  server = await serve(port);
  await says(page, 'This was written while nobody looked.');
  await page.locator('tilmash-live [data-name=lost]').waitFor({ state: 'detached' });
  await wasNotReloaded();
  await close();
});
