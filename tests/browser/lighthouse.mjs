// Lighthouse on one page of each kind, for phones and for desks: `npm run lighthouse --prefix tests/browser`.
//
// It is no part of `.ci/run`: its score for speed is a measurement, and needs a machine that does nothing else.
// `RUNS=3` takes the median of three runs; `PAGES=en/index.html,…` names other pages.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { chromiumPath, none, serveFolder, temporaryFolder, tilmash } from './browser.mjs';

const PAGES = process.env.PAGES?.split(',') ?? [
  'index.html', 'kk/index.html', 'en/index.html', 'kk/vectors/russia/index.html', 'en/vectors/russia/index.html', 'en/vectors/index.html',
  'kk-en/vectors/russia/index.html', 'kk/source-order/index.html',
];
const RUNS = Number(process.env.RUNS ?? 1);
const LIGHTHOUSE = process.env.LIGHTHOUSE ?? 'lighthouse@12';

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

test('Lighthouse gives 100 in every category', async () => {
  const folder = await temporaryFolder();
  const home = await serveFolder(folder, '/');
  await tilmash('build', '--quiet', '--output', folder, '--base-url', home);
  const low = [];
  for (const page of PAGES) {
    for (const preset of ['perf', 'desktop']) {
      const scores = {};
      const failed = new Set();
      for (let run = 0; run < RUNS; run++) {
        const report = path.join(folder, 'lighthouse.json');
        await promisify(execFile)('npx', [
          '--yes', LIGHTHOUSE, home + page.replace(/index\.html$/, ''), '--quiet', '--output=json', `--output-path=${report}`,
          '--chrome-flags=--headless --no-sandbox --disable-gpu', '--only-categories=performance,accessibility,best-practices,seo',
          ...(preset === 'desktop' ? ['--preset=desktop'] : []),
        ], { env: { ...process.env, CHROME_PATH: chromiumPath() } });
        const { categories, audits } = JSON.parse(await readFile(report, 'utf8'));
        for (const [name, { score, auditRefs }] of Object.entries(categories)) {
          (scores[name] ??= []).push(Math.round(score * 100));
          for (const { id, weight } of auditRefs) {
            if (weight && audits[id].score !== null && audits[id].score < 1) failed.add(`${id} ${audits[id].displayValue ?? ''}`.trim());
          }
        }
      }
      const result = Object.entries(scores).map(([name, all]) => [name, median(all)]);
      console.log(`${page} ${preset === 'perf' ? 'mobile' : preset}: ${result.map(([name, score]) => `${name} ${score}`).join(', ')}${failed.size ? `; ${[...failed].join(', ')}` : ''}`);
      low.push(...result.filter(([, score]) => score < 100).map(([name, score]) => `${page} ${preset}: ${name} ${score}`));
    }
  }
  none(low);
});
