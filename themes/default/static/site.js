// Settings that must be applied before the first paint: colours and layout. Every page is complete without this file.
(function () {
  'use strict';
  var root = document.documentElement;
  // Shows the buttons that need a script from the first paint on.
  root.dataset.js = '';
  // Delays the first paint until the page is parsed: half a paragraph or table would move when the rest arrives.
  var whole = document.createElement('link');
  whole.rel = 'expect';
  whole.href = '#foot';
  whole.setAttribute('blocking', 'render');
  document.head.append(whole);
  // For pages on disk, browsers do not preload fonts, so with `optional` none would be shown.
  if (location.protocol === 'file:') document.fonts.forEach(function (font) { font.display = 'swap'; });

  function remembered(name) {
    try { return localStorage.getItem(name); } catch (_) { return null; }
  }

  // Light or dark: the reader's choice is stored; without one, the system's setting applies.
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }
  var theme = remembered('theme');
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;

  // The button is labelled with the theme that it switches to.
  function label(button) {
    button.hidden = false;
    button.title = isDark() ? button.dataset.light : button.dataset.dark;
    button.setAttribute('aria-label', button.title);
  }
  function labelAll() {
    document.querySelectorAll('.theme-switch').forEach(label);
  }
  document.addEventListener('click', function (event) {
    if (!event.target.closest || !event.target.closest('.theme-switch')) return;
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.setItem('theme', root.dataset.theme); } catch (_) { /* private window: kept for this page only */ }
    labelAll();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', labelAll);
  document.addEventListener('DOMContentLoaded', labelAll);

  // Layout of side-by-side pages: the one in the address, else the stored one.
  var asked = /[?&]view=(\w+)/.exec(location.search);
  var view = [asked && asked[1], remembered('view')].filter(function (name) {
    return /^(columns|lines|source|translation)$/.test(name);
  })[0];
  if (view) root.dataset.view = view;

  // Removes `index.html` from the address; links need it only when the site is opened from disk.
  if (/^https?:$/.test(location.protocol) && /\/index\.html$/.test(location.pathname)) {
    history.replaceState(history.state, '', location.pathname.replace(/index\.html$/, '') + location.search + location.hash);
  }
})();
