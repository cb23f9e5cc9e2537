// Reading in two languages: layouts, keys, copying, the language switch, addresses of sentences.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { COLOUR_RULES, clipboard, duties, launch, none, serveFolder, temporaryFolder, tilmash, violations, visitIn } from './browser.mjs';

const ADDRESS = 'https://book.example/some/path/';
const CHAPTER = 'vectors/russia/index.html';
const VIEWS = ['columns', 'lines', 'source', 'translation'];
const PHONE = { width: 390, height: 844, hasTouch: true, isMobile: true };
const NO_SCRIPT = { javaScriptEnabled: false };

let browser, home;

before(async () => {
  const folder = await temporaryFolder();
  await tilmash('build', '--quiet', '--output', folder, '--base-url', ADDRESS);
  home = await serveFolder(folder, '/some/path/');
  browser = await launch();
});

/// Visits a page of the book; whatever goes wrong in it fails the test.
async function read(name, options, work) {
  none(await visitIn(browser, home + name, { origin: home, permissions: options.javaScriptEnabled === false ? [] : ['clipboard-read', 'clipboard-write'], ...options }, (page, problems) => {
    page.setDefaultTimeout(5000);
    return work(page, problems);
  }));
}

const box = (page, selector) => page.locator(selector).first().boundingBox();
/// A sentence of a page by its number.
const sentence = (page, number) => page.locator(`[id="${number}"]`);
const at = (page, path) => page.waitForURL((url) => url.href === home + path);

/// How a side-by-side page looks, in the words of its layouts.
async function layout(page) {
  const [left, right] = [await box(page, '[id="1.2"] .left'), await box(page, '[id="1.2"] .right')];
  if (!right) return 'source';
  if (!left) return 'translation';
  return right.y < left.y + left.height / 2 ? 'columns' : 'lines';
}

for (const [how, options] of [['with a script', {}], ['without a script', NO_SCRIPT]]) {
  test(`the three layouts, ${how}`, async () => {
    await read(`kk-en/${CHAPTER}`, options, async (page) => {
      assert.equal(await layout(page), 'columns', 'where nothing was chosen');
      for (const view of [...VIEWS.slice(1), 'columns']) {
        await page.locator(`label[for=view-${view}]`).click();
        assert.equal(await layout(page), view);
        if (options !== NO_SCRIPT) assert.match(page.url(), new RegExp(`view=${view}$`));
      }
      for (const [view, other] of [['source', 'right'], ['translation', 'left']]) {
        await page.locator(`label[for=view-${view}]`).click();
        const [hidden, reveal] = [sentence(page, '1.2').locator(`.${other}`), sentence(page, '1.2').locator('.reveal')];
        assert.ok(await hidden.isHidden());
        await reveal.press('Space');
        assert.ok(await hidden.isVisible(), 'by keyboard');
        assert.ok(await sentence(page, '1.3').locator(`.${other}`).isHidden(), 'and no other');
        await reveal.click();
        assert.ok(await hidden.isHidden(), 'by a click');
      }
    });
  });

  test(`on a phone two languages are comfortable, ${how}`, async () => {
    await read(`kk-en/${CHAPTER}`, { ...PHONE, ...options }, async (page) => {
      assert.equal(await layout(page), 'lines', 'there is no room for columns');
      assert.ok(await page.locator('label[for=view-columns]').isHidden());
      for (const view of ['source', 'translation', 'lines']) {
        await page.locator(`label[for=view-${view}]`).tap();
        assert.equal(await layout(page), view);
        none(await page.evaluate(duties, 'kk'));
        const line = await box(page, `[id="1.2"] .${view === 'translation' ? 'right' : 'left'}`);
        assert.ok(line.width > 300, `a line has all the width: ${line.width}`);
      }
    });
  });
}

