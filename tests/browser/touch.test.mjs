// How chapters touch one another, as readers meet it: links after sentences, the list under a chapter, the picture of a section.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { duties, launch, none, serveFolder, temporaryFolder, tilmash, violations, visitIn } from './browser.mjs';

const NO_SCRIPT = { javaScriptEnabled: false };
const LANGUAGES = ['kk', 'en'];

let browser, home;

before(async () => {
  const folder = await temporaryFolder();
  await tilmash('build', '--quiet', '--output', folder, '--base-url', 'https://book.example/some/path/');
  home = await serveFolder(folder, '/some/path/');
  browser = await launch();
});

/// Visits a page of the book; whatever goes wrong in it fails the test.
async function read(name, options, work) {
  none(await visitIn(browser, home + name, { origin: home, ...options }, (page, problems) => {
    page.setDefaultTimeout(5000);
    return work(page, problems);
  }));
}

/// The links and marks that are not on the line of the last letter of their sentence.
const strays = () => {
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  return Array.from(document.querySelectorAll('.touches')).flatMap((touches) => {
    const block = touches.closest('p, li, .cell');
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let last;
    while (walker.nextNode() && !touches.contains(walker.currentNode)) {
      const text = walker.currentNode;
      if (/[^\s\u2060]/.test(text.data) && !text.parentElement.closest('.source-note, .unseen, .note-ref, .touches')) last = text;
    }
    const end = last.data.replace(/[\s\u2060]+$/, '').length;
    const letter = document.createRange();
    letter.setStart(last, end - 1);
    letter.setEnd(last, end);
    const line = middle(letter.getBoundingClientRect());
    const parts = [touches.querySelector('.touch-arrow'), touches.parentElement.querySelector('.source-mark')];
    return parts.filter((part) => Math.abs(middle(part.getBoundingClientRect()) - line) > 12).map(() => last.data);
  });
};

test('a link to a touched chapter stays on the line of its sentence at any width', async () => {
  for (const name of ['en/conclusion/', 'kk/conclusion/', 'kk/vectors/caspian/', 'kk-en/vectors/caspian/']) {
    await read(name, {}, async (page, problems) => {
      for (let width = 320; width <= 1440; width += 37) {
        await page.setViewportSize({ width, height: 800 });
        problems.push(...(await page.evaluate(strays)).map((text) => `${name} at ${width} px: ${text}`));
      }
    });
  }
});

test('a link to a touched chapter names its target, leads there, and is not copied', async () => {
  for (const options of [{}, NO_SCRIPT]) {
    await read('en/central-asia/', options, async (page) => {
      const link = page.getByRole('link', { name: /^Russia: The Declaration on Eternal Friendship/ });
      const sentence = link.locator('xpath=ancestor::p');
      if (options !== NO_SCRIPT) {
        const copied = await sentence.evaluate((paragraph) => {
          getSelection().selectAllChildren(paragraph);
          return getSelection().toString();
        });
        assert.match(copied, /accord in Tajikistan\. ?\s*This makes/);
        assert.doesNotMatch(copied, /Russia|→|\u2060|See also/);
      }
      await link.click();
      await page.waitForURL((url) => url.hash === '#1.2' && url.pathname.includes('/en/vectors/russia/'));
    });
  }
});

test('a sentence that shares no term leads to its entry, which unfolds without a script', async () => {
  await read('en/vectors/caspian/', NO_SCRIPT, async (page) => {
    await page.getByRole('link', { name: 'Russia: Also touched by' }).first().click();
    await page.waitForURL((url) => url.hash === '#touch.L19.1');
    assert.ok(await page.locator('[id="touch.L19.1"]').isVisible());
    assert.ok(await page.locator('[id="touch.L19.1"]').evaluate((entry) => entry.matches(':target')));
  });
});

test('the list of sentences that touch a chapter is not longer than the chapter', async () => {
  for (const lang of LANGUAGES) {
    for (const chapter of ['vectors/russia', 'central-asia', 'independence', 'vectors/europe', 'united-nations']) {
      await read(`${lang}/${chapter}/`, {}, async (page) => {
        for (const width of [320, 768, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          const height = async (selector) => (await page.locator(selector).boundingBox()).height;
          const [list, text] = [await height('.touched'), await height('.prose')];
          assert.ok(list <= text, `${lang}/${chapter} at ${width} px: ${list} > ${text}`);
        }
      });
    }
  }
});

for (const scheme of ['light', 'dark']) {
  test(`the picture is whole and accessible, ${scheme}`, async () => {
    for (const lang of LANGUAGES) {
      for (const width of [320, 768, 1440]) {
        await read(`${lang}/vectors/`, { width, scheme }, async (page, problems) => {
          const names = page.locator('.arcs-pages a');
          assert.equal(await names.count(), 9);
          const drawing = await page.locator('.arcs-drawing').boundingBox();
          for (const name of await names.all()) {
            const box = await name.boundingBox();
            assert.ok(box.x >= 0 && box.x + box.width <= drawing.x, 'a name is not cut and not under the drawing');
            assert.ok(box.y >= drawing.y && box.y + box.height <= drawing.y + drawing.height);
          }
          assert.ok(drawing.x + drawing.width <= width);
          await page.locator('.arcs-table summary').click();
          problems.push(...await page.evaluate(duties, lang), ...await violations(page));
        });
      }
    }
  });
}

test('the table has the numbers of the picture, and each leads to its sentences', async () => {
  await read('en/vectors/', NO_SCRIPT, async (page) => {
    const titles = await page.locator('.arcs-drawing title').allTextContents();
    const rows = page.locator('.arcs-table tbody tr');
    assert.equal(titles.length, await rows.count());
    assert.ok(titles.includes('The Caspian Sea → Russia: 5'));
    await page.locator('.arcs-drawing a').filter({ hasText: 'The Caspian Sea → Russia: 5' }).dispatchEvent('click');
    const row = rows.filter({ has: page.getByRole('rowheader', { name: 'The Caspian Sea' }) });
    assert.ok(await row.isVisible(), 'the table unfolds at its row');
    assert.equal(await row.locator('.arcs-at').count(), 5);
    await row.locator('.arcs-at').last().click();
    await page.waitForURL((url) => url.hash === '#4.3' && url.pathname.includes('/en/vectors/caspian/'));
  });
});

test('forced colours and paper show the curves', async () => {
  await read('kk/vectors/', { forcedColors: 'active' }, async (page) => {
    const fill = await page.locator('.arc').first().evaluate((curve) => getComputedStyle(curve).fill);
    const link = await page.locator('.arcs-pages a').first().evaluate((name) => getComputedStyle(name).color);
    assert.equal(fill, link);
  });
  await read('kk/vectors/', {}, async (page) => {
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('.arcs-drawing svg').isVisible());
    assert.ok(await page.locator('.arcs-table table').isVisible(), 'the table is unfolded on paper');
  });
});
