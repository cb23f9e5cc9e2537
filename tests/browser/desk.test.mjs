// The preview as a translator meets it: what is pending, one sentence after the other, into the editor and done.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { COLOUR_RULES, duties, launch, none, tilmash, violations } from './browser.mjs';
import { preview, recorder } from './preview.mjs';

const SOURCE = 'content/vectors/russia.kk.md';
const TRANSLATION = 'content/vectors/russia.en.md';
const PARALLEL = 'kk-en/vectors/russia/';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let book;
/// What the editor was opened with, since the last time one asked.
let opened;

before(async () => {
  book = await preview(await launch());
  await book.edit(SOURCE, (text) => text
    .replace('қарым-қатынасқа айрықша мән', 'байланысқа ерекше мән')
    .replace('жалға бергені үшін ақы алатын болды.', 'жалға бергені үшін жыл сайын ақы алатын болды.\nБұл келісім екі елге де тиімді.'));
  await book.edit(TRANSLATION, (text) => text.replace('The provisions of', 'This one is the translator’s own.\nThe provisions of'));
  await sync();
  const recording = await recorder(book);
  opened = recording.opened;
  await book.start(0, recording.environment);
});

const sync = (...args) => tilmash('sync', '--quiet', '--root', book.folder, ...args);
const desk = (page) => page.locator('tilmash-live .desk');
const card = (page) => desk(page).locator('.card');
const shows = (page, id) => card(page).locator('.address').getByText(id, { exact: true }).waitFor();
const counts = (page, text) => desk(page).locator('.pending').getByText(text, { exact: true }).waitFor();
const says = (page, text) => desk(page).getByRole('status').getByText(text).waitFor();

/// What is said of a sentence, change and all, in a line for each part.
const told = (page) => card(page).evaluate((card) => {
  const marked = (element) => Array.from(element.childNodes, (node) =>
    node.nodeName === 'DEL' ? `[-${node.lastChild.data}-]` : node.nodeName === 'INS' ? `{+${node.lastChild.data}+}` : node.textContent).join('').trim();
  const text = (selector) => Array.from(card.querySelectorAll(selector), marked);
  return [...text('.state'), ...text('.file'), ...text('.said'), ...text('code')];
});

/// A sentence is seen whole, between the top of the window and the desk.
const isClear = (page, id) => page.waitForFunction((id) => {
  const { top, bottom } = document.getElementById(id).getBoundingClientRect();
  return top >= 0 && bottom <= document.querySelector('tilmash-live').getBoundingClientRect().top;
}, id);

test('a page says how much is pending, and one where nothing is says nothing', async () => {
  for (const [name, count] of [[PARALLEL, '4 сөйлем күтіп тұр'], ['en/vectors/russia/', '4 pending'], ['kk/vectors/russia/', '4 сөйлем күтіп тұр']]) {
    const { page, problems, close } = await book.open(name);
    await counts(page, count);
    assert.ok(await card(page).isHidden(), 'it does not stand in the way by itself');
    none(problems);
    await close();
  }
  for (const name of ['kk-en/vectors/china/', 'en/vectors/china/', '']) {
    const { page, problems, close } = await book.open(name);
    assert.equal(await desk(page).count(), 0);
    none(problems);
    await close();
  }
});

