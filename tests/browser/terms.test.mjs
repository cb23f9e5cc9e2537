// Terms as readers meet them: quiet links and their cards, the page of a term, the index of names.

import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { COLOUR_RULES, clipboard, duties, launch, none, serveFolder, temporaryFolder, tilmash, violations, visitIn } from './browser.mjs';
import { preview, says } from './preview.mjs';

const ADDRESS = 'https://book.example/some/path/';
const CHAPTER = 'vectors/russia/index.html';
const PHONE = { width: 320, height: 844, hasTouch: true, isMobile: true };
const NO_SCRIPT = { javaScriptEnabled: false };
const LANGUAGES = ['kk', 'en'];

let browser, folder, home;

before(async () => {
  folder = await temporaryFolder();
  await tilmash('build', '--quiet', '--output', folder, '--base-url', ADDRESS);
  home = await serveFolder(folder, '/some/path/');
  browser = await launch();
});

/// Visits a page of the book; whatever goes wrong in it fails the test.
async function read(name, options, work) {
  const permissions = options.javaScriptEnabled === false ? [] : ['clipboard-read', 'clipboard-write'];
  none(await visitIn(browser, home + name, { origin: home, permissions, ...options }, (page, problems) => {
    page.setDefaultTimeout(5000);
    return work(page, problems);
  }));
}

const at = (page, path) => page.waitForURL((url) => url.href === home + path);
/// The first link in the text to a term.
const mention = (page, key) => page.locator(`:is(.prose, .rows) a.term[href*="/terms/${key}/"]`).first();
const card = (page) => page.locator('.term-pop');
const isShown = (page) => card(page).waitFor({ state: 'visible' });
const isGone = (page) => card(page).waitFor({ state: 'hidden' });
const focusedText = (page) => page.evaluate(() => document.activeElement.textContent);

test('under the mouse a mention opens a card, which stays while the mouse is on it', async () => {
  await read(`en/${CHAPTER}`, {}, async (page) => {
    const fetched = [];
    page.on('request', (request) => { if (request.resourceType() === 'fetch') fetched.push(request.url()); });
    const russia = mention(page, 'russia');
    await russia.hover();
    assert.ok(await card(page).isHidden(), 'not before a pause');
    await isShown(page);
    const text = (await card(page).innerText()).replace(/\s+/g, ' ');
    for (const part of ['Country', 'Russia', 'Ресей', 'A state in Eastern Europe', 'Mentions: 12', 'Nearest mention 1.3 Kazakhstan and Russia have concluded', 'Open the page'])
      assert.ok(text.includes(part), `${part}: ${text}`);
    assert.equal(await russia.getAttribute('aria-expanded'), 'true');
    await card(page).locator('.term-text').hover();
    await page.waitForTimeout(500);
    assert.ok(await card(page).isVisible(), 'the mouse is on the card');
    await page.mouse.move(5, 5);
    await isGone(page);
    assert.equal(await russia.getAttribute('aria-expanded'), 'false');
    await russia.hover();
    await isShown(page);
    assert.equal(fetched.length, 1, 'the page of a term is fetched once');
    await page.keyboard.press('Escape');
    await isGone(page);
    const declaration = mention(page, 'eternal-friendship-declaration');
    await declaration.hover();
    await page.waitForFunction(() => document.querySelector('.term-pop time')?.textContent === '6 July 1998');
    await card(page).locator('.term-open').click();
    await page.waitForURL(/\/en\/terms\/eternal-friendship-declaration\/$/);
  });
});

