// The book in the W3C checker (needs Java) and HTML_CodeSniffer (WCAG 2, AA): `npm run validate --prefix tests/browser`, after
// `npm install --no-save --prefix tests/browser vnu-jar html_codesniffer`. Both are too large for each change;
// html-validate and axe, which look for much the same, run in `book.test.mjs`.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { each, launch, none, serveFolder, temporaryFolder, tilmash } from './browser.mjs';

const require = createRequire(import.meta.url);
let folder;

before(async () => {
  folder = await temporaryFolder();
  await tilmash('build', '--quiet', '--output', folder);
});

test('the W3C checker finds no errors', async () => {
  const checker = promisify(execFile)('java', ['-jar', require.resolve('vnu-jar/build/dist/vnu.jar'), '--errors-only', '--skip-non-html', folder], { maxBuffer: 1 << 26 });
  none(await checker.then(() => [], ({ stderr }) => stderr.trim().split('\n')));
});

test('HTML_CodeSniffer finds no errors', async () => {
  const home = await serveFolder(folder, '/');
  const sniffer = await readFile(require.resolve('html_codesniffer/build/HTMLCS.js'), 'utf8');
  const browser = await launch();
  const context = await browser.newContext({ bypassCSP: true });
  const all = [];
  await each((await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.html')), async (name) => {
    const page = await context.newPage();
    await page.goto(home + name);
    await page.evaluate(sniffer);
    all.push(...await page.evaluate((name) => new Promise((done) => {
      const { HTMLCS } = globalThis;
      HTMLCS.process('WCAG2AA', document, () => done(HTMLCS.getMessages().filter(({ type }) => type === HTMLCS.ERROR)
        .map(({ code, msg, element }) => `${name}: ${code}: ${msg} ${element.outerHTML.slice(0, 100)}`)));
    }), name));
    await page.close();
  });
  none(all);
});