test('the choice of a layout is in the address, remembered, and there before the first paint', async () => {
  await read(`kk-en/${CHAPTER}`, {}, async (page) => {
    await page.addInitScript(() => {
      new MutationObserver(() => {
        if (document.body) window.viewAtFirst ??= document.documentElement.dataset.view ?? 'none';
      }).observe(document, { childList: true, subtree: true });
    });
    await page.locator('label[for=view-lines]').click();
    await page.locator('.pager-next').click();
    await at(page, 'kk-en/vectors/china/');
    assert.equal(await page.evaluate(() => window.viewAtFirst), 'lines');
    assert.ok(await page.locator('#view-lines').isChecked());
    await page.goto(`${home}kk-en/${CHAPTER}?view=source#1.3`);
    assert.equal(await page.evaluate(() => window.viewAtFirst), 'source', 'what the address asks for goes first');
    assert.equal(await layout(page), 'source');
    assert.ok(page.url().endsWith('kk-en/vectors/russia/?view=source#1.3'), page.url());
    await page.goto(`${home}kk-en/${CHAPTER}?view=nonsense`);
    assert.equal(await page.evaluate(() => window.viewAtFirst), 'lines', 'and is not remembered');
  });
});

test('a change of layout leaves the reader at the sentence', async () => {
  await read(`kk-en/independence/index.html`, {}, async (page) => {
    const number = '6.1';
    await page.evaluate((id) => scrollBy({ top: document.getElementById(id).getBoundingClientRect().top - innerHeight * .3, behavior: 'instant' }), number);
    const { y } = await box(page, `[id="${number}"]`);
    for (const view of ['lines', 'source', 'translation', 'columns']) {
      await page.keyboard.press('v');
      assert.ok(await page.locator(`#view-${view}`).isChecked());
      const now = (await box(page, `[id="${number}"]`)).y;
      assert.ok(Math.abs(now - y) < 40, `${view}: ${now}, was ${y}`);
    }
  });
});

for (const scheme of ['light', 'dark']) {
  test(`layouts, cards and help are accessible, ${scheme}`, async () => {
    for (const size of [{}, PHONE]) {
      for (const view of VIEWS) {
        await read(`kk-en/${CHAPTER}?view=${view}#1.1`, { ...size, scheme }, async (page, problems) => {
          if (view === 'source' || view === 'translation') await sentence(page, '1.2').locator('.reveal').check();
          const add = async () => problems.push(...await page.evaluate(duties, 'kk'), ...await violations(page, scheme === 'dark' ? COLOUR_RULES : undefined));
          await add();
          await page.keyboard.press('i');
          assert.ok(await page.locator('#cite').isVisible());
          await add();
          await page.keyboard.press('Escape');
          assert.ok(await page.locator('#cite').isHidden());
          await page.keyboard.press('?');
          assert.ok(await page.locator('#keys').isVisible());
          await add();
        });
      }
    }
  });
}

test('keys go from sentence to sentence, and from language to language', async () => {
  await read(`en/${CHAPTER}`, {}, async (page) => {
    const here = () => page.evaluate(() => document.querySelector('.lit')?.id);
    await page.keyboard.press('j');
    assert.equal(await here(), '1.1');
    await page.keyboard.press('j');
    assert.equal(await here(), '1.2');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Sentence 1.2', 'a screen reader hears where it is');
    assert.ok(page.url().endsWith('#1.2'));
    await page.keyboard.press('k');
    assert.equal(await here(), '1.1');
    for (const chord of ['Control+j', 'Alt+j', 'Shift+j']) await page.keyboard.press(chord);
    assert.equal(await here(), '1.1', 'chords are the browser’s');
    await page.evaluate(() => {
      document.querySelector('main').insertAdjacentHTML('afterbegin', '<input class="try" aria-label="try">');
      document.querySelector('.try').focus({ preventScroll: true });
    });
    await page.keyboard.type('jj?');
    assert.equal(await here(), '1.1', 'who writes, writes');
    assert.ok(await page.locator('#keys').isHidden());
    await page.evaluate(() => document.querySelector('.try').remove());
    // The key of that place on a Kazakh keyboard.
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'о', code: 'KeyJ', bubbles: true })));
    assert.equal(await here(), '1.2');

    await page.keyboard.press('b');
    await at(page, 'kk-en/vectors/russia/#1.2');
    await page.keyboard.press('l');
    await at(page, 'kk/vectors/russia/#1.2');
    await page.keyboard.press('l');
    await at(page, 'en/vectors/russia/#1.2');

    // Single keys can be switched off.
    await page.locator('.keys-button').click();
    await page.locator('.keys-on').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    assert.equal(await here(), '1.2');
    await page.reload();
    await page.keyboard.press('j');
    assert.equal(await here(), '1.2', 'which is remembered');
    await page.keyboard.press('?');
    await page.locator('.keys-on').check();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    assert.equal(await here(), '1.3');
  });
});

