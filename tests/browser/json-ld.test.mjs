// The structured data of the book's pages: they use the vocabulary of schema.org as it is defined (by the types of
// `schema-dts`), and their addresses lead to pages of the site.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, test } from 'node:test';
import { none, temporaryFolder, tilmash } from './browser.mjs';

const ADDRESS = 'https://book.example/some/path/';

/// The graph of each page that has one, by the page's path.
const graphs = new Map();
const without = [];
let classes;

before(async () => {
  const folder = await temporaryFolder();
  await tilmash('build', '--quiet', '--output', folder, '--base-url', ADDRESS);
  classes = vocabulary(await readFile(createRequire(import.meta.url).resolve('schema-dts').replace(/\.js$/, '.d.ts'), 'utf8'));
  const names = (await readdir(folder, { recursive: true })).map((name) => name.split(path.sep).join('/'));
  for (const name of names.filter((name) => name.endsWith('.html'))) {
    const html = await readFile(path.join(folder, name), 'utf8');
    const scripts = [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)];
    const isListed = /<link rel="canonical"/.test(html) && !/<meta name="robots" content="noindex/.test(html);
    assert.ok(scripts.length <= 1, `${name} has ${scripts.length} scripts`);
    if (scripts.length) graphs.set(name, JSON.parse(scripts[0][1]));
    else if (isListed) without.push(`${name} has no structured data`);
  }
  assert.ok(graphs.size > 40, `${graphs.size} pages have structured data`);
});

test('all pages that search engines list have structured data', () => none(without));

test('classes, properties and values are those of schema.org', () => {
  assert.ok(classes.size > 500 && takes('Chapter', 'inLanguage') && !takes('DefinedTerm', 'inLanguage'), 'the vocabulary was read');
  const all = [];
  for (const [name, json] of graphs) {
    assert.equal(json['@context'], 'https://schema.org');
    for (const thing of json['@graph']) check(thing, (problem) => all.push(`${name}: ${problem}`));
  }
  none(all);
});

test('addresses are those of pages, and things with one address agree', () => {
  const all = [];
  const things = new Map();
  const visit = (name, value, property) => {
    if (Array.isArray(value)) return value.forEach((item) => visit(name, item, property));
    if (typeof value === 'string') {
      if (['@id', 'url', 'item'].includes(property) && !isPage(value)) all.push(`${name}: ${property} ${value} is no page`);
      return;
    }
    if (typeof value !== 'object') return;
    if (value['@id']) {
      const known = things.get(value['@id']) ?? things.set(value['@id'], {}).get(value['@id']);
      for (const key of ['@type', 'inLanguage', 'name']) {
        if (known[key] && value[key] && known[key] !== value[key]) all.push(`${name}: ${value['@id']} has two values of ${key}`);
        known[key] ??= value[key];
      }
    }
    for (const [key, inner] of Object.entries(value)) visit(name, inner, key);
  };
  for (const [name, json] of graphs) visit(name, json['@graph']);
  none(all);
});

test('a translation and its source name each other', () => {
  const all = [];
  const own = (name) => graphs.get(name)['@graph'].at(-1);
  for (const name of graphs.keys()) {
    const source = own(name).translationOfWork?.['@id'];
    const back = source && own(pageOf(source)).workTranslation?.map((one) => one['@id']);
    if (source && !back?.includes(own(name)['@id'])) all.push(`${name}: its source does not name it`);
  }
  none(all);
});

test('breadcrumbs are counted from one and end at the page', () => {
  const all = [];
  for (const [name, { '@graph': graph }] of graphs) {
    const trail = graph.find((thing) => thing['@type'] === 'BreadcrumbList')?.itemListElement ?? [];
    if (trail.some((item, at) => item.position !== at + 1)) all.push(`${name}: positions ${trail.map((item) => item.position)}`);
    if (trail.length && pageOf(trail.at(-1).item) !== name) all.push(`${name}: the trail ends at ${trail.at(-1).item}`);
  }
  none(all);
});

const pageOf = (address) => `${address.slice(ADDRESS.length)}index.html`;
const isPage = (address) => address.startsWith(ADDRESS) && graphs.has(pageOf(address));

/// Reads the types of `schema-dts`: each class with the classes above it and its properties with the names of the
/// types that they take.
function vocabulary(text) {
  const classes = new Map();
  for (const [, name, above, body] of text.matchAll(/interface (\w+)Base extends ([^{]+?) \{\n([\s\S]*?)^\}/gm)) {
    const properties = [...body.matchAll(/^ {4}"(\w+)"\?: SchemaValue<(.+), "\w+">;$/gm)].map(([, property, types]) => [property, types.split(' | ')]);
    classes.set(name, { above: above.split(', ').filter((it) => it.endsWith('Base')).map((it) => it.slice(0, -4)), properties: new Map(properties) });
  }
  // A class without properties of its own has only the type of its things.
  for (const [, name, above] of text.matchAll(/interface (\w+)Leaf extends ([^{]+?) \{/g)) {
    if (!classes.has(name)) classes.set(name, { above: above.split(', ').map((it) => it.replace(/Base$/, '')), properties: new Map() });
  }
  return classes;
}

/// The class and all classes above it.
const lineage = (name) => (classes.has(name) ? [name, ...classes.get(name).above.flatMap(lineage)] : []);

/// The names of the types that a property of a class takes; nothing if it has no such property.
function takes(name, property) {
  return lineage(name).map((one) => classes.get(one).properties.get(property)).find(Boolean);
}

/// Checks a thing and all things in it.
function check(thing, report) {
  const type = thing['@type'];
  if (!classes.has(type)) return report(`no class ${type}`);
  for (const [property, value] of Object.entries(thing)) {
    if (property.startsWith('@')) continue;
    const types = takes(type, property);
    if (!types) report(`${type} has no property ${property}`);
    for (const one of types ? [value].flat() : []) {
      const isOfType = {
        string: () => types.some((it) => ['Text', 'URL', 'Date', 'DateTime', 'IdReference'].includes(it)),
        number: () => types.some((it) => ['Number', 'Integer', 'Text'].includes(it)),
        object: () => lineage(one['@type']).some((it) => types.includes(it)),
      }[typeof one];
      if (!isOfType?.()) report(`${type}.${property} is ${JSON.stringify(one)}, which is not one of ${types}`);
      if (typeof one === 'object') check(one, report);
    }
  }
}
