// Paper does not scroll and opens nothing: everything of a page is on it.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { launch, none, serveFolder, temporaryFolder, tilmash, visitIn } from './browser.mjs';

const row = (cell) => `| ${Array.from({ length: 14 }, (_, column) => cell(column)).join(' | ')} |`;
const TEXT = `---
title: On paper
---

\`\`\`rust
fn a_function_with_a_long_name(${'first_argument: &str, '.repeat(12)}) -> Result<String, Box<dyn std::error::Error>> {}
\`\`\`

${row((column) => `Column ${column}`)}
${row(() => '---')}
${row(() => 'antidisestablishmentarianism')}

<details><summary>Folded</summary>

What is folded.

</details>
`;

test('long lines wrap, wide tables shrink, and what is folded is shown', async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'content'));
  await writeFile(path.join(folder, 'site.yaml'), 'title: Paper\nlanguages: [en]\nmarkdown:\n  raw_html: true\n');
  await writeFile(path.join(folder, 'content/index.en.md'), TEXT);
  await tilmash('--root', folder, 'build', '--quiet');
  const home = await serveFolder(path.join(folder, 'public'), '/');
  const browser = await launch();
  // A4 between its margins.
  const problems = await visitIn(browser, `${home}en/index.html`, { width: 627, origin: home }, async (page, problems) => {
    const folded = page.getByText('What is folded.');
    assert.equal(await folded.evaluate((one) => one.checkVisibility({ contentVisibilityAuto: true })), false, 'on screen it is folded');
    await page.emulateMedia({ media: 'print' });
    problems.push(...await page.evaluate(() => [...document.querySelectorAll('html, .prose *')]
      .filter((one) => one.scrollWidth > one.clientWidth && getComputedStyle(one).display !== 'inline' && !one.matches('.unseen, svg *'))
      .map((one) => `cut: ${one.tagName} ${one.className}, ${one.scrollWidth} > ${one.clientWidth}`)));
    assert.ok(await folded.evaluate((one) => one.checkVisibility() && one.getBoundingClientRect().height > 0), 'on paper it is shown');
    const [table, prose] = await Promise.all(['table', '.prose'].map((name) => page.locator(name).boundingBox()));
    assert.ok(table.width <= prose.width + 1, `the table is ${table.width} px wide, the text ${prose.width}`);
  });
  none(problems);
});