test('the Tab key stops at one sentence; without a script, at each', async () => {
  const stops = (page) => page.evaluate(() => [...document.querySelectorAll('.pin')].filter((pin) => pin.tabIndex === 0).length);
  await read(`en/${CHAPTER}`, {}, async (page) => assert.equal(await stops(page), 1));
  await read(`en/${CHAPTER}`, NO_SCRIPT, async (page) => assert.ok(await stops(page) > 5));
});

test('one language can be copied alone', async () => {
  await read(`kk-en/${CHAPTER}`, {}, async (page) => {
    // With the mouse, from the middle of one sentence to another.
    for (const [side, is, isNot] of [['right', /Kazakhstan and Russia have/, /[а-я]{3}/i], ['left', /Қазақстан мен Ресей/, /[a-z]{3}/]]) {
      const [from, to] = [await box(page, `[id="1.1"] .${side}`), await box(page, `[id="1.3"] .${side}`)];
      await page.mouse.move(from.x + 30, from.y + 12);
      await page.mouse.down();
      await page.mouse.move(to.x + 250, to.y + to.height - 12, { steps: 5 });
      await page.mouse.up();
      await page.keyboard.press('Control+c');
      const copied = await clipboard(page, is);
      assert.doesNotMatch(copied, isNot);
      assert.doesNotMatch(copied, /\d\.\d/, 'no numbers of sentences');
    }
    // The whole of one language.
    await page.mouse.click(5, 500);
    await page.locator('.columns .right .copy-half').click();
    const text = await clipboard(page, /^Russia\n\nKazakhstan attaches particular importance to its relations with Russia\. The Declaration/);
    assert.match(text, /\n\nResults\n\n/);
    assert.doesNotMatch(text, /[а-я]{3}/i);
    assert.equal(await page.locator('.toast').innerText().then((words) => words.trim()) || 'Көшірілді', 'Көшірілді');
    // A sentence, by key.
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await clipboard(page, /^Қазақстан Ресеймен .+ береді\.$/);
    await page.keyboard.press('x');
    await clipboard(page, 'Kazakhstan attaches particular importance to its relations with Russia.');
  });
  // In lines both are one text, and both are copied.
  await read(`kk-en/${CHAPTER}?view=lines`, {}, async (page) => {
    await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('.paragraph')));
    await page.keyboard.press('Control+c');
    await clipboard(page, /Қазақстан[^]*Kazakhstan/);
  });
  // On a page of one language the other comes from its page.
  await read(`en/${CHAPTER}#1.1`, {}, async (page) => {
    await page.keyboard.press('x');
    await clipboard(page, /^Қазақстан Ресеймен .+ береді\.$/);
  });
});

test('the language switch keeps the sentence at which the reader is', async () => {
  await read('kk/independence/index.html', {}, async (page) => {
    const go = async (to) => {
      await page.mouse.wheel(0, -12);
      await page.waitForFunction(() => document.documentElement.dataset.scroll === 'up' && document.querySelector('.top').getBoundingClientRect().top === 0);
      // By the mouse itself: Playwright would first scroll to where a sticky element stands by nature.
      const { x, y, width, height } = await box(page, `.languages ${to}`);
      await page.mouse.click(x + width / 2, y + height / 2);
    };
    /// Scrolls as a reader does, without an address: the sentence is a third down the window.
    const scrollTo = (number) => page.evaluate((number) => {
      scrollBy({ top: document.getElementById(number).getBoundingClientRect().top - innerHeight * .3 + 20, behavior: 'instant' });
    }, number);
    const isThere = async (number) => {
      const { y } = await box(page, `[id="${number}"]`);
      assert.ok(y > 100 && y < 400, `${number} is at ${y} in ${page.url()}`);
    };
    await scrollTo('5.2');
    await go('a[lang=en]');
    await at(page, 'en/independence/#5.2');
    await isThere('5.2');
    await scrollTo('7.2');
    await go('a.pair');
    await at(page, 'kk-en/independence/#7.2');
    await isThere('7.2');
    await scrollTo('4.3');
    await go('a[lang=kk]');
    await at(page, 'kk/independence/#4.3');
    await isThere('4.3');

    // At the top of the page there is nothing to keep, and nothing jumps.
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await page.locator('.languages a[lang=en]').click();
    await at(page, 'en/independence/');
    assert.equal(await page.evaluate(() => scrollY), 0);
  });
  // Without a script an address with a sentence leads to it in every language and view.
  for (const language of ['kk', 'en', 'kk-en']) {
    await read(`${language}/independence/index.html#6.1`, NO_SCRIPT, async (page) => {
      const { y } = await box(page, ':target');
      assert.ok(y > 0 && y < 500, `${language}: ${y}`);
    });
  }
});