test('the keyboard opens a card, enters it, and leaves it for what follows', async () => {
  await read(`en/${CHAPTER}`, {}, async (page) => {
    const [first, russia] = [page.locator('.prose a.term').first(), mention(page, 'russia')];
    await first.focus();
    await page.keyboard.press('Tab');
    await isShown(page);
    assert.ok(await russia.evaluate((link) => link === document.activeElement), 'the focus stays');
    const next = await page.evaluate(() => [...document.querySelectorAll('.prose a.term')][2].textContent);
    await page.keyboard.press('Tab');
    assert.equal(await focusedText(page), 'Russia', 'the title of the card');
    assert.ok(await page.evaluate(() => document.activeElement.closest('[role=dialog]')));
    await page.keyboard.press('Shift+Tab');
    assert.ok(await russia.evaluate((link) => link === document.activeElement), 'and back');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await isGone(page);
    assert.ok(await russia.evaluate((link) => link === document.activeElement), 'Escape returns to the mention');
    await page.waitForTimeout(500);
    assert.ok(await card(page).isHidden(), 'and does not open the card again');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await isShown(page);
    const stops = await card(page).locator('a').count();
    for (let stop = 0; stop < stops; stop++) await page.keyboard.press('Tab');
    assert.match(await focusedText(page), /Open the page/);
    await page.keyboard.press('Tab');
    await isGone(page);
    assert.ok(!(await page.evaluate(() => document.activeElement.closest('.term-pop'))));
    while (!(await page.evaluate(() => document.activeElement.matches('a.term')))) await page.keyboard.press('Tab');
    assert.equal(await focusedText(page), next, 'the next mention');
    await page.keyboard.press('Shift+Tab');
    for (let at = 0; !(await russia.evaluate((link) => link === document.activeElement)) && at < 9; at++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await at(page, 'en/terms/russia/');
  });
});

test('a tap opens the card first, and the card leads to the page', async () => {
  await read(`kk/${CHAPTER}`, PHONE, async (page) => {
    const russia = mention(page, 'russia');
    await russia.tap();
    await isShown(page);
    assert.ok(page.url().includes(`kk/${CHAPTER.replace('index.html', '')}`), page.url());
    assert.ok(await page.evaluate(() => document.activeElement.matches('.term-pop')), 'screen readers are told of it');
    const y = await page.evaluate(() => Array.from({ length: 80 }, (_, row) => row * 10)
      .find((y) => [0, 10, 20].every((below) => !document.elementFromPoint(160, y + below)?.closest('a, button, header, .term-pop'))));
    await page.touchscreen.tap(160, y + 10);
    await isGone(page);
    await russia.tap();
    await isShown(page);
    await card(page).getByRole('button', { name: 'Жабу' }).tap();
    await isGone(page);
    await russia.tap();
    await isShown(page);
    await card(page).locator('.term-open').tap();
    await at(page, 'kk/terms/russia/');
    await page.goBack();
    await russia.tap();
    await isShown(page);
    await russia.tap();
    await at(page, 'kk/terms/russia/');
  });
});

test('a tap opens the page if the card does not come', async () => {
  await read(`en/${CHAPTER}`, PHONE, async (page, problems) => {
    await page.route('**/terms/russia/**', (route) => route.request().resourceType() === 'fetch' ? route.fulfill({ status: 503 }) : route.continue());
    await mention(page, 'russia').tap();
    await at(page, 'en/terms/russia/');
    // The answer that the test itself made.
    problems.splice(0, problems.length, ...problems.filter((problem) => !problem.includes('503')));
  });
});

test('without a script or a server a mention leads to its page', async () => {
  await read(`en/${CHAPTER}`, NO_SCRIPT, async (page) => {
    await mention(page, 'russia').click();
    await at(page, 'en/terms/russia/index.html');
    await page.locator('.mention a').first().click();
    await at(page, 'en/vectors/index.html#2.1');
  });
  const files = pathToFileURL(folder + path.sep).href;
  for (const options of [{}, PHONE]) {
    // On disk, Chromium refuses fonts and says so.
    const problems = await visitIn(browser, `${files}en/${CHAPTER}`, { origin: files, ...options }, async (page) => {
      const russia = mention(page, 'russia');
      assert.equal(await russia.getAttribute('aria-expanded'), null);
      await russia.hover();
      await page.waitForTimeout(500);
      assert.equal(await card(page).count(), 0);
      if (options === PHONE) await russia.tap();
      else await russia.click();
      await page.waitForURL(`${files}en/terms/russia/index.html`);
    });
    none(problems.filter((problem) => problem.startsWith('uncaught') || problem.includes('.html')));
  }
});

/// Lines of the mention that the card covers, and sides of the window that the card crosses. Runs in the page.
function misplaced() {
  const problems = [];
  const link = document.querySelector('a.term[aria-expanded="true"]');
  const own = document.querySelector('.term-pop').getBoundingClientRect();
  const { top, bottom } = link.getBoundingClientRect();
  if (own.top < bottom && own.bottom > top) problems.push(`covers ${link.textContent}: ${own.top} to ${own.bottom} over ${top} to ${bottom}`);
  if (own.left < 0 || own.top < 0 || own.right > document.documentElement.clientWidth || own.bottom > innerHeight)
    problems.push(`${link.textContent}: leaves the window: ${JSON.stringify(own)}`);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) problems.push('scrolls sideways');
  return problems;
}

