// Cards of terms: a mention under the mouse, in focus or tapped shows what its page says. Without this file, without a server
// or without an answer, a mention is a plain link to that page.
(function () {
  'use strict';
  // Browsers do not let pages on disk read one another.
  if (!/^http/.test(location.protocol) || !HTMLElement.prototype.showPopover) return;
  const root = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  /** Milliseconds until a card opens, and until it closes: the mouse may cross mentions, and has a gap to cross to the card. */
  const PAUSE = 300;
  /** Milliseconds after which a tap no longer waits for the card, but opens the page. */
  const PATIENCE = 2000;

  let card = null;
  /** The mention whose card is open. */
  let open = null;
  /** The mention whose card was asked for last; an answer for another one comes too late. */
  let wanted = null;
  let timer = 0;

  const mentionOf = (node) => node.closest ? node.closest('a.term') : null;
  const isInCard = (node) => Boolean(card && node && card.contains(node));
  const pathOf = (url) => url.pathname.replace(/index\.html$/, '');
  /** Tells screen readers that a mention opens something, and if it is open. */
  function announce(mention) {
    mention.setAttribute('aria-haspopup', 'dialog');
    mention.setAttribute('aria-expanded', String(mention === open));
  }

  const pages = new Map();
  /** Fetches the page of a term, once; null if there is none. */
  function pageOf(mention) {
    const url = mention.href.split('#')[0];
    if (!pages.has(url)) {
      pages.set(url, fetch(url).then((response) => response.ok ? response.text() : Promise.reject(response.status))
        .then((text) => new DOMParser().parseFromString(text, 'text/html')).catch(() => null));
    }
    return pages.get(url);
  }

  function element(name, kind, ...content) {
    const made = document.createElement(name);
    made.className = kind;
    made.append(...content);
    return made;
  }
  function link(kind, href, ...content) {
    const made = element('a', kind, ...content);
    made.href = href;
    return made;
  }

  /** Returns the number of the sentence around an element; side by side, ids of sentences in whole blocks begin with a language. */
  function numberOf(node) {
    const sentence = node.closest('.seg[id], .bead[id]');
    return sentence ? sentence.id.replace(/^[a-z][\w-]*-(?=\d)/i, '') : '';
  }
  /** Returns the other mention that is nearest: on this page the one with the smallest distance, else the next in the book. */
  function nearest(page, base, mention) {
    const { lang } = mention.closest('[lang]');
    const edition = one('.languages a[hreflang="' + lang + '"]');
    const here = pathOf(edition || location);
    const number = numberOf(mention);
    const found = all('.concordance .term-at', page).map((at) => {
      const url = new URL(at.getAttribute('href'), base);
      const id = decodeURIComponent(url.hash.slice(1));
      const isHere = pathOf(url) === here;
      return { at, url, id, isHere, sentence: isHere ? document.getElementById(id) || document.getElementById(lang + '-' + id) : null };
    });
    const isOwn = ({ isHere, id }) => isHere && id === number;
    const top = mention.getBoundingClientRect().top;
    const distance = ({ sentence }) => Math.abs(sentence.getBoundingClientRect().top - top);
    const beside = found.filter((each) => each.sentence && !isOwn(each)).sort((a, b) => distance(a) - distance(b));
    const own = found.findIndex(isOwn);
    return beside[0] || found[own + 1] || found[own - 1] || null;
  }

  function fill(page, mention) {
    const base = mention.href;
    const words = one('#card', page);
    const content = document.importNode(words, true);
    content.removeAttribute('id');
    all('[id]', content).forEach((each) => each.removeAttribute('id'));
    all('[href]', content).forEach((each) => { each.href = new URL(each.getAttribute('href'), base).href; });
    const heading = one('h1', content);
    const title = element('p', 'term-title', link('', base, heading ? heading.textContent : mention.textContent));
    title.id = 'term-title';
    if (heading) heading.replaceWith(title);
    else content.prepend(title);
    const close = element('button', 'sn-close', '×');
    close.type = 'button';
    close.setAttribute('aria-label', words.dataset.close || '×');
    const foot = element('div', 'term-foot');
    const other = nearest(page, base, mention);
    if (other) {
      const text = one('.mention-text', other.at.parentElement);
      const chapter = one('.mention-chapter', other.at.closest('.mention-group'));
      const where = (other.isHere || !chapter ? '' : chapter.textContent + ', ') + other.id;
      const quote = link('term-near', other.sentence ? '#' + other.id : other.url.href, element('span', 'term-where', where));
      if (text) quote.append(' ', element('span', 'term-quote', text.textContent.trim()));
      foot.append(element('p', 'term-label', words.dataset.nearest || ''), quote);
    }
    foot.append(link('term-open', base, words.dataset.open || base));
    card.replaceChildren(close, content, foot);
    card.lang = page.documentElement.lang;
    card.dir = page.documentElement.dir;
  }

  /** Places the card above or below all lines of the mention, inside the window. */
  function place(mention, y) {
    const space = 8;
    const whole = mention.getBoundingClientRect();
    const lines = Array.from(mention.getClientRects());
    const line = lines.find(({ top, bottom }) => y >= top && y <= bottom) || lines[0] || whole;
    card.style.maxHeight = '';
    const [below, above] = [innerHeight - whole.bottom - 2 * space, whole.top - 2 * space];
    const isBelow = card.offsetHeight <= below || below >= above;
    card.style.maxHeight = Math.max(isBelow ? below : above, 0) + 'px';
    const start = getComputedStyle(mention).direction === 'rtl' ? line.right - card.offsetWidth : line.left;
    const last = root.clientWidth - space - card.offsetWidth;
    card.style.left = scrollX + Math.max(space, Math.min(start, last)) + 'px';
    card.style.top = scrollY + (isBelow ? whole.bottom + space : whole.top - space - card.offsetHeight) + 'px';
  }

  /** Opens the card of a mention; false if its page has none. */
  async function show(mention, y) {
    wanted = mention;
    const page = await pageOf(mention);
    if (!page || !one('#card', page)) return false;
    if (wanted !== mention || !mention.isConnected) return true;
    if (!card) {
      card = element('div', 'term-pop');
      card.popover = 'manual';
      card.tabIndex = -1;
      card.setAttribute('role', 'dialog');
      card.setAttribute('aria-labelledby', 'term-title');
      document.body.append(card);
    }
    hide();
    wanted = open = mention;
    fill(page, mention);
    card.showPopover();
    place(mention, y);
    announce(mention);
    return true;
  }
  function hide() {
    clearTimeout(timer);
    wanted = null;
    if (!open) return;
    const mention = open;
    const isFocused = isInCard(document.activeElement);
    if (isFocused) focusOn(mention);
    open = null;
    card.hidePopover();
    announce(mention);
  }
  /** Moves the focus without opening a card. */
  function focusOn(node) {
    document.removeEventListener('focusin', focused);
    node.focus({ preventScroll: true });
    document.addEventListener('focusin', focused);
  }
  function later(act) {
    clearTimeout(timer);
    timer = setTimeout(act, PAUSE);
  }

  // The mouse.

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return;
    const mention = mentionOf(event.target);
    if (isInCard(event.target) || (mention && mention === open)) clearTimeout(timer);
    else if (mention) later(() => show(mention, event.clientY));
    else if (open || wanted) later(() => { if (!isInCard(document.activeElement) && document.activeElement !== open) hide(); });
    else clearTimeout(timer);
  });

  // The keyboard.

  function focused(event) {
    const mention = mentionOf(event.target);
    if (mention && mention.matches(':focus-visible')) {
      if (mention !== open) later(() => show(mention));
    } else if (mention !== open && !isInCard(event.target)) {
      hide();
    }
  }
  document.addEventListener('focusin', focused);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
    if (event.key !== 'Tab' || !open) return;
    // The card follows its mention in the order of the Tab key.
    const stops = all('a[href], button', card).filter((each) => each.getClientRects().length);
    const at = stops.indexOf(document.activeElement);
    if (document.activeElement === open && !event.shiftKey) {
      event.preventDefault();
      stops[0].focus();
    } else if (isInCard(document.activeElement) && event.shiftKey && at < 1) {
      event.preventDefault();
      focusOn(open);
    } else if (at >= 0 && at === stops.length - 1 && !event.shiftKey) {
      // From the mention, the browser goes on to what follows it.
      hide();
    }
  }, true);

  // Touch: the first tap opens the card, which has a link to the page.

  let pointer = '';
  document.addEventListener('pointerdown', (event) => {
    pointer = event.pointerType;
    if (open && !isInCard(event.target) && mentionOf(event.target) !== open) hide();
  }, true);
  document.addEventListener('click', async (event) => {
    if (isInCard(event.target)) {
      // A link within this page leads away from the card.
      if (event.target.closest('.sn-close, a[href^="#"]')) hide();
      return;
    }
    const mention = mentionOf(event.target);
    if (!mention || pointer !== 'touch' || mention === open || event.defaultPrevented) return;
    event.preventDefault();
    const isLate = new Promise((done) => { setTimeout(done, PATIENCE, false); });
    if (await Promise.race([show(mention, event.clientY), isLate])) {
      if (mention === open) card.focus({ preventScroll: true });
    } else if (wanted === mention) {
      location.assign(mention.href);
    }
  }, true);

  addEventListener('resize', () => { if (open) place(open); });
  const announceAll = () => all('a.term').forEach(announce);
  announceAll();
  // The preview sends this event when a page has changed, this one or another.
  document.addEventListener('tilmash:update', () => {
    pages.clear();
    if (open && !open.isConnected) hide();
    announceAll();
  });
})();
