// The preview's translation desk. It shows the pending sentences of the page one at a time, with the change of the
// source and a link into the editor. `live.js` loads this file if a page has a desk, and calls it with the server's
// status at each version.
//
// The current sentence is in the address (`#3.2`). The desk sets the address when it goes to a sentence, and follows it
// when the reader goes to a sentence in another way. So the desk and the page's own script agree without knowing each
// other. The desk never changes the page's text.

const WORDS = {
  en: {
    desk: 'Translation desk', pending: (n) => `${n} pending`,
    finished: 'All sentences are up to date.', previous: 'Previous', next: 'Next',
    title: 'Title', description: 'Description',
    changed: ['changed', 'The source has changed since it was translated.'],
    missing: ['missing', 'This sentence is not translated yet.'], extra: ['extra', 'This sentence has no counterpart in the source.'],
    unknown: 'The earlier source is not known.', gone: 'deleted: ', new: 'inserted: ', after: 'belongs after',
    open: 'Open in editor', openSource: 'Open the source in the editor', opened: 'Opened in the editor.',
    copy: 'Copy', copied: 'Copied.',
    settle: {
      changed: 'If the translation is still right, run:', missing: 'If it is left out on purpose, write after the sentence before it:',
      extra: 'If only this language has the sentence, write after it:',
    },
    done: (id) => `${id} is no longer pending.`,
  },
  kk: {
    desk: 'Аударма үстелі', pending: (n) => `${n} сөйлем күтіп тұр`,
    finished: 'Күтіп тұрған сөйлем қалмады.', previous: 'Алдыңғы', next: 'Келесі',
    title: 'Тақырып', description: 'Сипаттама',
    changed: ['өзгерген', 'Аударылғаннан бері түпнұсқасы өзгерді.'],
    missing: ['аударылмаған', 'Бұл әлі аударылмаған.'], extra: ['артық', 'Түпнұсқада мұндай сөйлем жоқ.'],
    unknown: 'Бұрын қалай болғаны белгісіз.', gone: 'өшірілді: ', new: 'қосылды: ', after: 'мына жолдан кейін',
    open: 'Редакторда ашу', openSource: 'Түпнұсқаны редакторда ашу', opened: 'Редакторда ашылды.',
    copy: 'Көшіру', copied: 'Көшірілді.',
    settle: {
      changed: 'Аударма әлі де дұрыс болса:', missing: 'Әдейі қалдырылса, алдыңғы сөйлемнің соңына:',
      extra: 'Тек осы тілде болуы керек болса, соңына:',
    },
    done: (id) => `${id} енді күтіп тұрған жоқ.`,
  },
};

