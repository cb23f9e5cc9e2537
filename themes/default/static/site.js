// What must be right before the first paint: colours and layout. Every page is whole without this file.
(function () {
  'use strict';
  var root = document.documentElement;
  // Buttons that need a script are there from the first paint, if there is one.
  root.dataset.js = '';
  // The first paint waits for the whole page: half a header, paragraph or table moves when its other half comes.
  var whole = document.createElement('link');
  whole.rel = 'expect';
  whole.href = '#foot';
  whole.setAttribute('blocking', 'render');
  document.head.append(whole);
  // From disk, browsers refuse to load fonts ahead, so that each would be late and none be shown.
  if (location.protocol === 'file:') document.fonts.forEach(function (font) { font.display = 'swap'; });

  function remembered(name) {
    try { return localStorage.getItem(name); } catch (_) { return null; }
  }

  // Light or dark: what the reader chose is remembered; who has not chosen gets what the system wants.
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }
  var theme = remembered('theme');
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;

  // The button names what it will do.
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
    try { localStorage.setItem('theme', root.dataset.theme); } catch (_) { /* private window: it holds for this page */ }
    labelAll();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', labelAll);
  document.addEventListener('DOMContentLoaded', labelAll);

  // The layout side by side: what the address asks for, else what is remembered.
  var asked = /[?&]view=(\w+)/.exec(location.search);
  var view = [asked && asked[1], remembered('view')].filter(function (name) {
    return /^(columns|lines|source|translation)$/.test(name);
  })[0];
  if (view) root.dataset.view = view;

  // Addresses without `index.html`, which links need only when the site is opened from a folder.
  if (/^https?:$/.test(location.protocol) && /\/index\.html$/.test(location.pathname)) {
    history.replaceState(history.state, '', location.pathname.replace(/index\.html$/, '') + location.search + location.hash);
  }
})();