test('every sentence has an address, and can be cited in both languages', async () => {
  // Asked from outside: a page without scripts cannot wait.
  const shown = async (page, number) => {
    const isShown = () => page.evaluate((number) => getComputedStyle(document.getElementById(number).nextElementSibling, '::before').opacity === '1', number);
    const end = Date.now() + 5000;
    while (!await isShown()) assert.ok(Date.now() < end, `the number of ${number} is not shown`);
  };
  await read(`en/${CHAPTER}`, {}, async (page) => {
    await sentence(page, '1.2').hover({ position: { x: 120, y: 75 } });
    await shown(page, '1.2');
    // A click on the text beside a mention marks the sentence, puts its address into the bar, and another takes both away.
    await sentence(page, '1.2').click({ position: { x: 120, y: 75 } });
    assert.ok(page.url().endsWith('#1.2'));
    await sentence(page, '1.2').click({ position: { x: 120, y: 75 } });
    assert.ok(!page.url().includes('#'));

    // By keyboard: to the sentence, into its card, and out of it.
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const card = page.locator('#cite');
    assert.ok(await card.isVisible());
    await page.locator('.cite-half').nth(1).waitFor();
    assert.equal(await card.getByRole('link').first().innerText(), 'Sentence 1.1');
    assert.match(await card.locator('[lang=en]').first().innerText(), /^Kazakhstan attaches .+ Russia\.$/);
    assert.match(await card.locator('[lang=kk]').first().innerText(), /^Қазақстан Ресеймен .+ береді\.$/);
    await card.locator('[data-copy=citation]').press('Enter');
    await page.waitForFunction(() => document.querySelector('.cite .said').textContent === 'Copied');
    await clipboard(page, [
      `“Kazakhstan attaches particular importance to its relations with Russia.” Russia, 1.1. The Foreign Policy of Independent Kazakhstan. ${ADDRESS}en/vectors/russia/#1.1`,
      `«Қазақстан Ресеймен қарым-қатынасқа айрықша мән береді.» Ресей, 1.1. Тәуелсіз Қазақстанның сыртқы саясаты. ${ADDRESS}kk/vectors/russia/#1.1`,
    ].join('\n'));
    await card.locator('[data-copy=link]').click();
    await clipboard(page, `${ADDRESS}en/vectors/russia/#1.1`);
    await page.keyboard.press('Escape');
    assert.ok(await card.isHidden());
  });
  // Side by side both are there already, and each has the address of its own page.
  await read(`kk-en/${CHAPTER}`, {}, async (page) => {
    await sentence(page, '1.2').locator('.bead-id').click();
    assert.ok(page.url().endsWith('#1.2'));
    const sources = await page.locator('.cite-source').allInnerTexts();
    assert.deepEqual(sources.map((source) => source.split(' ').at(-1)), ['kk', 'en'].map((code) => `${ADDRESS}${code}/vectors/russia/#1.2`));
  });
  // A tap shows the number; a tap on the number opens the card.
  await read(`en/${CHAPTER}`, PHONE, async (page) => {
    await sentence(page, '1.1').tap({ position: { x: 60, y: 14 } });
    await shown(page, '1.1');
    const { x, y } = await page.evaluate(() => {
      const { left, bottom } = document.getElementById('1.1').nextElementSibling.getBoundingClientRect();
      return { x: left - 12, y: bottom - 30 };
    });
    await page.touchscreen.tap(x, y);
    assert.ok(await page.locator('#cite').isVisible());
  });
  await read(`kk-en/${CHAPTER}?view=source`, PHONE, async (page) => {
    await sentence(page, '1.2').locator('.left').tap({ position: { x: 60, y: 14 } });
    assert.ok(await sentence(page, '1.2').locator('.right').isVisible(), 'a tap on a sentence shows its partner');
  });
  // Without a script the number is a link.
  await read(`en/${CHAPTER}`, NO_SCRIPT, async (page) => {
    await page.locator('.pin[href="#1.3"]').focus();
    await page.keyboard.press('Enter');
    await at(page, `en/${CHAPTER}#1.3`);
    await shown(page, '1.3');
  });
});

