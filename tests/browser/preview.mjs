// A copy of the book under `tilmash serve`, for the scripts that edit it while pages are open.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { atEnd, program, repository, temporaryFolder, watchedPage } from './browser.mjs';

/// Copies the book, whose preview is still to be started.
export async function preview(browser) {
  const folder = await temporaryFolder();
  for (const name of ['site.yaml', 'content', 'templates', 'themes'])
    await cp(path.join(repository, name), path.join(folder, name), { recursive: true });
  const book = { folder };

  book.edit = async (name, change) => {
    const file = path.join(folder, name);
    const text = await readFile(file, 'utf8');
    const changed = change(text);
    assert.notEqual(changed, text, `the edit of ${name} changes something`);
    await writeFile(file, changed);
  };

  /// Starts the preview, with `environment` beside the test's own, and waits until it says where it is.
  book.start = async (port, environment = {}) => {
    const child = spawn(program, ['serve', '--root', folder, '--port', String(port)], { env: { ...process.env, NO_COLOR: '1', ...environment } });
    const ended = new Promise((done) => child.once('exit', done));
    let said = '';
    book.url = await new Promise((done, failed) => {
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => {
        said += bytes;
        const url = /http:\/\/[\d.]+:\d+\S*\//.exec(said);
        if (url) done(url[0]);
      });
      ended.then(() => failed(new Error(`the preview ended: ${said}`)));
    });
    book.port = Number(new URL(book.url).port);
    book.stop = () => (child.kill(), ended);
  };

  /// An open page of the preview that would notice a reload; in the browser of the page `beside`, if there is one.
  book.open = async (name, { beside, ...looks } = {}) => {
    const context = beside?.context() ?? await browser.newContext({ viewport: { width: 1280, height: 500 }, reducedMotion: 'reduce', ...looks });
    const { page, problems } = await watchedPage(context, book.url);
    await page.goto(book.url + name);
    await connected(page);
    await page.evaluate(() => { window.loadedOnce = true; });
    return {
      page, problems,
      wasNotReloaded: async () => assert.ok(await page.evaluate(() => window.loadedOnce), 'the page was not loaded again'),
      close: () => page.close(),
    };
  };

  await book.edit('site.yaml', (text) => `${text.replace(/^base_url:.*\n/m, '')}\nbase_url: https://book.example/some/path/\n`);
  atEnd(() => book.stop?.());
  return book;
}

/// An editor that writes each place that it opens into a file: the environment that names it, and a function that returns what
/// was opened since it was asked last, one place a line.
export async function recorder(book) {
  const [record, script] = ['opened', 'record.sh'].map((name) => path.join(book.folder, name));
  await writeFile(script, `printf '%s %s\\n' "$@" >> '${record}'\n`);
  return {
    environment: { VISUAL: `sh '${script}' {line} {file}`, TILMASH_EDITOR: '' },
    opened: async () => {
      const text = await readFile(record, 'utf8');
      await rm(record);
      return text.replaceAll(`${book.folder}/`, '').trim();
    },
  };
}

/// Waits until the page's first look at the preview is over: what is saved before it comes by a reload.
export const connected = (page) => page.waitForFunction(() => document.querySelector('tilmash-live')?.dataset.version);

export const says = (page, text) => page.waitForFunction((text) => document.querySelector('main').innerText.includes(text), text);