for (const width of [320, 768, 1280]) {
  test(`at ${width} px a card covers no line of its mention and stays in the window`, async () => {
    for (const name of ['kk/vectors/russia/', 'en/vectors/europe/', 'kk-en/vectors/caspian/']) {
      await read(`${name}index.html`, { width, height: 640 }, async (page, problems) => {
        const terms = page.locator(':is(.prose, .rows) a.term:visible');
        const count = await terms.count();
        assert.ok(count > 3, `${name} has ${count} mentions`);
        // Up to six mentions from the whole page.
        const chosen = Array.from({ length: count }, (_, number) => number).filter((number) => number % Math.ceil(count / 6) === 0);
        for (const [turn, number] of chosen.entries()) {
          const term = terms.nth(number);
          // Each mention at another height of the window.
          await term.evaluate((link, share) => scrollTo({ top: link.getBoundingClientRect().top + scrollY - innerHeight * share, behavior: 'instant' }), [.25, .5, .85][turn % 3]);
          const line = await term.evaluate((link) => { const { left, top, width, height } = link.getClientRects()[0]; return { x: left + width / 2, y: top + height / 2 }; });
          await page.mouse.move(line.x, line.y);
          await page.waitForFunction((link) => link.getAttribute('aria-expanded') === 'true', await term.elementHandle());
          problems.push(...await page.evaluate(misplaced));
          await page.keyboard.press('Escape');
          await page.mouse.move(1, 1);
        }
      });
    }
  });
}

test('the nearest other mention is on the page if there is one, else in the next chapter', async () => {
  await read(`kk-en/${CHAPTER}`, {}, async (page) => {
    for (const [side, name] of [['left', 'Ресей'], ['right', 'Russia']]) {
      await page.locator(`.${side} a.term[href*="/terms/russia/"]`).first().hover();
      await page.waitForFunction((name) => document.querySelector('.term-pop .term-title')?.textContent === name, name);
      assert.equal(await card(page).getAttribute('lang'), side === 'left' ? 'kk' : 'en');
      assert.equal(await card(page).locator('.term-where').innerText(), '1.3');
      await page.keyboard.press('Escape');
      await page.mouse.move(1, 1);
    }
    await page.locator('.right a.term[href*="/terms/russia/"]').first().hover();
    await card(page).locator('.term-near').click();
    await at(page, 'kk-en/vectors/russia/#1.3');
    await isGone(page);
    assert.ok(await page.locator('[id="1.3"]').evaluate((row) => row.matches('.lit')));
  });
  await read(`en/${CHAPTER}`, {}, async (page) => {
    await mention(page, 'baikonur').hover();
    await isShown(page);
    const near = card(page).locator('.term-near');
    assert.match(await near.innerText(), /^\D+, \d+\.\d+ /, 'names the other chapter');
    const href = await near.evaluate((link) => link.href);
    await near.click();
    await page.waitForURL((url) => url.href === href.replace('index.html', ''));
  });
});