/** Adds a desk before an element of a shadow tree; returns the function that updates it with a status. */
export function desk({ own, before, make, post }) {
  const language = document.documentElement.lang.split('-')[0];
  const say = WORDS[language] || WORDS.en;
  const ui = { lang: WORDS[language] ? language : 'en' };

  // 1. The pending sentences

  /** The pending sentences, in the order of the keys `n` and `p`. */
  let items = [];
  let editor = null;
  /** Index of the current sentence. After it is no longer pending: between two indexes, such as 1.5; -0.5 before the first. */
  let at = -.5;
  /** The last status of the server, as JSON. */
  let lastStatus = '';
  let isOpen = false;

  const keyOf = (item) => `${item.language.code} ${item.id}`;
  const elementOf = (item) => item.anchor === null ? null : document.getElementById(item.anchor);
  const hashOf = (item) => `#${encodeURIComponent(item.anchor)}`;
  const nameOf = (item) => say[item.id] || item.id;

  /** Sorts sentences as in the source. A sentence of the translation alone goes before the next one on the page. */
  function inOrder(list) {
    const elements = new Map(list.map((item) => [item, elementOf(item)]));
    const isBefore = (item, other) => elements.get(item) && elements.get(other)
      && elements.get(item).compareDocumentPosition(elements.get(other)) & Node.DOCUMENT_POSITION_FOLLOWING;
    const ordered = list.filter((item) => item.source_at);
    for (const item of list.filter((item) => !item.source_at)) {
      const index = ordered.findIndex((other) => isBefore(item, other));
      ordered.splice(index < 0 ? ordered.length : index, 0, item);
    }
    return ordered;
  }

  /** Shows the pending sentences; `isWorse` is true if the page has a new problem. */
  function update(status, isWorse) {
    const now = JSON.stringify(status);
    // Removes the message about an earlier state if there is a new problem.
    if (isWorse) {
      where.textContent = isOpen ? number() : '';
      bar();
    }
    if (now === lastStatus) return;
    lastStatus = now;
    const known = items;
    const shown = items[at];
    items = inOrder((status ? status.translations : []).flatMap(
      ({ language, source, pending }) => pending.map((item) => ({ ...item, language, sourceLanguage: source })),
    ));
    editor = status && status.editor;
    if (items.length === 0 && known.length === 0) return;
    const keys = items.map(keyOf);
    if (shown && keys.includes(keyOf(shown))) {
      at = keys.indexOf(keyOf(shown));
    } else {
      // The sentence is gone: its place is behind those before it that remain.
      at = known.slice(0, Math.ceil(at)).filter((item) => keys.includes(keyOf(item))).length - .5;
      if (isOpen) close();
    }
    const gone = known.filter((item) => !keys.includes(keyOf(item)));
    if (items.length === 0) where.textContent = status && !isWorse ? say.finished : '';
    else if (gone.length > 0) where.textContent = gone.map((item) => say.done(nameOf(item))).join(' ');
    else where.textContent = isOpen ? number() : '';
    bar();
    const changed = isOpen && JSON.stringify(items[at]) !== JSON.stringify(shown);
    if (changed) fill(items[at]);
  }

  // 2. The bar and the card

  const style = make('link', { rel: 'stylesheet', href: `${own}desk.css` });
  const box = make('section', { class: 'desk', 'aria-label': say.desk, ...ui });
  const card = make('div', { class: 'card', id: 'card', tabindex: '0', role: 'group', 'aria-labelledby': 'card-title' });
  const count = make('button', { type: 'button', class: 'pending', 'aria-expanded': 'false', 'aria-controls': 'card' });
  const where = make('p', { class: 'where', role: 'status' });
  const way = (name, key, sign) => make('button', { type: 'button', class: `way ${name}`, title: say[name], 'aria-keyshortcuts': key },
    make('span', { 'aria-hidden': 'true' }, sign), make('span', { class: 'unseen' }, say[name]), make('kbd', {}, key));
  const previous = way('previous', 'p', '‹');
  const next = way('next', 'n', '›');
  // Hidden until its style is loaded, since without one it would move the page.
  box.hidden = true;
  card.hidden = true;
  let isStyled = false;
  style.addEventListener('load', () => {
    isStyled = true;
    bar();
  });
  count.addEventListener('click', () => isOpen ? close() : step(0));
  previous.addEventListener('click', () => step(-1));
  next.addEventListener('click', () => step(1));
  document.addEventListener('keydown', (event) => {
    const { activeElement } = host.shadowRoot;
    // Escape first closes dialogs above the page, and lists beside the desk.
    const isOthers = document.querySelector(':popover-open, dialog[open]') || activeElement && !box.contains(activeElement);
    if (event.key === 'Escape' && isOpen && !isOthers) close();
  });
  box.append(card, make('div', { class: 'desk-bar' }, count, make('div', { class: 'ways' }, previous, next), where));
  before.before(style, box);
  // Space below the page, so that its last lines are not behind the desk.
  const { host } = box.getRootNode();
  new ResizeObserver(() => {
    document.documentElement.style.paddingBlockEnd = box.hidden ? '' : `${host.offsetHeight}px`;
  }).observe(host);

  const areKeysOff = () => {
    try { return localStorage.getItem('keys') === 'off'; } catch (_) { return false; }
  };

  function bar() {
    box.hidden = !isStyled || items.length === 0 && where.textContent === '';
    box.classList.toggle('no-keys', areKeysOff());
    count.textContent = say.pending(items.length);
    for (const button of [count, previous, next]) button.hidden = items.length === 0;
  }

  const number = () => `${at + 1}\u00a0/\u00a0${items.length}`;

  function close() {
    isOpen = false;
    if (card.contains(host.shadowRoot.activeElement)) count.focus();
    card.hidden = true;
    count.setAttribute('aria-expanded', 'false');
  }

  function show(index) {
    at = index;
    isOpen = true;
    fill(items[at]);
    card.hidden = false;
    card.scrollTop = 0;
    count.setAttribute('aria-expanded', 'true');
    where.textContent = number();
    bar();
  }

  function fill(item) {
    const [word, sentence] = say[item.status];
    const title = make('h2', { id: 'card-title' },
      make('span', { class: 'address' }, nameOf(item)), make('span', { class: `state ${item.status}` }, word),
      make('span', { class: 'sentence' }, item.status === 'changed' && !item.compared ? `${sentence} ${say.unknown}` : sentence));
    const halves = make('div', { class: 'halves' });
    if (item.source_at) halves.append(half('source', item.sourceLanguage, item.source.map(run), item, item.source_at));
    halves.append(half('translation', item.language, item.own.map((line) => `${line} `), item, item.at));
    const parts = [title, halves];
    if (item.settled_by) {
      const copy = make('button', { type: 'button', class: 'small' }, say.copy);
      copy.addEventListener('click', async () => {
        await navigator.clipboard.writeText(item.settled_by);
        where.textContent = say.copied;
      });
      // Without a secure or local address there is no clipboard; then a click on the text selects it.
      copy.hidden = !navigator.clipboard;
      parts.push(make('p', { class: 'settle' }, `${say.settle[item.status]} `, make('code', {}, item.settled_by), ' ', copy));
    }
    if (editor && editor.not) parts.push(make('p', { class: 'settle' }, editor.not));
    // Keeps the focus on the same button of the card.
    const stops = () => Array.from(card.querySelectorAll('button, a'));
    const stop = stops().indexOf(host.shadowRoot.activeElement);
    card.replaceChildren(...parts);
    if (stop >= 0) (stops()[stop] || card).focus({ preventScroll: true });
  }

  /** Makes a run of words of the source. Deleted and inserted words have a hidden label, so that colour is not needed. */
  function run([kind, text]) {
    if (kind === 'same') return `${text} `;
    const words = make('span', { class: 'unseen', ...ui }, say[kind]);
    return [make(kind === 'gone' ? 'del' : 'ins', {}, words, text), ' '];
  }

  function half(side, { code, name, dir }, text, item, place) {
    // A long path is broken at its slashes.
    const parts = `${place.file}:${place.line}`.split(/(?<=\/)/).flatMap((part) => [part, make('wbr', {})]);
    const file = make('span', { class: 'file' }, ...parts);
    const isMissing = side === 'translation' && item.own.length === 0;
    const [words, title] = side === 'source' ? [file, say.openSource] : [say.open, say.open];
    const way = opener(side, item, place, words, title);
    const where = make('span', { class: 'at' }, make('span', { class: 'name', lang: code }, name), isMissing ? say.after : '');
    where.append(side === 'source' && way ? way : file);
    const head = make('p', { class: 'head' }, where, side === 'translation' && way ? way : '');
    const said = text.length > 0 ? [make('p', { class: 'said', lang: code, dir }, ...text.flat())] : [];
    return make('div', { class: `half ${side}` }, head, ...said);
  }

  /** Makes the link or button that opens a place in the editor; `null` if this page may not open one. */
  function opener(side, item, place, words, title) {
    const inside = [words, make('kbd', { 'aria-hidden': 'true' }, side === 'source' ? '✎' : 'e')];
    if (place.link) return make('a', { class: 'open', href: place.link, title }, ...inside);
    if (!editor || !editor.program) return null;
    const button = make('button', { type: 'button', class: 'open', title: `${title} (${editor.program})` }, ...inside);
    button.addEventListener('click', () => open(item, side, button));
    return button;
  }

  async function open(item, side, button) {
    const query = { path: location.pathname, language: item.language.code, unit: item.id, side };
    button.disabled = true;
    // Emptied first, so that screen readers read the same words again.
    where.textContent = '';
    for (const old of card.querySelectorAll('.trouble')) old.remove();
    const trouble = await post(query);
    button.disabled = false;
    if (trouble === null) {
      where.textContent = say.opened;
    } else {
      card.append(make('p', { class: 'trouble', role: 'alert' }, trouble));
      card.scrollTop = card.scrollHeight;
    }
  }

  // 3. Moving between sentences

  /** Returns the index of the pending sentence that the address names; -1 if there is none. */
  function addressed() {
    const isIt = (item) => item.anchor !== null && location.hash === hashOf(item);
    // Several sentences may share a row, and so an anchor.
    return items[at] && isIt(items[at]) ? at : items.findIndex(isIt);
  }

  /** Returns the reader's place: the sentence of the address, else the last one shown, else before the first visible one. */
  function reading() {
    const index = addressed();
    if (index >= 0) return { index, isShown: isOpen && index === at };
    if (isOpen || at > -.5 && at !== items.length - .5) return { index: at, isShown: true };
    const seen = items.findIndex((item) => elementOf(item) && elementOf(item).getBoundingClientRect().bottom > 0);
    return { index: (scrollY < 1 || seen < 0 ? 0 : seen) - .5, isShown: true };
  }

  function step(by) {
    if (items.length === 0) return;
    const { index, isShown } = reading();
    const wanted = !isShown ? index : by < 0 ? Math.ceil(index) - 1 : by > 0 ? Math.floor(index) + 1 : Math.ceil(index);
    go((wanted + items.length) % items.length);
  }

  function go(index) {
    show(index);
    const element = elementOf(items[index]);
    if (element) location.replace(hashOf(items[index]));
    else history.replaceState(history.state, '', location.pathname + location.search);
    // After the browser itself has scrolled to the address.
    requestAnimationFrame(() => scrollTo({ top: element ? clear(element) : 0 }));
  }

  /** Returns the scroll position that centres a sentence in the area above the desk; a tall one begins at its top. */
  function clear(element) {
    const cover = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 16;
    const free = host.getBoundingClientRect().top - cover;
    const { top, height } = element.getBoundingClientRect();
    return scrollY + top - cover - Math.max(0, (free - height) / 2);
  }

  /** Shows the sentence that the reader went to by a link or key of the page itself. */
  function follow() {
    const index = isOpen ? addressed() : -1;
    if (index >= 0 && index !== at) show(index);
  }
  for (const type of ['click', 'keyup']) document.addEventListener(type, follow);
  addEventListener('hashchange', follow);

  function edit() {
    const { index, isShown } = reading();
    if (!isOpen || !isShown) step(0);
    else if (index !== at) show(index);
    const way = card.querySelector('.translation .open');
    if (way) way.click();
  }

  // Keys that `reader.js` does not use. Its switch for keys applies to these too.
  const KEYS = { n: () => step(1), p: () => step(-1), e: edit };
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (box.hidden || areKeysOff()) return;
    if (event.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog[open]')) return;
    // On a keyboard of another script, the letter that a Latin keyboard has in the same place.
    const key = /^Key/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code.slice(3) : event.key;
    const act = Object.hasOwn(KEYS, key.toLowerCase()) && KEYS[key.toLowerCase()];
    if (!act || items.length === 0) return;
    event.preventDefault();
    // A held key opens only one editor.
    if (act === edit && event.repeat) return;
    act();
  });

  return update;
}
