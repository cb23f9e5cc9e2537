// Small comforts. Every page is whole without this file.
(function () {
  'use strict';
  var root = document.documentElement;

  // Light or dark: what the reader chose is remembered; who has not chosen gets what the system wants.
  function remembered() {
    try { return localStorage.getItem('theme'); } catch (_) { return null; }
  }
  function remember(theme) {
    try { localStorage.setItem('theme', theme); } catch (_) { /* private window: it holds for this page */ }
  }
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }
  var theme = remembered();
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;

  // The button names what it will do.
  function label(button) {
    var words = isDark() ? button.dataset.light : button.dataset.dark;
    button.setAttribute('aria-label', words);
    button.title = words;
  }
  function labelAll() {
    document.querySelectorAll('.theme-switch').forEach(function (button) {
      button.hidden = false;
      label(button);
    });
  }
  document.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('.theme-switch');
    if (!button) return;
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    labelAll();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', labelAll);
  document.addEventListener('DOMContentLoaded', labelAll);

  // Addresses without `index.html`, which links need only when the site is opened from a folder.
  if (/^https?:$/.test(location.protocol) && /\/index\.html$/.test(location.pathname)) {
    history.replaceState(history.state, '', location.pathname.replace(/index\.html$/, '') + location.search + location.hash);
  }

  // The language switch keeps the sentence: `#3.2` is the same one in every language.
  function keepPlace() {
    var place = /^#\d/.test(location.hash) ? location.hash : '';
    document.querySelectorAll('.languages a').forEach(function (link) {
      if (link.hash !== place) link.hash = place;
    });
  }
  document.addEventListener('DOMContentLoaded', keepPlace);
  addEventListener('hashchange', keepPlace);
})();