test('pointing at a sentence lights its partner', async () => {
  for (const options of [{}, NO_SCRIPT]) {
    await read(`kk-en/${CHAPTER}`, options, async (page) => {
      const lit = (side, number) => sentence(page, number).locator(`.${side}`).evaluate((cell) => getComputedStyle(cell).backgroundColor !== 'rgba(0, 0, 0, 0)');
      await sentence(page, '1.2').locator('.left').hover();
      assert.deepEqual([await lit('left', '1.2'), await lit('right', '1.2'), await lit('right', '1.3')], [true, true, false]);
      await page.mouse.move(5, 5);
      await sentence(page, '1.3').locator('.bead-id').focus();
      assert.deepEqual([await lit('left', '1.3'), await lit('right', '1.3'), await lit('right', '1.2')], [true, true, false]);
    });
  }
});

test('a sentence of a footnote is found by its address, lights its partner, and is copied in both languages', async () => {
  await read(`kk-en/${CHAPTER}#6.1`, {}, async (page) => {
    const note = sentence(page, '6.1');
    assert.ok(await note.evaluate((bead) => bead.matches('.notes .bead.lit') && bead.getBoundingClientRect().top < innerHeight));
    assert.match(await note.locator('.left').innerText(), /^Редактордың ескертпесі/);
    assert.match(await note.locator('.right').innerText(), /^Editor’s note/);
  });
  await read(`en/${CHAPTER}#6.1`, {}, async (page) => {
    assert.ok(await sentence(page, '6.1').evaluate((seg) => seg.matches('.notes .seg.lit')));
    await page.keyboard.press('c');
    await clipboard(page, /^Editor’s note/);
    await page.keyboard.press('x');
    await clipboard(page, /^Редактордың ескертпесі/);
  });
});

test('an address leads to a sentence in a block that is shown whole, in its half', async () => {
  await read('kk-en/about/index.html', {}, async (page) => {
    const anchor = await page.locator('.whole .cell.right .seg[id]').first().getAttribute('id');
    assert.match(anchor, /^en-\d/);
    await page.evaluate((anchor) => location.replace(`#${anchor}`), anchor);
    const isLit = (id) => page.waitForFunction((id) => document.getElementById(id).matches('.lit'), id);
    await isLit(anchor);
    await isLit(anchor.replace(/^en-/, 'kk-'));
  });
});