test('keys go from one to the next, and each shows the change of its source beside the translation', async () => {
  const { page, problems, wasNotReloaded, close } = await book.open(PARALLEL, { viewport: { width: 1280, height: 800 } });
  await desk(page).waitFor();
  const seen = [];
  for (const id of ['1.1', '3.2a-en', '4.2', '4.3']) {
    await page.keyboard.press('n');
    await shows(page, id);
    await isClear(page, id);
    assert.ok(page.url().endsWith(`#${id}`));
    // The page shows it too, as soon as its own script has seen the address.
    await page.waitForFunction((id) => document.querySelector('.lit')?.id === id, id);
    seen.push(await told(page));
  }
  assert.deepEqual(seen, [
    ['өзгерген', `${SOURCE}:7`, `${TRANSLATION}:6`,
      'Қазақстан Ресеймен [-қарым-қатынасқа айрықша-] {+байланысқа ерекше+} мән береді.',
      'Kazakhstan attaches particular importance to its relations with Russia.', 'tilmash sync --accept vectors/russia#1.1'],
    ['артық', `${TRANSLATION}:14`, 'This one is the translator’s own.', '<!-- + -->'],
    ['өзгерген', `${SOURCE}:18`, `${TRANSLATION}:18`,
      'Қазақстан «Байқоңыр» ғарыш айлағы мен басқа да полигондарды жалға бергені үшін {+жыл сайын+} ақы алатын болды.',
      'Kazakhstan is now to be paid for leasing out the Baikonur cosmodrome and other test ranges.', 'tilmash sync --accept vectors/russia#4.2'],
    ['аударылмаған', `${SOURCE}:19`, `${TRANSLATION}:18`, 'Бұл келісім екі елге де тиімді.', '<!-- - 4.3 -->'],
  ]);
  await says(page, '4 / 4');
  await page.keyboard.press('n');
  await shows(page, '1.1');
  await page.keyboard.press('p');
  await shows(page, '4.3');
  await page.keyboard.press('p');
  await shows(page, '4.2');
  // Told to those who do not see it.
  assert.match(await card(page).locator('ins').textContent(), /^қосылды: /);
  // By the page's own ways as well.
  await page.locator('[id="1.1"] .cell.right').click({ position: { x: 5, y: 5 } });
  await shows(page, '1.1');
  await page.keyboard.press('j');
  await page.keyboard.press('n');
  await shows(page, '3.2a-en');
  // A popover of the page goes first.
  await page.keyboard.press('i');
  await page.keyboard.press('Escape');
  assert.ok(await card(page).isVisible());
  await page.keyboard.press('Escape');
  assert.ok(await card(page).isHidden());
  await page.keyboard.press('n');
  await card(page).focus();
  await page.keyboard.press('Escape');
  assert.ok(await card(page).isHidden());
  assert.ok(await desk(page).locator('.pending:focus').isVisible(), 'the focus is not lost');
  // Whoever has switched keys off meant these too.
  await page.evaluate(() => localStorage.setItem('keys', 'off'));
  await page.keyboard.press('n');
  assert.ok(await card(page).isHidden());
  await page.evaluate(() => localStorage.removeItem('keys'));
  await wasNotReloaded();
  none(problems);
  await close();
});

test('the desk begins where one reads', async () => {
  const { page, close } = await book.open('en/vectors/russia/');
  await desk(page).waitFor();
  await page.evaluate(() => scrollBy({ top: document.getElementById('4.1').getBoundingClientRect().top - 5, behavior: 'instant' }));
  await page.keyboard.press('n');
  await shows(page, '4.2');
  await isClear(page, '4.2');
  await close();
});

test('a click or a key opens the editor at the very line', async () => {
  const { page, problems, close } = await book.open(PARALLEL);
  await desk(page).waitFor();
  await page.keyboard.press('n');
  await card(page).locator('.translation .open').click();
  await says(page, 'Редакторда ашылды.');
  assert.equal(await opened(), `6 ${TRANSLATION}`);
  await card(page).locator('.source .open').click();
  await says(page, 'Редакторда ашылды.');
  assert.equal(await opened(), `7 ${SOURCE}`);
  // At the sentence that one stands at.
  await page.goto(`${book.url}${PARALLEL}#4.3`);
  const answered = page.waitForResponse(/__tilmash\/open/);
  await page.keyboard.press('e');
  await answered;
  assert.equal(await opened(), `18 ${TRANSLATION}`);
  await shows(page, '4.3');
  none(problems);
  await close();
});

for (const [scheme, looks] of [['light', {}], ['dark', {}], ['light', PHONE], ['dark', PHONE]]) {
  test(`it is accessible and hides nothing, ${scheme}${looks === PHONE ? ', on a phone' : ''}`, async () => {
    const { page, problems, close } = await book.open(PARALLEL, { colorScheme: scheme, ...looks });
    const add = async () => problems.push(...await page.evaluate(duties, 'kk'), ...await violations(page, scheme === 'dark' ? COLOUR_RULES : undefined));
    await desk(page).waitFor();
    await add();
    for (const id of ['1.1', '3.2a-en', '4.2', '4.3']) {
      await desk(page).locator('.next').click();
      await shows(page, id);
      await isClear(page, id);
      await add();
    }
    // The last lines of the page are not under the desk for ever.
    await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
    await page.waitForFunction(() => document.querySelector('.foot').getBoundingClientRect().bottom
      <= document.querySelector('tilmash-live').getBoundingClientRect().top + 1);
    none(problems);
    await close();
  });
}

test('on a phone what the desk says is said in whole words, and the buttons stay where they are', async () => {
  const { page, problems, close } = await book.open(PARALLEL, PHONE);
  const next = desk(page).locator('.next');
  await next.click();
  await says(page, '1 / 4');
  const place = await next.boundingBox();
  await card(page).locator('.translation .open').click();
  await says(page, 'Редакторда ашылды.');
  await opened();
  assert.deepEqual(await next.boundingBox(), place);
  const lines = await desk(page).getByRole('status').evaluate((status) => {
    const range = document.createRange();
    range.selectNodeContents(status);
    return range.getClientRects().length;
  });
  assert.equal(lines, 1);
  none(problems);
  await close();
});

