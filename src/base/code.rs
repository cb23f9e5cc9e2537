//! Every code that a diagnostic can have, with its severity and one line of explanation.
//!
//! Codes are stable: `site.yaml` may raise or lower their severity by name, and scripts may look
//! for them.

use super::Severity;

/// The kind of a problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    pub name: &'static str,
    pub severity: Severity,
    /// Explanation that `tilmash check --explain` prints.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($ident:ident $name:literal $severity:ident $explanation:literal;)*) => {
        $(#[doc = $explanation] pub static $ident: Code = Code { name: $name, severity: Severity::$severity, explanation: $explanation };)*
        /// All codes, in the order of this table.
        pub static ALL: &[&Code] = &[$(&$ident),*];
    };
}

codes! {
    // Reading files
    UNREADABLE "unreadable" Error "A file or folder of the project cannot be read.";
    NOT_UTF8 "not-utf8" Error "A text file is not valid UTF-8.";
    TOO_LARGE "too-large" Error "A source file, or a page made by a template, is larger than its limit.";
    LARGE_FILE "large-file" Warning "A picture or another file that is copied into the site is larger than most hosting services accept.";
    OUTSIDE_LINK "outside-link" Warning "A symbolic link leads out of the project's folder and is not followed.";
    // YAML: site.yaml, front matter, plan, UI strings
    YAML_SYNTAX "yaml-syntax" Error "The YAML has a syntax error.";
    DUPLICATE_KEY "duplicate-key" Error "A key occurs twice in one mapping.";
    UNKNOWN_KEY "unknown-key" Error "A key is not one of those allowed at its place.";
    WRONG_TYPE "wrong-type" Error "A value has the wrong type, such as a list where a text is expected.";
    MISSING_KEY "missing-key" Error "A required key is missing.";
    BAD_VALUE "bad-value" Error "A value has the right type, but is not allowed.";
    BAD_DATE "bad-date" Error "A date does not exist or is not written as YYYY-MM-DD.";
    BAD_URL "bad-url" Error "A URL is not valid, or not allowed at its place.";
    UNKNOWN_LANGUAGE "unknown-language" Error "A language is not listed under `languages` in `site.yaml`, or its code is not a language tag.";
    NO_CONFIG "no-config" Error "The folder has no `site.yaml`, so it is not a site.";
    // Pages
    FRONT_MATTER "front-matter" Error "The front matter, the YAML at the top of a page, is not closed with a line `---`.";
    CONFLICT "conflict" Error "A page or a lock file contains git's conflict markers: two people changed the same lines.";
    NO_LANGUAGE "no-language" Warning "A page's file name has no language code; the site's source language is assumed.";
    NO_TITLE "no-title" Warning "A page has no title.";
    EMPTY_PAGE "empty-page" Warning "A page has a title and no text. Sections, drafts, and pages with `template` or `extra` are not reported.";
    UNCLOSED_FENCE "unclosed-fence" Warning "A code block is not closed, so the text after it becomes code too.";
    BIDI_CONTROL "bidi-control" Warning "An invisible character changes the direction of the text, so readers may see other words than the file contains.";
    UNSAFE_URL "unsafe-url" Warning "A link has a scheme that can run code or read files, such as `javascript:`; the link is removed.";
    RAW_HTML "raw-html" Note "HTML in a page is shown as text, because the site does not allow raw HTML.";
    EXTERNAL_IMAGE "external-image" Warning "A picture is on another site; the page shows a link instead, so that readers' browsers load nothing from there.";
    UNKNOWN_CODE_LANGUAGE "unknown-code-language" Warning "A code block names a language for which there is no syntax highlighting.";
    HIGHLIGHT_LIMIT "highlight-limit" Warning "A code block is too large or too slow to highlight and is shown plain.";
    FOOTNOTE "footnote" Warning "A footnote is used but not defined, or defined but not used.";
    DUPLICATE_ANCHOR "duplicate-anchor" Error "Two headings of a page have the same explicit anchor.";
    // The site
    ROUTE_COLLISION "route-collision" Error "Two pages or files would be published at the same path.";
    KEY_COLLISION "key-collision" Error "Two pages or files have the same name on systems that ignore case or variants of letters.";
    MISSING_TRANSLATION "missing-translation" Warning "A page is missing in one of the site's languages.";
    BROKEN_LINK "broken-link" Error "The target of a link does not exist.";
    BROKEN_ANCHOR "broken-anchor" Error "The target page of a link exists, but has no such anchor.";
    QUOTATION_CIRCLE "quotation-circle" Error "Sentences quote each other in a circle, or a sentence quotes itself.";
    PATH_CASE "path-case" Error "The target of a link exists, but is written with other capital letters, so the link would work on one file system and not on another.";
    LEAVES_LANGUAGE "leaves-language" Warning "A link leads to a page or file in another language, although the page's own language has it too.";
    ORPHAN_PAGE "orphan-page" Warning "No menu, list or link leads readers of a language to a page.";
    REDIRECT_LOOP "redirect-loop" Error "An alias of a page is the page's own path, so the page would redirect to itself.";
    OTHER_LANGUAGE_LINK "other-language-link" Warning "The target page of a link exists only in another language.";
    MISSING_STRING "missing-string" Warning "A text of the interface, such as the label of a button, is missing in a language.";
    NO_FEED "no-feed" Note "Neither the site nor a page has a date that feeds can use, so the site has no feeds.";
    FEED_DATE "feed-date" Warning "A date is outside the range that feed readers accept; feeds and the sitemap leave it out.";
    NO_BASE_URL "no-base-url" Note "The site's URL is not known; canonical links, the sitemap and feeds are left out.";
    ALIGNMENT "alignment" Warning "A paragraph and its translation do not have the same number of sentences.";
    // Links to other sites, which only `check --external` checks
    EXTERNAL_GONE "external-gone" Error "The page of a link to another site does not exist, or its host does not exist.";
    EXTERNAL_MOVED "external-moved" Note "The page of a link to another site has moved: a permanent redirect leads to its new URL.";
    EXTERNAL_REFUSED "external-refused" Warning "The server of a link to another site cannot be reached or does not show the page, so the page may exist or not.";
    EXTERNAL_TIMEOUT "external-timeout" Warning "The server of a link to another site did not answer in time.";
    EXTERNAL_UNTRIED "external-untried" Warning "A link to another site was not tried: its URL is not valid, or its host is not on the public internet.";
    // Addresses and translations
    BAD_LOCK "bad-lock" Error "A part of a lock file, which keeps the addresses of a page's sentences, cannot be read.";
    STRAY_LOCK "stray-lock" Warning "A lock file belongs to no page, or a page has two lock files.";
    BAD_MARK "bad-mark" Warning "A translator's mark (a comment such as `<!-- = 3.2 -->`) is misspelt or misplaced, or names a sentence that does not exist.";
    VANISHED_ANCHOR "vanished-anchor" Warning "A heading was removed or renamed since the last `tilmash sync`, so links to its anchor no longer work.";
    DRIFT "drift" Warning "A sentence of the source has changed since it was translated.";
    UNTRANSLATED "untranslated" Warning "A sentence of the source is missing in a translation.";
    EXTRA "extra" Note "A sentence of a translation has no counterpart in the source, and no mark says that this is intended.";
    INCOMPLETE "incomplete" Error "A page is not completely translated, or out of date, in a language that `check --complete` asks for.";
    // Checks of a sentence against its translation, and of a sentence alone
    PARITY_NUMBER "parity-number" Warning "A sentence and its translation have different numbers, or a number is written as another language writes it.";
    PARITY_DATE "parity-date" Warning "A sentence and its translation have different dates.";
    PARITY_LINK "parity-link" Warning "A sentence and its translation link to different pages. Links to the same page in two languages count as equal.";
    PARITY_CODE "parity-code" Warning "A sentence and its translation have different code between backticks.";
    PARITY_FOOTNOTE "parity-footnote" Warning "A sentence and its translation refer to different footnotes.";
    PARITY_PLACEHOLDER "parity-placeholder" Warning "A sentence and its translation have different placeholders, such as `{name}`, `%s` or `$VAR`.";
    PARITY_EMPHASIS "parity-emphasis" Note "A sentence and its translation do not have the same emphasis (`*…*`, `**…**`, `~~…~~`).";
    TERM_MISSING "term-missing" Warning "A sentence of the source mentions a term, and its translation contains no name of the term.";
    UNTRANSLATED_TEXT "untranslated-text" Warning "A translation equals its source word for word.";
    WRONG_SCRIPT "wrong-script" Warning "A sentence is mostly in a script that its language does not use, outside quotations and emphasis.";
    MIXED_SCRIPT "mixed-script" Warning "A word mixes letters of two scripts that look alike, such as Latin and Cyrillic `a`, so a search does not find it.";
    NOT_NFC "not-nfc" Warning "A text is not in Unicode normal form C: a letter with an accent is written as two characters instead of one.";
    FOREIGN_QUOTES "foreign-quotes" Warning "Quotation marks are not those of the page's language.";
    NEEDLESS_SILENCE "needless-silence" Note "A mark silences a check that reports nothing for this sentence.";
    // Templates
    TEMPLATE "template" Error "A template is missing, has a syntax error or fails to render.";
    BYPASSED_TEMPLATE "bypassed-template" Warning "A template extends a built-in template, although the site has its own version of that template.";
    // The split
    PLAN_SEGMENT "plan-segment" Error "The split plan names a sentence or a line that the source text does not have.";
    PLAN_COVERAGE "plan-coverage" Error "A sentence of the source text is in no chapter, or in two.";
    PLAN_REPAIR "plan-repair" Error "A repair in the split plan does not fit the source text.";
    SOURCE_CHANGED "source-changed" Error "The source text has changed since the split plan was made.";
    SPLIT_LOSS "split-loss" Error "The split would lose, double or reorder a part of the source text.";
    SPLIT_SUSPECT "split-suspect" Note "A line of the source text seems to begin in the middle of a sentence.";
    CHAPTER_MISSING "chapter-missing" Error "A chapter of the split plan has no file yet.";
    CHAPTER_EDITED "chapter-edited" Note "A chapter's sentence differs from the source text, and no repair in the split plan says why.";
    CHAPTER_LOSS "chapter-loss" Error "A sentence of the source text is missing from its chapter.";
    // Exchange with translators' tools
    EXCHANGE_SYNTAX "exchange-syntax" Error "A file to import, or a part of it, cannot be read.";
    EXCHANGE_EMPTY "exchange-empty" Warning "A file to import contains no sentence.";
    EXCHANGE_LANGUAGE "exchange-language" Error "A file to import does not name its languages, or names others than the site's.";
    EXCHANGE_UNKNOWN "exchange-unknown" Error "A file to import names a sentence that the site does not have.";
    EXCHANGE_DUPLICATE "exchange-duplicate" Error "The files to import contain a sentence twice.";
    EXCHANGE_STALE "exchange-stale" Error "The source has changed since the translator received it, so the translation was not imported.";
    EXCHANGE_CONFLICT "exchange-conflict" Error "A translation was changed both in the site and by the translator, and was not imported.";
    EXCHANGE_MARKUP "exchange-markup" Error "A translation does not have the same markup as its source, and was not imported.";
    EXCHANGE_STRUCTURE "exchange-structure" Error "A translation would be read as another kind of block or change its neighbours, and was not imported.";
    EXCHANGE_INCOMPLETE "exchange-incomplete" Error "A translation was not imported, because other parts of the same page or block are not translated yet.";
}

/// Returns the message that no code has a name.
pub fn unknown(name: &str) -> String {
    format!("there is no problem code `{name}`")
}

/// Returns the code with that name.
pub fn named(name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.name == name)
}
