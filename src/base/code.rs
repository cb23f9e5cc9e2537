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
    TOO_LARGE "too-large" Error "A file to read, or a page that a template makes, is larger than its limit.";
    LARGE_FILE "large-file" Warning "A picture or another file that is copied into the site is larger than most hosts accept.";
    OUTSIDE_LINK "outside-link" Warning "A symbolic link leads out of the project and is not followed.";
    // YAML: site.yaml, front matter, plan, UI strings
    YAML_SYNTAX "yaml-syntax" Error "The YAML cannot be read.";
    DUPLICATE_KEY "duplicate-key" Error "A key occurs twice in one mapping.";
    UNKNOWN_KEY "unknown-key" Error "A key is not known here.";
    WRONG_TYPE "wrong-type" Error "A value is not of the kind that is expected.";
    MISSING_KEY "missing-key" Error "A key that must be there is not.";
    BAD_VALUE "bad-value" Error "A value is of the right kind but cannot be used.";
    BAD_DATE "bad-date" Error "A date does not exist or is not written as YYYY-MM-DD.";
    BAD_URL "bad-url" Error "An address is not a URL that can be used here.";
    UNKNOWN_LANGUAGE "unknown-language" Error "A language is used that the site does not have.";
    NO_CONFIG "no-config" Error "There is no site.yaml.";
    // Pages
    FRONT_MATTER "front-matter" Error "The front matter is not closed.";
    CONFLICT "conflict" Error "Git left a conflict in a page: what two people wrote stands there, one below the other.";
    NO_LANGUAGE "no-language" Warning "A page's file name does not say its language.";
    NO_TITLE "no-title" Warning "A page has no title.";
    EMPTY_PAGE "empty-page" Warning "A page has a title and no text. Sections, drafts, and pages with `template` or `extra` are not reported.";
    UNCLOSED_FENCE "unclosed-fence" Warning "A block of code is never closed, so the text after it is code too.";
    BIDI_CONTROL "bidi-control" Warning "An invisible character changes the direction of text, so that readers may see other words than the text holds.";
    UNSAFE_URL "unsafe-url" Warning "A link has a scheme that may run code; the link is dropped.";
    RAW_HTML "raw-html" Note "Raw HTML is shown as text, since the site does not allow it.";
    EXTERNAL_IMAGE "external-image" Warning "A picture would be loaded from another site; it is shown as a link.";
    UNKNOWN_CODE_LANGUAGE "unknown-code-language" Warning "A code block names a language that has no highlighting.";
    HIGHLIGHT_LIMIT "highlight-limit" Warning "A code block is too large or too slow to highlight and is shown plain.";
    FOOTNOTE "footnote" Warning "A footnote is used but not defined, or defined but not used.";
    DUPLICATE_ANCHOR "duplicate-anchor" Error "Two headings of a page ask for the same anchor.";
    // The site
    ROUTE_COLLISION "route-collision" Error "Two things would stand at one path.";
    KEY_COLLISION "key-collision" Error "Two works have keys that differ only by case or by Unicode normal form.";
    MISSING_TRANSLATION "missing-translation" Warning "A work has no edition in one of the site's languages.";
    BROKEN_LINK "broken-link" Error "A link leads to nothing.";
    BROKEN_ANCHOR "broken-anchor" Error "A link leads to a page that has no such anchor.";
    OTHER_LANGUAGE_LINK "other-language-link" Warning "A link leads to a page that exists only in another language.";
    MISSING_STRING "missing-string" Warning "A word of the interface is missing in a language.";
    NO_FEED "no-feed" Note "Neither the site nor a page has a date that feeds can use, so the site has no feeds.";
    FEED_DATE "feed-date" Warning "A date is outside the range that feed readers accept; feeds and the sitemap leave it out.";
    NO_BASE_URL "no-base-url" Note "The site's address is not known; canonical links, sitemap and feeds are left out.";
    ALIGNMENT "alignment" Warning "Two editions of a work do not have the same number of sentences in a paragraph.";
    // Addresses and translations
    BAD_LOCK "bad-lock" Error "A lock, the file that keeps the addresses of sentences, cannot be read whole.";
    STRAY_LOCK "stray-lock" Warning "A lock belongs to no work, or a work has two.";
    BAD_MARK "bad-mark" Warning "A comment at the end of a line is nearly a mark of the translator's, but cannot be read as one, or names what is not there.";
    VANISHED_ANCHOR "vanished-anchor" Warning "A heading is gone since the last `tilmash sync`, and its anchor with it; links from elsewhere lead nowhere.";
    DRIFT "drift" Warning "Sentences of the source have changed since they were translated.";
    UNTRANSLATED "untranslated" Warning "Sentences of the source are missing in a translation.";
    EXTRA "extra" Note "Sentences of a translation stand for nothing in the source, and no mark says that this is meant.";
    INCOMPLETE "incomplete" Error "`check --complete` asks for a language in which a work is missing, or not complete, or not current.";
    // Checks of a sentence against its translation, and of a sentence alone
    PARITY_NUMBER "parity-number" Warning "A number stands on one side of a translation only, in digits or in words, or means something else in the language it was copied into.";
    PARITY_DATE "parity-date" Warning "A translation has another date than its source.";
    PARITY_LINK "parity-link" Warning "A link of a sentence leads elsewhere in its translation, or is missing; editions of one work count as the same.";
    PARITY_CODE "parity-code" Warning "A sentence and its translation have different code between backticks.";
    PARITY_FOOTNOTE "parity-footnote" Warning "A sentence and its translation refer to different footnotes.";
    PARITY_PLACEHOLDER "parity-placeholder" Warning "A sentence and its translation have different placeholders, such as `{name}`, `%s` or `$VAR`.";
    PARITY_EMPHASIS "parity-emphasis" Note "A sentence and its translation emphasise differently.";
    UNTRANSLATED_TEXT "untranslated-text" Warning "A translation is its source, word for word.";
    WRONG_SCRIPT "wrong-script" Warning "A sentence is mostly in a script that its language does not use, outside quotations and emphasis.";
    MIXED_SCRIPT "mixed-script" Warning "A word has letters of another script that look like its own: no search finds it.";
    NOT_NFC "not-nfc" Warning "A text is not in Unicode normal form C: letters are written as a letter and a mark where there is one character for both.";
    FOREIGN_QUOTES "foreign-quotes" Warning "Quotation marks are not those that the language's file says.";
    NEEDLESS_SILENCE "needless-silence" Note "A mark silences a check that finds nothing there.";
    // Templates
    TEMPLATE "template" Error "A template cannot be read or rendered.";
    BYPASSED_TEMPLATE "bypassed-template" Warning "A template extends a built-in template, although the site has its own version of that template.";
    // The split
    PLAN_SEGMENT "plan-segment" Error "The plan names a segment that the source text does not have.";
    PLAN_COVERAGE "plan-coverage" Error "A segment of the source text is in no chapter, or in two.";
    PLAN_REPAIR "plan-repair" Error "A repair does not fit the source text.";
    SOURCE_CHANGED "source-changed" Error "The source text is not the one the plan was made for.";
    SPLIT_LOSS "split-loss" Error "Pieces of the source text are lost, doubled or reordered.";
    SPLIT_SUSPECT "split-suspect" Note "A line of the source text seems to begin in the middle of a sentence.";
    CHAPTER_MISSING "chapter-missing" Error "A chapter of the plan has no file yet.";
    CHAPTER_EDITED "chapter-edited" Note "A sentence of a chapter differs from the source text and its repairs.";
    CHAPTER_LOSS "chapter-loss" Error "A sentence of the source text is missing from its chapter.";
    // Exchange with translators' tools
    EXCHANGE_SYNTAX "exchange-syntax" Error "A file to import cannot be read, whole or in part.";
    EXCHANGE_EMPTY "exchange-empty" Warning "A file to import holds no sentence.";
    EXCHANGE_LANGUAGE "exchange-language" Error "A file to import does not say its languages, or other ones than the site's.";
    EXCHANGE_UNKNOWN "exchange-unknown" Error "A file to import names a sentence that the site does not have.";
    EXCHANGE_DUPLICATE "exchange-duplicate" Error "Files to import hold a sentence twice.";
    EXCHANGE_STALE "exchange-stale" Error "A translation was made from another source than the present one, and was not taken.";
    EXCHANGE_CONFLICT "exchange-conflict" Error "A translation was changed both in the site and by the translator, and was not taken.";
    EXCHANGE_MARKUP "exchange-markup" Error "A translation lacks markup of its source, or has other markup, and was not taken.";
    EXCHANGE_STRUCTURE "exchange-structure" Error "A translation would become another block of text or change its neighbours, and was not taken.";
    EXCHANGE_INCOMPLETE "exchange-incomplete" Error "A page cannot be made, or a sentence has no place, since others of it are not translated.";
}

/// Returns the code with that name.
pub fn named(name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.name == name)
}
