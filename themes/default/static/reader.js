// Tools for reading in two languages: the current sentence, citing, copying, layouts, keys. Every page is complete without
// this file.
(function () {
  'use strict';
  const root = document.documentElement;
  // Tells the style sheet that the script marks the current sentence; without it, the address does.
  root.dataset.script = '';

  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  function remembered(name) {
    try { return localStorage.getItem(name); } catch (_) { return null; }
  }
  function remember(name, value) {
    try { localStorage.setItem(name, value); } catch (_) { /* private window: kept for this page only */ }
  }
  /** Changes the address in the address bar. Browsers refuse changes that come too fast, as while a key is held. */
  function setAddress(change) {
    const url = new URL(location.href);
    change(url);
    try { history.replaceState(history.state, '', url); } catch (_) { /* the next change will succeed */ }
  }

  // Layouts of side-by-side pages. `site.js` has set `data-view` to the layout of the address or of the last visit.
  const VIEWS = ['columns', 'lines', 'source', 'translation'];
  function setView(name) {
    keepingPlace(() => {
      root.dataset.view = name;
      one('#view-' + name).checked = true;
    });
    remember('view', name);
    setAddress((url) => url.searchParams.set('view', name));
  }
  /** On a narrow screen the layout `columns` looks like `lines`. */
  const isNarrow = () => matchMedia('(max-width: 47.9375rem)').matches;
  const viewNow = () => {
    const name = (one('.views :checked') || { value: 'columns' }).value;
    return name === 'columns' && isNarrow() ? 'lines' : name;
  };
  const isTap = () => /^(source|translation)$/.test(viewNow());

  // Sentences, and the current one (`here`).

  const SENTENCE = ':is(.prose, .notes-list) .seg[id], .rows .bead[id]';
  let here = null;
  /** The scroll position at which `here` was set. */
  let markedAt = 0;
  /** Returns all sentences. A row that shows a whole block is not one, but the sentences in it are. */
  const sentences = () => all(SENTENCE + ', .whole .seg[id]').filter((each) => !each.closest('.whole') || each.matches('.seg'));
  const pinOf = (sentence) => sentence.matches('.bead, tr') ? one('.pin', sentence) : sentence.nextElementSibling;
  /** Returns the number of a sentence: `1.2` for the ids `1.2` and `kk-1.2`. The second form is used in whole blocks. */
  const numberOf = (sentence) => sentence.id.replace(/^[a-z][\w-]*-(?=\d)/i, '');
  const isSeen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  /** Distance from the top of the window to which an address with an anchor scrolls its sentence. */
  const readingLine = () => innerHeight * .3;

  /** Returns the sentence at the reading line; null at the top of the page. */
  function atLine() {
    if (scrollY < 1) return null;
    let found = null;
    for (const sentence of sentences()) {
      if (sentence.getBoundingClientRect().top > readingLine() + 2) break;
      found = sentence;
    }
    return found;
  }
  const place = () => here && isSeen(here) ? here : atLine();
  /** Like `place`, but `here` counts only near the reading line or where it was set: the reader may have scrolled on. */
  function spot() {
    const isNear = () => Math.abs(here.getBoundingClientRect().top - readingLine()) < innerHeight * .15;
    return here && isSeen(here) && (Math.abs(scrollY - markedAt) < 40 || isNear()) ? here : atLine();
  }

  /** Returns the current sentence; in whole blocks, also the sentence with its number in the other language. */
  const partners = () => !here ? [] : here.closest('.whole') && here.matches('.seg')
    ? all('.whole .seg[id]').filter((each) => numberOf(each) === numberOf(here)) : [here];
  /** Makes a sentence the current one; with null, there is none. */
  function stand(sentence, isAddressed) {
    if (here === sentence) return;
    partners().forEach((each) => each.classList.remove('lit'));
    here = sentence;
    markedAt = scrollY;
    partners().forEach((each) => each.classList.add('lit'));
    if (!isAddressed) setAddress((url) => { url.hash = here ? here.id : ''; });
    rove();
  }
  /** Keys move between sentences, so the Tab key stops at only one of them (a roving tabindex). */
  function rove() {
    if (remembered('keys') === 'off') return;
    const stop = here && pinOf(here) || one('.pin:not([aria-hidden])');
    all('.pin').forEach((pin) => { pin.tabIndex = pin === stop ? 0 : -1; });
  }
  function step(by) {
    const list = sentences();
    const now = place();
    const next = now === here || !now ? list[list.indexOf(now) + by] : now;
    if (!next) return;
    stand(next);
    const reveal = one('.reveal', next);
    (reveal && isTap() ? reveal : pinOf(next)).focus({ preventScroll: true });
    const { top, bottom } = next.getBoundingClientRect();
    if (top < innerHeight * .15 || bottom > innerHeight * .8) next.scrollIntoView();
  }
  /** Changes the layout, and scrolls so that the sentence that is being read stays in its place. */
  function keepingPlace(change) {
    const sentence = spot();
    const before = sentence && sentence.getBoundingClientRect().top;
    change();
    if (sentence) scrollBy({ top: sentence.getBoundingClientRect().top - before, behavior: 'instant' });
  }
  /** Goes to the sentence of the address. In whole blocks, ids have a prefix: `#1.2` finds `kk-1.2`. */
  function arrive() {
    const named = document.querySelector('.whole .seg:target');
    if (!/^#\d/.test(location.hash) && !named) return;
    const id = decodeURIComponent(location.hash.slice(1));
    const found = named || document.getElementById(id);
    const sentence = found || all('.whole .seg[id]').find((each) => numberOf(each) === id);
    if (!sentence) return;
    // A row may have several sentences.
    stand(sentence.closest('.paragraph:not(.whole) > .bead') || sentence, Boolean(found));
    if (!found) sentence.scrollIntoView();
  }
  addEventListener('hashchange', arrive);

  // The language switch keeps the current sentence: `#3.2` is the same sentence in every language.
  function aim(event) {
    const link = event.target.closest && event.target.closest('.languages a');
    if (!link) return;
    const sentence = spot();
    link.hash = sentence ? numberOf(sentence) : /^#\d/.test(location.hash) ? '' : location.hash;
  }
  ['pointerdown', 'focusin', 'click'].forEach((type) => document.addEventListener(type, aim, true));

  // The header with the languages reappears when the reader scrolls up.
  let lastY = 0;
  addEventListener('scroll', () => {
    if (Math.abs(scrollY - lastY) < 6) return;
    root.dataset.scroll = scrollY > lastY && scrollY > 120 ? 'down' : scrollY < 120 ? 'top' : 'up';
    lastY = scrollY;
  }, { passive: true });

  // Texts of sentences.

  function textOf(element) {
    const copy = element.cloneNode(true);
    all('.pin, .source-mark, .source-note, .note-ref, .touches, .gap, .moved, .behind, .unseen', copy).forEach((extra) => extra.remove());
    all('td + td, th + th', copy).forEach((cell) => cell.prepend(' | '));
    return copy.textContent.replace(/\u2060/g, '').replace(/\s+/g, ' ').trim();
  }
  const meta = (name, within) => (one('meta[property="' + name + '"]', within) || { content: '' }).content;
  /** Returns the published address of a link's page if the site knows it, else the present one. */
  function addressOf(link) {
    const canonical = one('link[rel="canonical"]');
    const url = new URL(link ? link.getAttribute('href') : '', canonical ? canonical.href : location.href);
    return url.origin === 'null' ? url.href.split(/[?#]/)[0] : url.origin + url.pathname.replace(/index\.html$/, '');
  }
  function half(lang, text, heading, site, citation, address, number) {
    const url = address + '#' + number;
    const fill = (all, [name, value]) => all.split('{' + name + '}').join(value);
    const title = textOf(heading);
    return { lang, text, url, where: title + ', ' + number + '. ' + site, cited: Object.entries({ title, id: number, site, url, text }).reduce(fill, citation) };
  }
  /** Returns a sentence in each language of the page. */
  function halvesHere(sentence) {
    const number = numberOf(sentence);
    if (!sentence.matches('.bead')) {
      const lang = sentence.closest('[lang]').lang;
      const heading = one('h1 .cell[lang="' + lang + '"]') || one('h1');
      return [half(lang, textOf(sentence), heading, heading.dataset.site || meta('og:site_name'), heading.dataset.citation || one('#cite').dataset.citation,
        addressOf(one('.languages a[hreflang="' + lang + '"]')), number)];
    }
    return all('.cell', sentence).filter((cell) => textOf(cell)).map((cell) => {
      const heading = one('h1 .cell[lang="' + cell.lang + '"]');
      return half(cell.lang, textOf(cell), heading, heading.dataset.site, heading.dataset.citation,
        addressOf(one('.languages a[hreflang="' + cell.lang + '"]')), number);
    });
  }
  const others = new Map();
  /** Fetches the same sentence from the page in another language; null if there is none, or if the page is on disk. */
  async function halfElsewhere(sentence) {
    const link = sentence.matches('.seg') && !sentence.closest('.rows') && all('.languages a[rel~="alternate"]').find((each) => each.hreflang !== sentence.closest('[lang]').lang);
    if (!link || !/^http/.test(location.protocol)) return null;
    const url = link.href.split('#')[0];
    if (!others.has(url)) {
      others.set(url, fetch(url).then((response) => response.ok ? response.text() : Promise.reject(response.status))
        .then((text) => new DOMParser().parseFromString(text, 'text/html')).catch(() => null));
    }
    const other = await others.get(url);
    const found = other && other.getElementById(sentence.id);
    return found && half(link.hreflang, textOf(found), one('h1', other), meta('og:site_name', other), one('#cite', other).dataset.citation, addressOf(link), numberOf(sentence));
  }

  // Copying.

  function say(words) {
    const place = one('.cite:popover-open .said') || one('.toast');
    place.textContent = '';
    // Delayed, so that screen readers read the same words again.
    setTimeout(() => { place.textContent = words; }, 50);
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { all('.said').forEach((line) => { line.textContent = ''; }); }, 2500);
  }
  async function copy(text) {
    if (!text) return;
    try {
      await navigator.clipboard.writeText(text);
    } catch (_) {
      // Without a secure address there is no clipboard API, but `execCommand` works.
      document.addEventListener('copy', (event) => {
        event.clipboardData.setData('text/plain', text);
        event.preventDefault();
        event.stopImmediatePropagation();
      }, { once: true, capture: true });
      document.execCommand('copy');
    }
    say(one('#cite .said').dataset.copied);
  }
  /** Copies a column of the page: title, then a paragraph for each row. */
  function copyHalf(side) {
    const paragraphs = all('.rows > *').map((row) => {
      const cells = row.matches('.bead') ? [row] : all('.bead', row);
      return cells.map((bead) => textOf(one('.cell.' + side, bead))).join(' ').trim();
    });
    copy([textOf(one('h1 .' + side)), ...paragraphs.filter(Boolean)].join('\n\n'));
  }
  /** Returns the column that contains a node, `left` or `right`; null if the layout has no columns. */
  function sideOf(node) {
    const cell = node && (node.closest ? node : node.parentElement).closest('.rows .cell');
    return !cell || viewNow() !== 'columns' ? null : cell.matches('.left') ? 'left' : 'right';
  }
  document.addEventListener('pointerdown', (event) => {
    root.dataset.half = sideOf(event.target) || '';
  });
  document.addEventListener('copy', (event) => {
    const selection = getSelection();
    const side = sideOf(selection.anchorNode);
    if (!side || selection.isCollapsed) return;
    const picked = selection.getRangeAt(0).cloneContents();
    const cells = all('.cell.' + side, picked);
    // A selection within one sentence is left to the browser.
    if (!cells.length) return;
    const paragraphs = new Map();
    cells.forEach((cell) => {
      const row = cell.closest('.paragraph, .heading') || cell;
      paragraphs.set(row, ((paragraphs.get(row) || '') + ' ' + textOf(cell)).trim());
    });
    event.clipboardData.setData('text/plain', Array.from(paragraphs.values()).filter(Boolean).join('\n\n'));
    event.preventDefault();
  });

  // The card of a sentence.

  let cited = [];
  async function cite(sentence) {
    const card = one('#cite');
    const title = one('#cite-title');
    title.textContent = card.dataset.title.replace('{id}', numberOf(sentence));
    title.href = '#' + sentence.id;
    all('.pin.open').forEach((pin) => pin.classList.remove('open'));
    pinOf(sentence).classList.add('open');
    const show = (halves) => {
      cited = halves;
      one('.cite-texts').replaceChildren(...halves.map(({ lang, text, where, url }) => {
        const make = (name, kind, words) => Object.assign(document.createElement(name), { className: kind, textContent: words });
        const box = make('div', 'cite-half', '');
        const words = make('p', 'cite-text', text);
        const source = make('p', 'cite-source', where + '. ' + url);
        words.lang = source.lang = lang;
        const button = make('button', '', card.dataset.copy);
        button.type = 'button';
        button.dataset.copy = text;
        button.setAttribute('aria-label', card.dataset.copy + ': ' + lang);
        box.append(words, button, source);
        return box;
      }));
    };
    const halves = halvesHere(sentence);
    show(halves);
    if (!card.matches(':popover-open')) card.showPopover();
    one('[data-copy="citation"]', card).focus();
    const other = await halfElsewhere(sentence);
    if (other && title.hash === '#' + sentence.id) show([...halves, other]);
  }

  // Clicks and taps.

  document.addEventListener('click', (event) => {
    const target = event.target;
    const is = (selector) => target.closest && target.closest(selector);
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (is('.keys-button')) {
      one('#keys').showModal();
    } else if (is('.copy-half')) {
      copyHalf(is('.cell').matches('.left') ? 'left' : 'right');
    } else if (is('#cite [data-copy]')) {
      const what = is('[data-copy]').dataset.copy;
      copy(what === 'citation' ? cited.map((half) => half.cited).join('\n') : what === 'link' ? cited[0].url : what);
    } else if (is('.pin')) {
      const pin = is('.pin');
      const sentence = pin.closest('tr.seg, .bead') || pin.previousElementSibling;
      event.preventDefault();
      stand(sentence);
      cite(sentence);
    } else if (!is('a, button, input, label, summary, dialog, [popover], .top, .side') && getSelection().isCollapsed) {
      // A tap on a sentence shows its number or its translation; a tap beside the text hides them.
      const sentence = is(SENTENCE + ', .whole .seg[id]');
      if (sentence && isTap() && one('.reveal', sentence)) one('.reveal', sentence).click();
      if (is('.main')) stand(sentence && !sentence.matches('.whole > .bead') && sentence !== here ? sentence : isTap() ? here : null);
    }
  });
  document.addEventListener('change', (event) => {
    if (event.target.name === 'view') setView(event.target.value);
    if (event.target.matches('.keys-on')) {
      remember('keys', event.target.checked ? 'on' : 'off');
      if (event.target.checked) rove();
      else all('.pin:not([aria-hidden])').forEach((pin) => { pin.removeAttribute('tabindex'); });
    }
  });

  // Keys.

  const go = (link) => { if (link) link.click(); };
  function copySentence(index) {
    const sentence = place();
    if (!sentence) return;
    const halves = halvesHere(sentence);
    if (viewNow() === 'translation') halves.reverse();
    if (index === 0 || halves.length > 1) copy((halves[index] || { text: '' }).text);
    else halfElsewhere(sentence).then((other) => copy(other && other.text));
  }
  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    l() {
      const links = all('.languages a:not(.pair)');
      go(links[(links.findIndex((link) => link.hasAttribute('aria-current')) + 1) % links.length]);
    },
    b: () => go(one('.languages .pair:not([aria-current])')),
    v() {
      const names = VIEWS.filter((name) => name !== 'columns' || !isNarrow());
      if (one('.views')) setView(names[(names.indexOf(viewNow()) + 1) % names.length]);
    },
    c: () => copySentence(0),
    x: () => copySentence(1),
    i() {
      const sentence = place();
      if (sentence) cite(sentence);
    },
  };
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !one('#keys')) return;
    if (event.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog[open]')) return;
    if (event.key === '?') {
      one('#keys').showModal();
      return;
    }
    if (event.shiftKey || remembered('keys') === 'off') return;
    // On a keyboard of another script, the letter that a Latin keyboard has in the same place.
    const key = /^Key/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code.slice(3) : event.key;
    const act = Object.hasOwn(KEYS, key.toLowerCase()) && KEYS[key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  all('.keys-button, .copy-half').forEach((button) => { button.hidden = false; });
  all('.keys-on').forEach((box) => { box.checked = remembered('keys') !== 'off'; });
  const radio = root.dataset.view && one('#view-' + root.dataset.view);
  if (radio) radio.checked = true;
  rove();
  arrive();
  // The preview changes pages in place, and sends this event then.
  document.addEventListener('tilmash:update', () => {
    others.clear();
    rove();
  });
})();