test('mentions and cards leave sentences as they are: selecting, copying, citing', async () => {
  await read(`en/${CHAPTER}#1.1`, {}, async (page) => {
    const sentence = 'Kazakhstan attaches particular importance to its relations with Russia.';
    await mention(page, 'russia').hover();
    await isShown(page);
    await page.keyboard.press('c');
    await clipboard(page, sentence);
    await page.keyboard.press('i');
    assert.equal(await page.locator('.cite-text').first().innerText(), sentence);
    await page.keyboard.press('Escape');
    await isGone(page);
    await page.evaluate(() => getSelection().selectAllChildren(document.getElementById('1.1')));
    await page.keyboard.press('Control+c');
    await clipboard(page, sentence);
    // A selection may begin in a mention.
    await page.evaluate(() => getSelection().removeAllRanges());
    const { x, y, width, height } = await mention(page, 'kazakhstan').boundingBox();
    await page.mouse.move(x + 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width + 80, y + height / 2, { steps: 5 });
    await page.mouse.up();
    assert.match(await page.evaluate(() => String(getSelection())), /^Kazakhstan attaches/);
    await page.evaluate(() => getSelection().removeAllRanges());
    await page.mouse.click(x + width + 30, y + height / 2);
    assert.ok(!(await page.locator('[id="1.1"]').evaluate((own) => own.matches('.lit'))), 'a click beside a mention leaves the current sentence');
    await page.mouse.click(x + width + 30, y + height / 2);
    assert.ok(await page.locator('[id="1.1"]').evaluate((own) => own.matches('.lit')), 'and the next one makes it current');
  });
});

test('forced colours show links, cards and choices', async () => {
  await read(`en/${CHAPTER}`, { forcedColors: 'active' }, async (page) => {
    const looks = await mention(page, 'russia').evaluate((link) => getComputedStyle(link).textDecorationLine);
    assert.equal(looks, 'underline');
    await mention(page, 'russia').hover();
    await isShown(page);
    const border = await card(page).evaluate((own) => getComputedStyle(own).borderInlineStartWidth);
    assert.equal(border, '1px');
  });
  await read('en/terms/index.html', { forcedColors: 'active' }, async (page) => {
    const colours = () => page.locator('.kinds span').evaluateAll((all) => all.slice(0, 2).map((one) => getComputedStyle(one).backgroundColor));
    const [chosen, other] = await colours();
    assert.notEqual(chosen, other);
  });
});

test('on paper a mention is plain text and no choice is shown', async () => {
  await read(`en/${CHAPTER}`, {}, async (page) => {
    await page.emulateMedia({ media: 'print' });
    assert.equal(await mention(page, 'russia').evaluate((link) => getComputedStyle(link).textDecorationLine), 'none');
    await page.goto(`${home}en/terms/index.html`);
    assert.ok(await page.locator('.kinds').isHidden());
  });
});

for (const [how, options] of [['with a script', {}], ['without a script', NO_SCRIPT]]) {
  test(`the index shows the terms of a kind, ${how}`, async () => {
    for (const language of LANGUAGES) {
      await read(`${language}/terms/index.html`, options, async (page) => {
        const shown = () => page.locator('.term-item:visible').evaluateAll((items) => items.map((item) => item.dataset.kind));
        const all = await shown();
        const kinds = new Set(all);
        assert.ok(kinds.size > 5 && all.length > 50);
        const letters = await page.locator('.letter:visible').count();
        for (const kind of kinds) {
          await page.locator(`.kinds input[value="${kind}"]`).check();
          assert.deepEqual(await shown(), all.filter((each) => each === kind));
          const empty = await page.locator('.letter:visible').evaluateAll((all) => all.filter((one) => !one.innerText.includes('\n')).length);
          assert.equal(empty, 0, 'a letter without terms is hidden');
          assert.ok(await page.locator('.letter:visible').count() < letters);
        }
        await page.locator('.kinds input').first().focus();
        await page.keyboard.press('Space');
        assert.equal((await shown()).length, all.length);
      });
    }
  });
}

/// What is marked in the entry that a link to the timeline leads to.
const target = (page) => page.locator('.timeline .entry:target');