test('from another machine the desk is to be read, and opens nothing', async () => {
  const { page, problems, close } = await book.open(PARALLEL, { extraHTTPHeaders: { 'X-Forwarded-For': '192.0.2.1' } });
  await desk(page).waitFor();
  await page.keyboard.press('n');
  await shows(page, '1.1');
  assert.equal(await card(page).locator('.open').count(), 0);
  assert.equal((await told(page)).length, 6);
  await page.keyboard.press('e');
  none(problems);
  await close();
});

test('an edit, a sync and an accept take sentences off the desk at once', async () => {
  const { page, problems, wasNotReloaded, close } = await book.open('en/vectors/russia/');
  const beside = await book.open(PARALLEL, { beside: page });
  await counts(page, '4 pending');
  await page.keyboard.press('n');
  await shows(page, '1.1');
  const marks = () => page.locator('.behind').count();
  assert.equal(await marks(), 2);
  await book.edit(TRANSLATION, (text) => text.replace('attaches particular importance to its relations', 'sets great store by its ties'));
  await counts(page, '3 pending');
  await says(page, '1.1 is no longer pending.');
  assert.ok(await card(page).isHidden(), 'nothing is shown of what is done');
  assert.equal(await marks(), 1);
  await sync();
  await page.keyboard.press('n');
  await shows(page, '3.2a-en');
  await counts(page, '3 pending');
  // What is shown stays, whatever else goes, and so does the focus.
  await page.keyboard.press('n');
  await shows(page, '4.2');
  await card(page).locator('.translation .open').focus();
  await book.edit(TRANSLATION, (text) => text.replace('title: Russia\n', 'title: Russia\n\n'));
  await card(page).locator('.translation .file').getByText(`${TRANSLATION}:19`).waitFor();
  assert.ok(await card(page).locator('.translation .open:focus').isVisible());
  await book.edit(TRANSLATION, (text) => text.replace('title: Russia\n\n', 'title: Russia\n'));
  await book.edit(TRANSLATION, (text) => text.replace('translator’s own.', 'translator’s own. <!-- + -->'));
  await counts(page, '2 pending');
  await shows(page, '4.2');
  await sync('--accept', 'vectors/russia#4.2');
  await counts(page, '1 pending');
  assert.equal(await marks(), 0);
  await page.keyboard.press('n');
  await shows(page, '4.3');
  await book.edit(TRANSLATION, (text) => text.replace('other test ranges.', 'other test ranges.\nThis agreement benefits both countries.'));
  await says(page, 'All sentences are up to date.');
  assert.ok(await desk(page).locator('.next').isHidden());
  await says(beside.page, 'Күтіп тұрған сөйлем қалмады.');
  // What was said of an earlier state does not stand beside a new problem.
  await book.edit('content/vectors/china.en.md', (text) => text.replace('title:', 'titel:'));
  await page.locator('tilmash-live .problem.error').first().waitFor();
  assert.ok(await desk(page).isHidden(), 'it says no more that all is well');
  await book.edit('content/vectors/china.en.md', (text) => text.replace('titel:', 'title:'));
  await page.locator('tilmash-live .problem.error').first().waitFor({ state: 'hidden' });
  // And comes again.
  await book.edit(SOURCE, (text) => text.replace('байланысқа ерекше', 'байланысқа айрықша'));
  await counts(page, '1 pending');
  await counts(beside.page, '1 сөйлем күтіп тұр');
  assert.equal(await desk(beside.page).getByRole('status').textContent(), '');
  await page.keyboard.press('n');
  await shows(page, '1.1');
  assert.equal((await told(page))[3], 'Қазақстан Ресеймен байланысқа [-ерекше-] {+айрықша+} мән береді.');
  await wasNotReloaded();
  await beside.wasNotReloaded();
  none([...problems, ...beside.problems]);
  await close();
  await beside.close();
});

test('an editor with an address is a link; one that cannot be started, or has no window, is told of', async () => {
  for (const [set, look] of [
    [{ TILMASH_EDITOR: 'vscode://file/{file}:{line}' }, async (page) => {
      const link = await card(page).locator('.translation .open').getAttribute('href');
      assert.equal(link, `vscode://file${book.folder}/${TRANSLATION}:6`);
    }],
    [{ VISUAL: 'no-such-editor-here' }, async (page, problems) => {
      await card(page).locator('.translation .open').click();
      await card(page).getByRole('alert').getByText('cannot start the editor `no-such-editor-here`').waitFor();
      problems.length = 0;
    }],
    [{ VISUAL: 'vim' }, async (page) => {
      await card(page).getByText('the editor `vim` runs in a terminal').waitFor();
      assert.equal(await card(page).locator('.open').count(), 0);
    }],
  ]) {
    await book.stop();
    await book.start(book.port, { TILMASH_EDITOR: '', EDITOR: '', ...set });
    const { page, problems, close } = await book.open('en/vectors/russia/');
    await desk(page).waitFor();
    await page.keyboard.press('n');
    await shows(page, '1.1');
    await look(page, problems);
    none(problems);
    await close();
  }
});
