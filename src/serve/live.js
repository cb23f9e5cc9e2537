// The browser's part of the live preview; `tilmash serve` adds it to each page, `build` never does.
//
// It listens for versions of the site. At a new version it requests its page again, changes the document in
// place, and shows the problems of the texts. It has no dependency and no build step, and respects a strict
// Content-Security-Policy: no inline script or style.
//
// A page is changed in place as follows. The document differs from the server's text: scripts have set
// attributes, the reader has opened a note or chosen a theme. So nothing is ever compared with the document.
// `base` is the last text of the server, parsed separately. Each difference between `base` and the next text
// is applied twice, to `base` and to the document. Parts that the server did not change stay as they are.
(() => {
  'use strict';

  const script = document.currentScript;
  /** The folder of the preview's own addresses, with a slash at the end. */
  const own = script.src.slice(0, script.src.lastIndexOf('/') + 1);
  /** The digest of the page as it was loaded, and its status. */
  const loaded = { page: script.dataset.page, status: Number(script.dataset.status || 200) };

  // 1. Words

  const WORDS = {
    en: {
      preview: 'Live preview', errors: (n) => n === 1 ? '1 error' : `${n} errors`,
      warnings: (n) => n === 1 ? '1 warning' : `${n} warnings`, hint: 'hint', show: 'Show', hide: 'Hide',
      more: (n) => `and ${n} more: see the terminal, or run “tilmash check”`,
      lost: 'The connection to the preview is lost. Reconnecting.',
      gone: 'This page no longer exists. This is its last version.', home: 'Go to the home page',
      open: 'Open in editor', opened: 'Opened in the editor.', silent: 'The preview does not answer.',
    },
    kk: {
      preview: 'Тірі алдын ала көру', errors: (n) => `${n} қате`,
      warnings: (n) => `${n} ескерту`, hint: 'кеңес', show: 'Көрсету', hide: 'Жасыру',
      more: (n) => `тағы ${n}: терминалды қараңыз немесе «tilmash check» іске қосыңыз`,
      lost: 'Алдын ала көрумен байланыс үзілді. Қайта қосылуда …',
      gone: 'Бұл бет енді жоқ. Көріп тұрғаныңыз — оның соңғы мәтіні.', home: 'Басты бетке өту',
      open: 'Редакторда ашу', opened: 'Редакторда ашылды.', silent: 'Алдын ала көру жауап бермейді.',
    },
  };
  const say = WORDS[document.documentElement.lang.split('-')[0]] || WORDS.en;

  // 2. Versions
  //
  // A browser opens six connections to a host, and a stream of events holds one. So only one visible tab
  // listens, and passes the versions on to the others. When it has been hidden for a while, another takes over.

  const HIDDEN_FOR = 10000;
  const LOST = new Error('the connection is lost');

  /** The version that the page shows, and the newest known version; 0 until the first status. */
  let version = 0;
  let heard = 0;
  let isLost = false;
  let source = null;
  /** Ends this tab's turn to listen. */
  let release = null;
  let waiting = false;
  let retry = 0;
  let rest = 0;
  let grace = 0;

  const channel = 'BroadcastChannel' in window ? new BroadcastChannel('tilmash') : null;
  if (channel) channel.onmessage = (event) => hear(event.data);

  const isHidden = () => document.visibilityState === 'hidden';

  function tell(message) {
    hear(message);
    if (channel) channel.postMessage(message);
  }

  function hear(message) {
    if ('lost' in message) {
      isLost = message.lost;
      notice('lost', isLost ? say.lost : null);
    } else {
      heard = message.version;
      // A hidden page is updated when it becomes visible.
      if (heard !== version && !isHidden()) look();
    }
  }

  /** Makes sure that a tab listens: another one, or this one. */
  function attend() {
    clearTimeout(rest);
    if (isHidden()) return;
    if (version === 0 || heard !== version) look();
    if (source || waiting) return;
    // Browsers offer locks only for secure and local addresses.
    if (!navigator.locks || !channel) {
      listen();
      return;
    }
    waiting = true;
    navigator.locks.request(`tilmash ${own}`, () => {
      waiting = false;
      if (isHidden()) return undefined;
      listen();
      return new Promise((done) => { release = done; });
    }).catch(() => {
      waiting = false;
      listen();
    });
  }

  function listen() {
    clearTimeout(retry);
    if (source) return;
    source = new EventSource(`${own}events`);
    source.onopen = () => {
      clearTimeout(grace);
      grace = 0;
      tell({ lost: false });
    };
    source.onmessage = (event) => tell({ version: Number(event.data) });
    source.onerror = () => {
      // A restart of the preview takes less time than this.
      if (!grace) grace = setTimeout(() => tell({ lost: true }), 1000);
      if (source && source.readyState === EventSource.CLOSED) {
        source.close();
        source = null;
        retry = setTimeout(listen, 2000);
      }
    };
  }

  function leave() {
    clearTimeout(retry);
    clearTimeout(grace);
    grace = 0;
    if (source) source.close();
    source = null;
    if (release) release();
    release = null;
  }

  document.addEventListener('visibilitychange', () => {
    clearTimeout(rest);
    if (isHidden()) rest = setTimeout(leave, HIDDEN_FOR);
    else attend();
  });
  addEventListener('pagehide', leave);
  addEventListener('pageshow', (event) => {
    if (event.persisted) attend();
  });

  let looking = false;
  let again = false;

  /** Updates the page, the problems and the desk. Calls during an update cause one more update after it. */
  async function look() {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again) {
        again = false;
        const path = encodeURIComponent(location.pathname);
        const { text } = await ask(`${own}status?since=${version}&path=${path}`);
        const status = JSON.parse(text);
        // Made while the server answers: its style must be loaded, or it stays hidden.
        ensurePanel();
        await update(status.page);
        // Tells the page's own scripts that this page or another one may have changed.
        if (version !== status.version) document.dispatchEvent(new CustomEvent('tilmash:update'));
        refreshFiles(status);
        const isWorse = showProblems(status);
        await showDesk(status, isWorse);
        version = status.version;
        // For tests: the version that this page shows.
        panel.host.dataset.version = version;
        if (heard < version) heard = version;
      }
    } catch (error) {
      if (error !== LOST) throw error;
      // The version is still the old one, so the first message of the next connection causes another
      // update. If the connection was not lost after all, this timer does.
      setTimeout(() => { if (!isLost && !isHidden()) look(); }, 1000);
    } finally {
      looking = false;
    }
  }

  /** Fetches an address; returns the response and its text. */
  async function ask(address) {
    try {
      const response = await fetch(address, { cache: 'no-store' });
      return { response, text: await response.text() };
    } catch (_) {
      throw LOST;
    }
  }

  // 3. The page

  /** The last text from the server, parsed as a document. */
  let base = null;
  /** The digest of that text. */
  let page = loaded.page;
  /** For each node of `base`, the corresponding node of the document. */
  const live = new WeakMap();

  /** Changes the document into the server's text; `here` is the server's status of this address. */
  async function update(here) {
    if (here.location) {
      location.replace(here.location + location.search + location.hash);
      return;
    }
    if (loaded.status !== 200) {
      // An error page has no state to keep.
      if (here.status !== loaded.status || here.digest !== page) location.reload();
      return;
    }
    notice('gone', here.status === 404 ? say.gone : null, `${own}../`);
    if (here.status !== 200 || (base && here.digest === page)) return;
    const { response, text } = await ask(location.pathname + location.search);
    const digest = (response.headers.get('ETag') || '').replace(/"/g, '');
    // The page was removed since the status; the next version reports that.
    if (response.status !== 200) return;
    if (!base) {
      if (digest !== loaded.page) {
        // The file was saved while the page was loading, so there is no state to lose.
        location.reload();
        return;
      }
      base = parse(text);
      pair(base, document);
      return;
    }
    const next = parse(text);
    if (needsReload(next)) {
      location.reload();
      return;
    }
    try {
      morph(base.documentElement, next.documentElement);
    } catch (error) {
      console.error(error);
      location.reload();
      return;
    }
    page = digest;
  }

  function parse(text) {
    const parsed = new DOMParser().parseFromString(text, 'text/html');
    // This script is the preview's, not the page's.
    parsed.querySelectorAll('script[src$="/__tilmash/live.js"]').forEach((element) => element.remove());
    return parsed;
  }

  /** Returns true if a change needs a reload: scripts have already run, and a policy cannot be withdrawn. */
  function needsReload(next) {
    const fixed = (parsed) => Array.from(
      parsed.querySelectorAll('script[src], meta[http-equiv], base'),
      (element) => element.outerHTML,
    ).join('\n');
    return fixed(base) !== fixed(next);
  }

  /** Finds for each node of a text the corresponding node of the document. */
  function pair(node, inPage) {
    live.set(node, inPage);
    if (isOpaque(node)) return;
    let from = inPage.firstChild;
    for (const child of node.childNodes) {
      let found = from;
      while (found && !couldBe(child, found)) found = found.nextSibling;
      // If there is none, a script of the page has removed it.
      if (found) {
        pair(child, found);
        from = found.nextSibling;
      }
    }
  }

  function couldBe(node, inPage) {
    return node.nodeName === inPage.nodeName && (node.id || '') === (inPage.id || '');
  }

  /** Returns true for a node that is replaced as a whole: with scripts on, its content is parsed differently. */
  function isOpaque(node) {
    return node.nodeName === 'NOSCRIPT' || node.nodeName === 'TEMPLATE' || node.nodeName === 'SCRIPT';
  }

  /** Changes `node`, and its counterpart in the document, so that `node` equals `next`. */
  function morph(node, next) {
    if (node.isEqualNode(next)) return;
    const inPage = live.get(node);
    if (isOpaque(node)) {
      const parent = node.parentNode;
      const before = node.previousSibling;
      remove(node);
      insert(parent, before, next);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (inPage) setText(inPage, next.data);
      node.data = next.data;
      return;
    }
    if (isStyleSheet(node) && isStyleSheet(next)) {
      if (inPage) swapStyleSheet(node, inPage, next);
      setAttributes(node, node, next);
      return;
    }
    if (inPage) setAttributes(inPage, node, next);
    setAttributes(node, node, next);
    morphChildren(node, next);
  }

  /** Gives `element` the attributes in which `next` differs from `node`. */
  function setAttributes(element, node, next) {
    for (const { namespaceURI, localName } of Array.from(node.attributes)) {
      if (!next.hasAttributeNS(namespaceURI, localName)) element.removeAttributeNS(namespaceURI, localName);
    }
    for (const attribute of Array.from(next.attributes)) {
      const { namespaceURI, localName, value } = attribute;
      if (node.getAttributeNS(namespaceURI, localName) !== value || !node.hasAttributeNS(namespaceURI, localName)) {
        // Copied as a node, since `setAttribute` refuses some names that the parser accepts.
        element.setAttributeNode(element.ownerDocument.importNode(attribute));
      }
    }
  }

  /** Replaces only the letters that differ, so that a selection around them stays. */
  function setText(text, data) {
    const old = text.data;
    let start = 0;
    let end = 0;
    const shorter = Math.min(old.length, data.length);
    while (start < shorter && old[start] === data[start]) start++;
    while (end < shorter - start && old[old.length - 1 - end] === data[data.length - 1 - end]) end++;
    text.replaceData(start, old.length - start - end, data.slice(start, data.length - end));
  }

  function morphChildren(node, next) {
    const olds = Array.from(node.childNodes);
    const news = Array.from(next.childNodes);
    const match = align(olds, news);
    const kept = new Set(match);
    olds.forEach((old, index) => {
      if (!kept.has(index)) remove(old);
    });
    let before = null;
    news.forEach((child, index) => {
      if (match[index] < 0) {
        before = insert(node, before, child);
        return;
      }
      const old = olds[match[index]];
      // An opaque node is replaced by another, so the node before the next child is looked up again.
      const after = old.nextSibling;
      morph(old, child);
      before = after ? after.previousSibling : node.lastChild;
    });
  }

  function remove(node) {
    const inPage = live.get(node);
    // A script has run already; removing it would change nothing.
    if (inPage && node.nodeName !== 'SCRIPT') inPage.remove();
    node.remove();
  }

  /** Inserts a copy of `child` after `before` (first, if that is null) into `parent` and into the document. */
  function insert(parent, before, child) {
    const copy = parent.ownerDocument.importNode(child, true);
    parent.insertBefore(copy, before ? before.nextSibling : parent.firstChild);
    const parentInPage = live.get(parent);
    if (!parentInPage || child.nodeName === 'SCRIPT') return copy;
    const inPage = document.importNode(child, true);
    parentInPage.insertBefore(inPage, placeFor(copy, parentInPage));
    pair(copy, inPage);
    return copy;
  }

  /** Returns the node of the document before which the counterpart of `node` belongs, even if scripts have added nodes. */
  function placeFor(node, parentInPage) {
    for (let sibling = node.previousSibling; sibling; sibling = sibling.previousSibling) {
      const inPage = live.get(sibling);
      if (inPage && inPage.parentNode === parentInPage) return inPage.nextSibling;
    }
    for (let sibling = node.nextSibling; sibling; sibling = sibling.nextSibling) {
      const inPage = live.get(sibling);
      if (inPage && inPage.parentNode === parentInPage) return inPage;
    }
    return null;
  }

  /** With more comparisons than this, children are matched in their order. */
  const COMPARISONS = 250000;

  /**
   * Returns for each of `news` the index of the matching node in `olds`, or -1. Indexes only increase, so no
   * node is moved: a moved node would lose its focus, its scroll position and its open note.
   *
   *     olds  A B C        news  A X C        result  0 -1 2
   *
   * Of all such assignments, the one with the greatest total likeness is chosen. Text counts more than ids:
   * after an insertion all later sentences have other ids, but the same texts.
   */
  function align(olds, news) {
    const match = new Array(news.length).fill(-1);
    let start = 0;
    let oldEnd = olds.length;
    let newEnd = news.length;
    while (start < oldEnd && start < newEnd && olds[start].isEqualNode(news[start])) {
      match[start] = start;
      start++;
    }
    while (oldEnd > start && newEnd > start && olds[oldEnd - 1].isEqualNode(news[newEnd - 1])) {
      oldEnd--;
      newEnd--;
      match[newEnd] = oldEnd;
    }
    const rows = newEnd - start;
    const columns = oldEnd - start;
    if (rows === 0 || columns === 0) return match;
    const oldTexts = olds.slice(start, oldEnd).map((node) => node.textContent.trim());
    const newTexts = news.slice(start, newEnd).map((node) => node.textContent.trim());
    const like = (row, column) => likeness(olds[start + column], news[start + row], oldTexts[column], newTexts[row]);
    if (rows * columns > COMPARISONS) {
      for (let index = 0; index < Math.min(rows, columns); index++) {
        if (like(index, index) > 0) match[start + index] = start + index;
      }
      return match;
    }
    // best[row][column]: the greatest total likeness of the nodes from there on.
    const width = columns + 1;
    const best = new Float64Array((rows + 1) * width);
    const likes = new Float64Array(rows * columns);
    for (let row = rows - 1; row >= 0; row--) {
      for (let column = columns - 1; column >= 0; column--) {
        const here = like(row, column);
        likes[row * columns + column] = here;
        best[row * width + column] = Math.max(
          best[(row + 1) * width + column],
          best[row * width + column + 1],
          here > 0 ? here + best[(row + 1) * width + column + 1] : 0,
        );
      }
    }
    for (let row = 0, column = 0; row < rows && column < columns;) {
      const here = likes[row * columns + column];
      if (here > 0 && best[row * width + column] === here + best[(row + 1) * width + column + 1]) {
        match[start + row] = start + column;
        row++;
        column++;
      } else if (best[row * width + column] === best[(row + 1) * width + column]) {
        row++;
      } else {
        column++;
      }
    }
    return match;
  }

  /** Returns the likeness of two nodes as a score; 0 if `next` cannot be a new version of `old`. */
  function likeness(old, next, oldText, newText) {
    if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) return 0;
    if (old.nodeType !== Node.ELEMENT_NODE) return oldText !== '' && oldText === newText ? 6 : 1;
    if (old.nodeName === 'SCRIPT') return old.isEqualNode(next) ? 12 : 0;
    if (old.nodeName === 'LINK' || old.nodeName === 'META') return kindOf(old) === kindOf(next) ? 4 : 0;
    let sum = 1;
    if (old.id && old.id === next.id) sum += 4;
    if (old.getAttribute('class') === next.getAttribute('class')) sum += 1;
    if (oldText === newText) sum += (oldText === '' ? 0 : 5) + (old.isEqualNode(next) ? 3 : 0);
    return sum;
  }

  /** Returns the purpose of a `link` or `meta`, from the attributes that define it. */
  function kindOf(element) {
    return ['rel', 'hreflang', 'type', 'name', 'property', 'media'].map((name) => element.getAttribute(name)).join('\n');
  }

  // 4. Style sheets and other files

  function isStyleSheet(node) {
    return node.nodeName === 'LINK' && /(^|\s)stylesheet(\s|$)/i.test(node.getAttribute('rel') || '');
  }

  /** For each new style sheet of the document, the old one that stays until the new one is loaded. */
  const olderSheet = new WeakMap();

  /** Adds the next style sheet beside the old one, and removes that when the next is loaded, so that nothing flashes. */
  function swapStyleSheet(node, inPage, next) {
    const link = document.importNode(next, false);
    olderSheet.set(link, inPage);
    link.addEventListener('load', () => {
      for (let older = olderSheet.get(link); older; older = olderSheet.get(older)) older.remove();
      olderSheet.delete(link);
    });
    // If the next one cannot be loaded, the old one stays.
    inPage.after(link);
    if (node) live.set(node, link);
    return link;
  }

  /** Reloads files that changed under the same name: pictures, and style sheets that a site links itself. */
  function refreshFiles(status) {
    if (version === 0 || status.touched.length === 0) return;
    const touched = new Set(status.touched);
    const root = decodeURI(status.base);
    const isTouched = (address) => {
      const url = new URL(address, document.baseURI);
      const path = decodeURIComponent(url.pathname);
      return url.origin === location.origin && path.startsWith(root) && touched.has(path.slice(root.length));
    };
    const fresh = (address) => {
      const url = new URL(address, document.baseURI);
      url.searchParams.set('v', status.version);
      return url.href;
    };
    for (const element of document.querySelectorAll('img[src], video[src], audio[src], source[src], embed[src], iframe[src]')) {
      if (isTouched(element.src)) element.src = fresh(element.src);
    }
    for (const element of document.querySelectorAll('object[data]')) {
      if (isTouched(element.data)) element.data = fresh(element.data);
    }
    for (const element of document.querySelectorAll('link[rel~="stylesheet"][href]')) {
      if (!isTouched(element.href)) continue;
      const next = element.cloneNode(false);
      next.href = fresh(element.href);
      const link = swapStyleSheet(null, element, next);
      if (base) replaceLive(base, element, link);
    }
    if (Array.from(document.scripts).some((element) => element.src && isTouched(element.src))) location.reload();
  }

  /** Makes `other` the counterpart of the node whose counterpart was `inPage`. */
  function replaceLive(root, inPage, other) {
    for (const link of root.querySelectorAll('link')) {
      if (live.get(link) === inPage) live.set(link, other);
    }
  }

  // 5. The panel of problems and notices. It is in a shadow tree, so that the styles do not mix

  let panel = null;
  let shown = '';
  /** The reader's choice to open or close the panel; `null` for the default: open if there are errors. */
  let chosen = null;
  /** The known problems, without line numbers, which edits above them change; `null` at first. */
  let known = null;

  function ensurePanel() {
    if (panel) return panel;
    const host = document.createElement('tilmash-live');
    const root = host.attachShadow({ mode: 'open' });
    const style = make('link', { rel: 'stylesheet', href: `${own}live.css` });
    // Hidden until its style is loaded, since without one it would move the page.
    host.hidden = true;
    style.addEventListener('load', () => { host.hidden = false; });
    const notices = make('div', { class: 'notices', role: 'status' });
    const box = make('section', { class: 'panel', 'aria-label': say.preview });
    const button = make('button', { type: 'button', class: 'bar', 'aria-expanded': 'false', 'aria-controls': 'list' });
    const list = make('div', { class: 'list', id: 'list', tabindex: '0', role: 'group', 'aria-label': say.preview });
    box.hidden = true;
    list.hidden = true;
    button.addEventListener('click', () => choose(list.hidden));
    list.addEventListener('click', openPlace);
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || list.hidden) return;
      choose(false);
      button.focus();
    });
    box.append(button, list);
    root.append(style, notices, box);
    // Outside of the body, so that changes of the page do not affect it.
    document.documentElement.append(host);
    panel = { host, box, button, list, notices };
    return panel;
  }

  function choose(open) {
    chosen = open;
    setOpen(open);
  }

  function setOpen(open) {
    panel.list.hidden = !open;
    panel.button.setAttribute('aria-expanded', String(open));
    panel.button.querySelector('.toggle').textContent = open ? say.hide : say.show;
  }

  /** Shows the problems; returns true if one of them is new. */
  function showProblems({ errors, warnings, list }) {
    // The error page is itself a list of the problems.
    if (loaded.status === 500) return false;
    const now = JSON.stringify([errors, warnings, list]);
    if (now === shown) return false;
    shown = now;
    const names = new Set(list.map(({ code, message, frames }) => [code, message, frames.map(({ file }) => file)].join('\n')));
    const isWorse = known !== null && Array.from(names).some((name) => !known.has(name));
    known = names;
    if (errors + warnings === 0) {
      chosen = null;
      if (panel) panel.box.hidden = true;
      return false;
    }
    const { box, button, list: place } = ensurePanel();
    const counts = [];
    if (errors > 0) counts.push(make('span', { class: 'count error' }, say.errors(errors)));
    if (warnings > 0) counts.push(make('span', { class: 'count warning' }, say.warnings(warnings)));
    button.replaceChildren(...counts, make('span', { class: 'toggle' }));
    const rest = errors + warnings - list.length;
    const focused = panel.host.shadowRoot.activeElement;
    const stop = focused && place.contains(focused) ? focused.dataset : null;
    place.replaceChildren(...list.map(problem));
    if (stop) {
      const same = place.querySelector(`[data-problem="${stop.problem}"][data-frame="${stop.frame}"]`);
      (same || place).focus({ preventScroll: true });
    }
    if (rest > 0) place.append(make('p', { class: 'more' }, say.more(rest)));
    box.classList.toggle('has-errors', errors > 0);
    box.hidden = false;
    // Warnings do not open the panel. Errors do not open it after the reader has closed it, until all are fixed.
    if (errors === 0 && chosen === false) chosen = null;
    setOpen(chosen === null ? errors > 0 : chosen);
    return isWorse;
  }

  function problem({ id, severity, code, message, frames, hints }) {
    const title = make('h2', {}, make('span', { class: 'code' }, `${severity}[${code}]`), ` ${message}`);
    const parts = [title];
    for (const [index, { file, line, column, words, lines, way }] of frames.entries()) {
      const at = file + (line > 0 ? `:${line}:${column}` : '');
      parts.push(make('p', { class: 'place' }, way ? opener(way, at, id, index) : at, words ? ` — ${words}` : ''));
      if (lines.length === 0) continue;
      const source = make('pre', {});
      for (const { number, before, mark, after } of lines) {
        source.append(make('span', { class: 'number' }, String(number).padStart(4)), ` ${before}`);
        if (mark !== null) source.append(make('mark', {}, mark));
        source.append(`${after}\n`);
      }
      parts.push(source);
    }
    for (const hint of hints) parts.push(make('p', { class: 'hint' }, `${say.hint}: ${hint}`));
    return make('section', { class: `problem ${severity}` }, ...parts);
  }

  /** Makes the link or the button that opens a place in the editor. */
  function opener(way, at, id, index) {
    const names = { class: 'way', 'data-problem': id, 'data-frame': index };
    if (way.link) return make('a', { ...names, href: way.link, title: say.open }, at);
    return make('button', { ...names, type: 'button', title: `${say.open} (${way.program})` }, at);
  }

  /** Opens the place whose button was clicked, and shows the outcome below it. */
  async function openPlace(event) {
    const button = event.target.closest('button[data-problem]');
    if (!button || button.disabled) return;
    const place = button.closest('.place');
    if (place.nextElementSibling && place.nextElementSibling.matches('.outcome')) place.nextElementSibling.remove();
    const outcome = make('p', { class: 'outcome', role: 'status' });
    place.after(outcome);
    button.disabled = true;
    const trouble = await post({ path: location.pathname, problem: button.dataset.problem, frame: button.dataset.frame });
    button.disabled = false;
    button.focus({ preventScroll: true });
    outcome.classList.toggle('trouble', trouble !== null);
    outcome.textContent = trouble === null ? say.opened : trouble;
  }

  /** Requests that the preview opens a place in the editor; returns `null`, or the reason of a failure. */
  async function post(fields) {
    const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    try {
      // Neither a form nor another site can send this header.
      const response = await fetch(`${own}open?${query.join('&')}`, { method: 'POST', headers: { 'Tilmash-Desk': 'open' } });
      return response.ok ? null : (await response.text()).trim();
    } catch (_) {
      return say.silent;
    }
  }

  /** Shows a notice under a name; removes it if `text` is null. */
  function notice(name, text, home) {
    if (!text && !panel) return;
    const { notices } = ensurePanel();
    const old = notices.querySelector(`[data-name="${name}"]`);
    if (old && old.dataset.text === text) return;
    if (old) old.remove();
    if (!text) return;
    const line = make('p', { class: 'notice', 'data-name': name, 'data-text': text }, text);
    if (home) line.append(' ', make('a', { href: home }, say.home));
    notices.append(line);
  }

  /** Updates the translation desk with a status. The desk is loaded when a sentence is pending for the first time. */
  let desk = null;
  async function showDesk(status, isWorse) {
    if (!desk) {
      if (!status.desk || !status.desk.translations.some(({ pending }) => pending.length > 0)) return;
      // Each version has its own URL, because browsers do not retry a module that failed to load.
      const script = await import(`${own}desk.js?v=${status.version}`).catch(() => { throw LOST; });
      desk = script.desk({ own, before: panel.box, make, post });
    }
    desk(status.desk, isWorse);
  }

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  // The error page is shown instead of a page that cannot be rendered.
  if (loaded.status === 500) document.addEventListener('click', openPlace);
  attend();
})();