for (const [how, options] of [['with a script', {}], ['without a script', NO_SCRIPT]]) {
  test(`a date in the text leads to its sentences on the timeline, ${how}`, async () => {
    for (const [language, words, name] of [['kk', '1991 жылы 21 желтоқсанда', 'Алматы декларациясы'], ['en', '21 December 1991', 'The Alma-Ata Declaration']]) {
      await read(`${language}/independence/index.html`, { ...options, width: 320, height: 844 }, async (page, problems) => {
        await page.locator('a.when', { hasText: words }).first().click();
        await page.waitForURL((url) => url.hash === '#1991-12-21');
        assert.equal(await target(page).locator('.mention-text mark').first().innerText(), words);
        assert.match(await target(page).innerText(), new RegExp(name));
        if (options !== NO_SCRIPT) problems.push(...await page.evaluate(duties, language));
        await target(page).locator('.term-at').first().click();
        assert.match(page.url(), /independence\/(index.html)?#2\.2$/);
      });
    }
  });
}

test('the timeline is complete on any screen and on paper', async () => {
  for (const language of LANGUAGES) {
    for (const [width, scheme, forcedColors] of [[320, 'light', 'none'], [360, 'dark', 'none'], [1280, 'light', 'none'], [1280, 'dark', 'none'], [360, 'light', 'active']]) {
      await read(`${language}/timeline/index.html`, { width, height: 800, scheme, forcedColors }, async (page, problems) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `at ${width} px the page scrolls sideways`);
        const entries = await page.locator('.timeline .entry:visible').count();
        assert.ok(entries > 40, `${entries} entries`);
        problems.push(...await page.evaluate(duties, language), ...forcedColors === 'active' ? [] : await violations(page, scheme === 'dark' ? COLOUR_RULES : undefined));
        await page.emulateMedia({ media: 'print' });
        assert.equal(await page.locator('.timeline .entry:visible').count(), entries);
      });
    }
  }
});

test('a sentence and its partner are side by side if the page is wide', async () => {
  for (const [width, isWide] of [[320, false], [360, false], [768, true], [1440, true]]) {
    await read('kk/terms/russia/index.html', { width, height: 700 }, async (page, problems) => {
      const boxes = await page.locator('.mention').evaluateAll((all) => all.map((one) => ['.mention-text', '.mention-partner'].map((name) => one.querySelector(name)?.getBoundingClientRect().toJSON())));
      assert.ok(boxes.length > 8);
      for (const [own, partner] of boxes) {
        if (!partner) continue;
        if (isWide) assert.ok(partner.left > own.right && partner.top === own.top, `${width}: ${JSON.stringify([own, partner])}`);
        else assert.ok(partner.top >= own.bottom, `${width}: ${JSON.stringify([own, partner])}`);
      }
      problems.push(...await page.evaluate(duties, 'kk'));
    });
  }
});

for (const scheme of ['light', 'dark']) {
  test(`terms, the index and an open card are accessible, ${scheme}`, async () => {
    for (const language of LANGUAGES) {
      for (const size of [{}, PHONE]) {
        for (const name of ['terms/index.html', 'terms/caspian-sea/index.html', 'terms/eternal-friendship-declaration/index.html', CHAPTER]) {
          await read(`${language}/${name}`, { ...size, scheme }, async (page, problems) => {
            const rules = scheme === 'dark' ? COLOUR_RULES : undefined;
            if (name === CHAPTER) {
              await (size === PHONE ? mention(page, 'russia').tap() : mention(page, 'russia').hover());
              await isShown(page);
            }
            problems.push(...await page.evaluate(duties, language), ...await violations(page, rules));
          });
        }
      }
    }
  });
}

test('the preview keeps cards up to date', async () => {
  const book = await preview(browser);
  await book.start(0);
  const { page, problems, wasNotReloaded } = await book.open(`en/${CHAPTER}`);
  page.setDefaultTimeout(15000);
  await mention(page, 'russia').hover();
  await isShown(page);
  await page.keyboard.press('Escape');
  await page.mouse.move(1, 1);
  await book.edit('content/vectors/russia.en.md', (text) => text.replace('particular importance', 'a great deal of importance'));
  await says(page, 'a great deal of importance');
  const russia = mention(page, 'russia');
  assert.equal(await russia.getAttribute('aria-expanded'), 'false');
  await book.edit('content/_terms/countries.yaml', (text) => text.replace('A state in Eastern Europe and Northern Asia', 'The largest state in the world'));
  await book.edit('content/vectors/russia.en.md', (text) => text.replace('a great deal of importance', 'the greatest importance'));
  await says(page, 'the greatest importance');
  await russia.hover();
  await isShown(page);
  assert.match(await card(page).innerText(), /The largest state in the world/);
  await wasNotReloaded();
  none(problems);
});
