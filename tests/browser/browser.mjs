// What the scripts share: the browser, a watch on everything that goes wrong in a page, a folder
// served as a static host serves it, and the program under test.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/// The program: the one that Cargo names, or the last that was built.
export const program = process.env.TILMASH ?? path.join(repository, 'target/debug/tilmash');

/// Runs the program to its end; an exit code other than 0 throws, with all it said.
export const tilmash = (...args) => promisify(execFile)(program, args, { cwd: repository });

/// What is to be done when the tests of a script have ended, last first.
const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});
export const atEnd = (end) => ends.push(end);

/// A folder that is deleted at the end.
export async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'tilmash-browser-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/// The path of Chromium.
export function chromiumPath() {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = process.env.CHROMIUM ?? places.find(existsSync);
  if (!found) throw new Error('no Chromium is installed; name one in CHROMIUM');
  return found;
}

export async function launch() {
  const executablePath = chromiumPath();
  const browser = await chromium.launch({
    executablePath,
    args: [
      // Without these, Chromium looks up hosts of its own, and a closed network makes that slow.
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
  atEnd(() => browser.close());
  return browser;
}

/// A new page, and the list that fills with all that goes wrong in it: console messages, uncaught
/// errors, requests that fail or leave `home`, and violations of the page's security policy.
export async function watchedPage(context, home) {
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => problems.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(home) && !url.startsWith('data:')) problems.push(`leaves the site: ${url}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // Who leaves a page gives up what it was still loading.
    if (why !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} (${why})`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  return { page, problems };
}

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.xml': 'application/xml', '.txt': 'text/plain; charset=utf-8',
};

/// Serves a folder under `mount` on a free port, like GitHub Pages: `index.html` for a folder, `404.html`
/// for what is not there, texts compressed, ten minutes in the cache. Gives the address.
export async function serveFolder(folder, mount) {
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://host').pathname);
    const file = name.startsWith(mount) ? name.slice(mount.length).replace(/(^|\/)$/, '$1index.html') : '404.html';
    const send = async (file, status) => {
      const bytes = await readFile(path.join(folder, file));
      const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
      const headers = { 'Content-Type': type, 'Cache-Control': 'max-age=600' };
      const zipped = !type.startsWith('font/') && /\bgzip\b/.test(request.headers['accept-encoding']);
      if (zipped) headers['Content-Encoding'] = 'gzip';
      response.writeHead(status, headers).end(zipped ? gzipSync(bytes) : bytes);
    };
    await send(file, 200).catch(() => send('404.html', 404)).catch(() => response.writeHead(404).end());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}${mount}`;
}

/// Fails with all problems, each once; an assertion of equality would cut the list short.
export function none(problems) {
  const lines = [...new Set(problems)].sort();
  if (lines.length) assert.fail(`${lines.length} problems:\n${lines.join('\n')}`);
}

/// Waits until the clipboard holds the expected text, a string or a pattern, and gives the text.
/// Pages copy after the key has been handled: a sentence of another page is fetched first.
export async function clipboard(page, expected) {
  const fits = (text) => (expected instanceof RegExp ? expected.test(text) : text === expected);
  const end = Date.now() + 5000;
  let text;
  do {
    text = await page.evaluate(() => navigator.clipboard.readText());
    if (fits(text)) return text;
    await new Promise((done) => setTimeout(done, 50));
  } while (Date.now() < end);
  return assert.fail(`the clipboard holds ${JSON.stringify(text)}, not ${expected}`);
}

/// Calls `work` on each item, a few at a time.
export async function each(items, work) {
  const queue = [...items];
  await Promise.all(Array.from({ length: 3 }, async () => {
    while (queue.length) await work(queue.shift());
  }));
}

/// A page at one width, in one scheme; gives what went wrong in it, when `work` is done.
export async function visitIn(browser, url, { width = 1280, height = 800, scheme = 'light', origin, ...rest }, work) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce', ...rest,
  });
  try {
    const { page, problems } = await watchedPage(context, origin);
    await page.goto(url);
    await work(page, problems);
    return problems;
  } finally {
    await context.close();
  }
}

const RULES = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
/// The rules that can come out differently in the dark; the others look at words and structure.
export const COLOUR_RULES = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/// Violations of the accessibility rules in a page as it stands.
export async function violations(page, runOnly = RULES) {
  await page.evaluate(`globalThis.axe ?? (() => { ${axe.source} })()`);
  const found = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ['violations'], preload: false }),
    runOnly,
  );
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `axe ${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`));
}

/// What every page owes its reader, whatever its looks. Runs in the page.
export function duties(language) {
  const problems = [];
  const html = document.documentElement;
  if (html.scrollWidth > html.clientWidth) {
    const wide = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > html.clientWidth + 1);
    problems.push(`scrolls sideways: ${html.scrollWidth} > ${html.clientWidth}: ${wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 80)).join(' … ')}`);
  }
  const titles = document.querySelectorAll('h1').length;
  if (titles !== 1) problems.push(`${titles} h1`);
  if (language && html.lang !== language) problems.push(`lang is ${html.lang}, not ${language}`);
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? '';
  if (!policy.includes("default-src 'none'") || policy.includes('unsafe')) problems.push(`policy: ${policy || 'none'}`);
  // The fallbacks ("Arial for …") are fonts that a reader may not have.
  const fonts = [...document.fonts].filter((font) => font.status === 'error' && !font.family.includes(' for '));
  if (fonts.length) problems.push(`fonts not loaded: ${fonts.map((font) => font.family).join(', ')}`);
  if (!document.styleSheets.length || getComputedStyle(document.body).margin !== '0px') problems.push('the style sheet does not apply');

  // Cyrillic is Kazakh here: what screen readers speak and hyphenation cuts must say so.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    // The plan's notes on repairs are plain text, and quote words of the source.
    if (parentElement.closest('.sn-why')) continue;
    if (/\p{Script=Cyrillic}{2}/u.test(data) && parentElement.closest('[lang]').lang !== 'kk')
      problems.push(`Cyrillic in \`lang=${parentElement.closest('[lang]').lang}\`: ${data.trim().slice(0, 60)}`);
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [alt]')) {
    const words = ['aria-label', 'title', 'alt'].map((name) => one.getAttribute(name) ?? '').join(' ');
    if (/\p{Script=Cyrillic}{2}/u.test(words) && one.closest('[lang]').lang !== 'kk')
      problems.push(`Cyrillic in an attribute in \`lang=${one.closest('[lang]').lang}\`: ${words.trim().slice(0, 60)}`);
  }

  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length) problems.push(`ids given twice: ${twice.join(', ')}`);
  return problems;
}
