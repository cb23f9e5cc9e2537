//! Tilmash (тілмаш, "interpreter") turns one source text and its translations into one site
//! in every language; its pages are linked across languages.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | work | one page of the site in all its languages, known by its key: `vectors/russia` |
//! | edition | a work in one language: `content/vectors/russia.kk.md` |
//! | segment | a sentence, heading, list item or table row of an edition, footnotes included |
//! | id | the address of a segment: `3.2`. It is the same in every edition and given once |
//! | lock | the file beside a work that keeps segment ids, and each translation's source wording |
//! | span | a piece of inline markup with its byte range: `**`, a destination, a placeholder |
//! | unit | a part of a work with an address: a title, a description or a segment |
//! | lock entry | the part of the lock about one unit |
//! | mark | an instruction or a note of a translator after a sentence, in an unpublished comment |
//! | status | the state of a translated sentence relative to its source |
//! | drift | a change of the source after the translation was made |
//! | pending | a sentence on which a translation needs work: changed, missing or extra |
//! | desk | the panel in which the preview shows the pending sentences of a page |
//! | source text | the text from which chapters are cut; it stays as it was received |
//! | plan | the YAML file that says how the source text is cut |
//! | chapter | a work that the split made |
//! | cut | a segment of the source text in a chapter |
//! | touch | a sentence touches another chapter if it is also about it (key `touches` of a plan) |
//! | ref | a link, an image or a quotation whose target the document alone cannot determine |
//! | quotation | a sentence that is shown elsewhere too: `![[vectors/russia#2.3]]` |
//! | resolved link | the page or file of the site to which a ref leads |
//! | route | one output path and its content |
//! | term | a person, place, treaty or concept with names in each language, as data of the site |
//! | mention | a name of a term in a sentence, in any of its inflected forms |
//! | item | what a search finds: a sentence or a title in all languages that have it |
//! | bead | one row of the alignment of two editions: n segments here, m there |
//!
//! # Data flow
//!
//! ```text
//!           load            pure: no clock, disk, environment or network           emit
//!   disk --------> Inputs ----------------------------------------------> State ---------> disk
//!    ^                     split, parse, site, link, check                  |
//!    |                                                                      | render(route)
//!    +--- refresh                                                           |
//!                                                  serve: the route asked for <--+
//!                                report: problems, for people and for machines <-+
//! ```
//!
//! * [`disk`] performs every write, move and removal of the program, and follows no link.
//! * [`load`] reads the project into [`load::Inputs`]. A refresh re-reads the files that differ.
//!   File events only determine the files that are read first; nothing else interprets them.
//! * [`translation::ids`] gives each line of an edition its id, and aligns the lines of two
//!   editions.
//! * [`markdown`] reads Markdown, as the only layer that knows its syntax: events for pages, spans
//!   for checks and exchange, blocks for the split.
//! * [`prose`] reads texts without markup: words, numbers, scripts of letters, and dates.
//! * [`split`] cuts source texts into segments and chapters, and loses nothing.
//! * [`parse`] turns one file into one [`parse::Document`]: an outline, and HTML with holes for
//!   everything that only the rest of the site knows. The cache key is the whole input.
//! * [`site`] builds one immutable index of all documents: the tree of works, URLs, routes. It also
//!   knows the status of each translation. The index sees only the *head* of a document (its front
//!   matter and title), and routes only its *address*; [`parse::Document::head`] declares both.
//! * [`link`] resolves every ref of every document.
//! * [`translation::rows`] and [`translation::status`] pair the lines of two editions and compare a
//!   translation with its source, [`translation::pending`] lists the sentences that need work,
//!   [`translation::sync`] computes locks, and [`translation::checks`] finds faults of
//!   translations.
//! * [`terms`] finds the mentions of terms and the dates in all texts. The names are data
//!   ([`model::TermNames`], the part of [`model::Glossary`] that an edit of a description leaves as
//!   it is), and so are the endings that they may have in a language ([`model::Inflection`]) and
//!   the words that mark a year ([`model::Years`]).
//! * [`search`] finds sentences by their words, in any form and spelling. It knows texts only;
//!   [`render`] collects those of the site.
//! * [`check`] runs all checks that look across documents.
//! * [`render`] renders the page of a route; [`output`] renders all other routes (feeds, sitemap).
//! * [`translation::exchange`] writes sentences and their translations for translators' tools. It
//!   also reads a file that comes back from a translator, and reports its changes.
//! * [`project`] runs these stages and keeps the results that did not change. Its
//!   [`project::State`] is a complete, consistent snapshot with all its problems.
//! * [`rename`] computes the changes that give a work, a section or a term another key.
//! * [`emit`] publishes a state into a folder; [`serve`] shows it live. [`external`] asks the
//!   servers of other sites if the pages exist to which the texts link; only `check --external`
//!   calls it.
//! * [`cli`] is the command line.
//!
//! A layer uses only the layers above it in this list (`tests/layers.rs`); [`base`] and [`model`]
//! hold the types that they share. The same test lists the files that may name a dependency, mostly
//! one file or folder for each. So `ls src` shows the home of a change.
//!
//! # Laws
//!
//! Each law has tests that can fail.
//!
//! 1. **Lossless split.** Every byte of a source text is in exactly one piece; the pieces, joined,
//!    are the source text.
//! 2. **Warm equals cold.** After any edits the state equals a fresh start from the same files.
//! 3. **Served equals built**, except for the reload script.
//! 4. **Same in, same out:** on any number of threads, on any day, in any folder.
//! 5. **Relocatable.** No page except `404.html` has a root-absolute internal link. One function
//!    makes absolute URLs.
//! 6. **Nothing lost.** A build that fails or is killed leaves the published folder whole. Builds
//!    delete only files that a build wrote. A site without pages replaces a published one only with
//!    `--allow-empty`. Only `split`, `new`, `init`, `import` and `mv` write sources, and none
//!    overwrites somebody's changes; `sync` writes only locks.
//! 7. **Every problem has a place**, and a run reports all problems at once. People see the first
//!    ten of each code, or all with `--all`.
//! 8. **Addresses are permanent.** A sentence that nobody edited keeps its id, and no id ever names
//!    two sentences. Pages show the same ids before and after `sync`, and a second `sync` writes
//!    nothing (`tests/sync.rs`, `tests/equal.rs`).
//! 9. **Languages are equal.** Everything that depends on a language is in the language's file
//!    (`themes/*/languages/`), or in Unicode's data, which have all languages.
//! 10. **Exchange is exact.** An export that comes back unchanged changes no byte. A translator's
//!     change is in the edition's file exactly as it was sent, and nothing else differs
//!     (`tests/exchange.rs`).
//!
//! # Decisions
//!
//! * **HTML with holes** instead of a syntax tree. Pages are made by copying slices; segments,
//!   blocks and headings are ranges. It stays in memory, and the text need not.
//! * **Markdown is parsed once** ([`markdown`]). The pass that writes a page's HTML also records
//!   its inline markup, as [`markdown::Span`]s of 12 bytes. Checks read these, so a link is a link
//!   for them exactly if it is one on the page. Exchange and the split ask the same code for the
//!   spans of a sentence that stands alone, such as a translation from outside.
//! * **A word has all the stems that the rules allow**, and two words are forms of one word if they
//!   share a stem. A rule that takes off the longest ending would cut words whose bare form looks
//!   inflected: `Қазақстан` ends like an ablative. The dictionary form of a verb is its stem, so a
//!   verb and a noun that begin alike stay apart: `алма`, apple, and `алу`, to take.
//! * **Ids are holes.** The id of a sentence depends on the lock; its text does not. The work's
//!   lock is an input of parsing like the text, so the parse cache still only compares inputs.
//! * **The lock keeps the source's text**, not only its digest. So an edited sentence is found by
//!   the words that it shares with the old one, not only by its place. The change since a
//!   translation was made can also be shown in any copy of the files, without version control. For
//!   translations the digest is enough: they are found by digest or by place.
//! * **A lock has an entry for each sentence, in the order of the source.** An empty line and the
//!   id separate two entries. So changes of neighbouring sentences on two branches are not changes
//!   of neighbouring lines, and git merges them.
//! * **A sentence of one language alone has that language in its id,** `3.2a-en`. Two translations
//!   can get a new sentence at the same place, on one day or on two branches, and neither sees the
//!   other. Without the language, both sentences would get the same id. The id stays when another
//!   language gets the sentence too: a mark then names it. The source is parsed before its
//!   translations, and its new sentences are an input of theirs. So a sentence that is added to the
//!   source and to a translation on one day gets one id.
//! * **A row of a table is one segment.** In Markdown a row is a line, and a sentence is a line.
//!   The text of a single cell is too short to find the cell again: many cells have equal texts,
//!   and columns move. The text of a row is canonical ([`model::row`]), so padding it anew changes
//!   nothing. For translators, a row is one unit with the bars between its cells as placeholders,
//!   or as text. Side-by-side pages show a table whole, since separate rows would not be a table.
//! * **Footnotes come after the text, in the order of their numbers**, wherever the file defines
//!   them. Readers find them there. So a definition can be moved, or be elsewhere in a translation,
//!   without a change of addresses. Numbers follow the first references: those in the text, then
//!   those in the notes, in order. Notes that no chain of references reaches come last. Notes with
//!   equal labels are one note, in one edition and across editions; the lock keeps the label. If a
//!   translation lacks a note and has no reference to it, its pages do not show the note.
//! * **An edited translation counts as up to date.** Only its author knows if it is, and people
//!   would confirm a question after each corrected comma by habit. A sentence that was not edited
//!   stays pending until it is edited or accepted by name. `sync` never writes the text of a
//!   translation.
//! * **A new line in the place of an old one counts as that line, rewritten,** even if the two have
//!   no words in common: the program cannot see that it is another sentence. So the id stays, and
//!   the diff shows translators if the meaning is another one.
//! * **The desk belongs to the preview, not to the page.** The preview's script builds it from the
//!   preview's data about the page. So served pages equal built ones, and themes contain nothing
//!   for the desk. It shares only addresses with the page: the link to a sentence is `#3.2`.
//! * **Only one request has an effect outside the preview: it opens an editor.** Another site,
//!   another machine or a proxy must not be able to make a browser send it. So it must be a POST
//!   with the preview's own `Origin` and a header that other sites cannot send, from a loopback
//!   address, under a loopback name. It names a page, and a sentence or a problem on it, never a
//!   path. One place starts one editor, and at most ten editors start in ten seconds. The editor is
//!   the program that the person who started the preview chose, and it runs without a shell.
//! * **A new connection never waits for an old one.** If there are too many, the preview closes the
//!   least important one ([`serve`]). So neither idle clients nor unfinished requests delay a page.
//! * **A file system without events is detected.** Until an event has arrived, the preview compares
//!   its files with the disk every few seconds, and a request compares the files of its page. If a
//!   change is found in this way and no event reports it, the preview polls from then on.
//! * **The preview ends at once on Ctrl-C and SIGTERM**, with the exit codes 130 and 143. It writes
//!   nothing, so no work is lost.
//! * **Accepting is a command to copy.** Only `sync` writes locks; the desk has no button that
//!   writes. For everything else it is enough to save the file.
//! * **An editor that runs in the terminal is not opened:** the preview uses that terminal, and the
//!   program does not know another one. The desk names the setting to change.
//! * **Links name `index.html`.** Readers see and share `…/russia/`: a script drops the name from
//!   the address bar, and canonical links never have it. But a folder opened from disk has no
//!   server to complete a path, and a link must work there without a script too.
//! * **Code is highlighted when a page is rendered**, not when it is parsed, so that the preview
//!   highlights only the pages that are requested. Commands that render all pages highlight their
//!   code first, language by language. The limits count bytes, not seconds: a clock would make two
//!   builds differ.
//! * **Oniguruma matches the grammars**, not fancy-regex. Measured on a thousand pages in two
//!   languages, it takes half the processor's time and a third of the memory. The price is a C
//!   compiler when the program is built.
//! * **A line of code is parsed once for each parser state before it**, since the code blocks of a
//!   site share many lines. On a thousand pages in two languages that saves two fifths of a cold
//!   build's processor time.
//! * **Highlighted code is cached between builds.** Each project has a cache file in the user's
//!   cache folder, with language and text as key. Entries would be wrong only after a change of
//!   grammars, so the file names the build of the program, and another build does not use it.
//! * **YAML is read in two steps:** first a tree in which each value has its place, then types.
//!   Types with a derived `Deserialize` would stop at the first problem, without its place and
//!   without a suggestion.
//! * **The layouts of side-by-side pages are radio buttons and `:has()`**, and a check box reveals
//!   the translation of a sentence. They work under a policy that forbids inline scripts and
//!   styles, and without any script. `<details>` would hide the content in layouts that show all of
//!   it.
//! * **A work has a page in every language.** If it has no edition in a language, a fallback page
//!   shows another edition, whose own page is the canonical one for search engines. Fallback pages
//!   are a separate kind of route. So feeds, the sitemap and tags, which list editions, do not list
//!   them. Any other route at the same path takes precedence.
//! * **A language is one YAML file:** its words, dates, numbers, quotes and romanisation. So an
//!   author can add a language, and change any detail. Only the sort order comes from Unicode's
//!   data (CLDR, with `icu_collator`): accents, digraphs and scripts take more rules than an
//!   alphabet can express. The data of all languages are 1.3 MB of the program. A language that
//!   they lack sorts in their root order. The interface has no plural forms (`Sentences: 3`), so no
//!   plural rules.
//! * **A warning about a translation must be right** ([`translation::checks::parity`]). If a
//!   sentence has several readings, the one without a fault counts, and rules that a language's
//!   file does not give are not checked. Editors who see false warnings soon ignore all of them. A
//!   changed number is still found, unless it became another number of its sentence. A number that
//!   occurs twice may be translated once, "3 of 3 parties" as "all three parties", except in a row
//!   of numbers without words. A row is untranslated only if all cells with words equal those of
//!   the source, since a column may be in the source's language on purpose.
//! * **Every stage runs for every snapshot, and reuses unchanged results** ([`project`]). A stage
//!   gets its previous result. It keeps the result of a file, a work or the index whose inputs are
//!   equal. Each input is declared once, and undeclared inputs are out of reach: the index is built
//!   from heads, and links are resolved through a view that records the works it reads. So nothing
//!   interprets the difference between two snapshots, and no list of possible edits can be
//!   incomplete; `tests/edits.rs` compares with a fresh start. The price is a pass over all files:
//!   1 ms for a thousand, instead of none. Tracking each call with `comemo` was measured: for
//!   10,000 works with 12 calls each, validation alone takes 2.8 ms, and repeats each look-up;
//!   comparing the works takes 0.7 ms. The preview first reads only the files that events name.
//!   When no more events arrive, it confirms the result with a full scan.
//! * **A translation is tried before it is imported.** `import` builds the site with the new texts
//!   in memory, and compares every sentence with its intended text. So no rule has to predict the
//!   effects of Markdown on a translator's text.
//! * **A rename is tried before it is written.** `mv` builds the site with the new files in memory,
//!   and compares the target of every link with the one before. The resolver of the build decides
//!   about each link: a link that still leads to its target keeps its bytes, and a changed one is
//!   written only if it leads there.
//! * **Markup travels with the text** in the formats of translators' tools. Placeholders hold the
//!   Markdown, so an import needs no record of the export. PO, CSV and JSON Lines have the Markdown
//!   without placeholders.
//! * **Git reads a mirror,** a repository in a temporary folder that shares only the stored objects
//!   with the site's repository ([`cli`]). The configuration of a repository from somebody else can
//!   name programs, and most git commands run them.
//! * **Links to other sites are checked by one command of their own** ([`external`]). The result
//!   depends on other machines, and each request tells one of them about this one. So no other
//!   command opens a connection, and only a page that certainly does not exist is an error. The
//!   texts may come from somebody else, so the resolved address that a connection uses must be
//!   public. The HTTP library (`ureq` with `rustls` and `ring`) has a hook at that point. With
//!   `url`, it adds at most 2.4 MB to the program and 80 seconds of one core to a build from
//!   nothing, including Unicode data that the program has anyway. Certificate authorities are those
//!   of Mozilla, compiled in, so that a machine without a list of its own can check too.
//! * **The output folder is compared:** a build compares its files with those in the folder, and
//!   equal files keep their mtimes. A record of the last build, in the user's cache folder, keeps
//!   for each file the fingerprint of its inputs ([`output::fingerprints`]) and the file's metadata
//!   ([`emit::Record`]). If both are unchanged, the page is not rendered at all. If all inputs are
//!   unchanged and the last build had nothing to report, nothing is parsed. `tests/edits.rs` and
//!   `tests/publish.rs` compare with a build from nothing; `--no-cache` ignores the record.
//! * **A build exchanges the smallest file or folder that contains all differences**, in one step
//!   ([`emit`]). To replace the whole output folder, it would have to create a hard link for every
//!   page of the site, however small the edit.
//! * **One module writes** ([`disk`]), through open handles of folders, with `cap-std`. A
//!   repository can contain links, pipes and devices where the program expects its own files, and a
//!   file that was checked by name can be replaced before it is opened. Links in a path that the
//!   user names are followed up to the site's folder; below it, and beside the output, no write
//!   follows a link.
//! * **Problems are stored by file** ([`base::Problems`]). An edit replaces only the problems of
//!   the files that changed. So a save in the preview of a site with thousands of warnings
//!   copies, compares and counts the problems of one page.
//! * **`build` and `check` drop the texts of pages** after parsing, or, if a text has sentences,
//!   after the checks of sentences. Later only the reports of problems need texts, to show their
//!   lines, and they read these files again. If a file has changed by then, its problems have no
//!   lines.

pub mod base;
pub mod check;
pub mod cli;
pub mod disk;
pub mod emit;
pub mod external;
pub mod link;
pub mod load;
pub mod markdown;
pub mod model;
pub mod output;
pub mod parse;
pub mod project;
pub mod prose;
pub mod rename;
pub mod render;
pub mod search;
pub mod serve;
pub mod site;
pub mod split;
pub mod terms;
pub mod translation;