test('what is behind, missing, or in one language only is shown truly, in every layout', async () => {
  const folder = await temporaryFolder();
  const put = (name, text) => writeFile(path.join(folder, name), text);
  await mkdir(path.join(folder, 'content'));
  await put('site.yaml', 'title: {kk: Кітап, en: Book}\nlanguages: [kk, en]\nstatus_page: true\n');
  await put('content/a.kk.md', '# Тарау\n\nБірінші сөйлем осында.\nЕкінші сөйлем осында.\nҮшінші сөйлем осында.\nТөртінші сөйлем осында.\n');
  await put('content/a.en.md', '# Chapter\n\nThe first sentence is here.\nThe second sentence is here.\nThe third sentence is here.\nThe fourth sentence is here.\n');
  await put('content/only.kk.md', '# Тек қазақша\n\nАудармасы жоқ.[^1]\n\n## Бөлім\n\nСоңы.\n\n[^1]: Ескертпе.\n');
  await tilmash('sync', '--root', folder);
  await put('content/a.kk.md', '# Тарау\n\nБірінші сөйлем осында.\nЕкінші сөйлем енді осында.\nҮшінші сөйлем осында.\nТөртінші сөйлем осында.\n');
  await put('content/a.en.md', '# Chapter\n\nThe first sentence is here.\nThe second sentence is here.\nA sentence of its own. <!-- + -->\nThe fourth sentence is here.\n');
  const output = path.join(folder, 'public');
  await tilmash('build', '--quiet', '--root', folder, '--output', output, '--base-url', ADDRESS);
  const origin = await serveFolder(output, '/some/path/');
  const look = async (name, language, work) => {
    for (const size of [{}, PHONE]) {
      none(await visitIn(browser, origin + name, { origin, ...size }, async (page, problems) => {
        problems.push(...await page.evaluate(duties, language), ...await violations(page));
        await work?.(page);
      }));
    }
  };
  await look('en/a/index.html', 'en', async (page) => {
    assert.equal(await page.locator('.behind').count(), 1);
    assert.equal(await page.locator('.other[lang=kk]').innerText(), 'Үшінші сөйлем осында.');
    assert.match(await page.locator('.standing').innerText(), /1 of 4.*1 of 4/);
  });
  await look('en/only/index.html', 'en', async (page) => {
    assert.match(await page.locator('.standing').innerText(), /not been translated/);
    assert.equal(await page.locator('.prose').getAttribute('lang'), 'kk');
    assert.equal(await page.locator('link[rel=canonical]').getAttribute('href'), `${ADDRESS}kk/only/`);
    await page.locator('.languages a[hreflang=kk]').click();
    await page.waitForURL(`${origin}kk/only/`);
  });
  await look('kk/status/index.html', 'kk');
  await look('en/status/index.html', 'en');
  for (const view of VIEWS) {
    await look(`kk-en/a/index.html?view=${view}`, 'kk', async (page) => {
      const text = await page.locator('.rows').innerText();
      if (view !== 'source') assert.match(text, /The second sentence/);
      if (view !== 'translation') assert.match(text, /Екінші сөйлем енді/);
      // Whatever language is read, what it lacks is there in the other.
      assert.match(text, /A sentence of its own/);
      assert.match(text, /Үшінші сөйлем/);
    });
  }
});

test('a site of one page has no menu, and leaves no room for one; the number of a row of a table does not cover its words', async () => {
  const folder = await temporaryFolder();
  const put = (name, text) => writeFile(path.join(folder, name), text);
  await mkdir(path.join(folder, 'content'));
  await put('site.yaml', 'title: {kk: Кітап, en: Book}\nlanguages: [kk, en]\n');
  await put('content/index.kk.md', '# Кітап\n\n| Ел | Ол туралы |\n|---|---|\n| Қазақстан | Бір жолға сыймайтын көп сөз осында жазылған еді |\n');
  await put('content/index.en.md', '# Book\n\n| Country | Of it |\n|---|---|\n| Kazakhstan | Here are many words that one line cannot hold |\n');
  await tilmash('sync', '--root', folder);
  const output = path.join(folder, 'public');
  await tilmash('build', '--quiet', '--root', folder, '--output', output, '--base-url', ADDRESS);
  const origin = await serveFolder(output, '/some/path/');
  for (const name of ['en/index.html', 'kk-en/index.html']) {
    none(await visitIn(browser, origin + name, { origin }, async (page, problems) => {
      problems.push(...await page.evaluate(duties, name.slice(0, 2)), ...await violations(page));
      assert.equal(await page.locator('.menu').count(), 0);
      assert.ok((await page.locator('main').boundingBox()).width > 800, `${name} has the page's width`);
    }));
  }
  none(await visitIn(browser, `${origin}en/index.html#2.1`, { origin, ...PHONE }, async (page) => {
    const below = await page.locator('.pin[href="#2.1"]').evaluate((pin) => {
      const { top } = getComputedStyle(pin, '::before');
      const words = document.createRange();
      words.selectNodeContents(pin.previousSibling);
      return pin.getBoundingClientRect().top + parseFloat(top) - words.getBoundingClientRect().bottom;
    });
    assert.ok(below > -8, `the number begins ${below} px below the words`);
  }));
});
