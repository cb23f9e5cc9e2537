//! Tilmash (тілмаш, "interpreter") turns one source text and its translations into a cross-linked
//! site in every language.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | work | one page of the site in all its languages, known by its key: `vectors/russia` |
//! | edition | a work in one language: `content/vectors/russia.kk.md` |
//! | segment | one sentence (or heading, list item, cell of a table) of an edition, in the text or in a footnote; its id, `3.2`, is the same in every edition and given once |
//! | lock | the file beside a work that keeps the ids of its sentences, and from which wording each translation was made |
//! | unit, stanza | what has an address: title, description, segment; what the lock says of one |
//! | mark | what a translator writes behind a sentence, in a comment that is never published |
//! | standing, drift | how a sentence of a translation stands to its source; that the source has changed since |
//! | pending, desk | what a translation waits for: changed, missing, extra; what the preview shows of it on a page |
//! | source text, plan | the text that chapters are cut from, kept as received; the YAML file that says how |
//! | chapter, cut | a work that the split made; a segment of the source text in it |
//! | vector | an axis of a text, presented by one chapter |
//! | ref, answer | what a document asks of the rest of the site; what the site replies |
//! | route | one output path and what stands there |
//! | bead | one row of the alignment of two editions: n segments here, m there |
//!
//! # The way of the data
//!
//! ```text
//!         load                pure: no clock, disk, environment or network            emit
//!  disk ───────▶ Inputs ────────────────────────────────────────────────▶ State ────────────▶ disk
//!   ▲                     split · parse · site · link · check              │  render(route)
//!   └── "look again"                                                       ├──▶ serve: the route asked for
//!                                                                          └──▶ report: problems, to people and machines
//! ```
//!
//! * [`disk`] performs every write, move and removal of the program, and follows no link.
//! * [`load`] reads the project into [`load::Inputs`]. Looking again re-reads what differs; nothing
//!   interprets file events, which only say where to look first.
//! * [`align`] knows which line of an edition has which address, and which lines of two editions stand beside each other.
//! * [`split`] cuts source texts into segments and chapters, losing nothing.
//! * [`parse`] makes one [`parse::Document`] of one file: HTML with holes for what only the rest of the
//!   site knows, and an outline. It is remembered by its whole input.
//! * [`site`] makes one immutable index of all documents: the tree of works, URLs, routes; it tells how translations stand,
//!   and what a lock is to say.
//! * [`link`] answers every ref of every document.
//! * [`check`] looks across documents.
//! * [`render`] makes a page of a route; [`output`] what is no page (feeds, sitemap).
//! * [`exchange`] writes sentences and their translations for translators' tools, and says what comes back.
//! * [`project`] runs these stages and keeps what did not change; its [`project::State`] is a whole,
//!   consistent snapshot with all that is wrong.
//! * [`emit`] publishes a state into a folder; [`serve`] shows it live; [`cli`] is the command line.
//!
//! A layer uses the layers above it in this list only (`tests/layers.rs`), and each dependency is
//! named in one file, so `ls src` tells where a change belongs.
//!
//! # Laws
//!
//! Each has tests that can fail.
//!
//! 1. **Lossless split.** Every byte of a source text is in exactly one piece; pieces give it back.
//! 2. **Warm equals cold.** After any edits the state equals a fresh start from the same files.
//! 3. **Served equals built**, but for the reload script.
//! 4. **Same in, same out:** on any number of threads, on any day, in any folder.
//! 5. **Relocatable.** No page but `404.html` has a root-absolute internal link; one function makes
//!    absolute URLs.
//! 6. **Nothing lost.** A build that fails or is killed leaves the published folder whole. Builds
//!    delete only files that a build wrote. A site without pages replaces a published one only with
//!    `--allow-empty`. Only `split`, `new`, `init` and `import` write sources, and none overwrites
//!    somebody's changes; `sync` writes only locks.
//! 7. **Every problem has a place**, and a run reports all problems at once; people see the first
//!    ten of each code, or all with `--all`.
//! 8. **Addresses last.** A sentence that was not touched keeps its id, no id ever names two sentences, pages show before `sync` what they
//!    show after, and a second `sync` writes nothing (`tests/sync.rs`, `tests/equal.rs`).
//! 9. **Languages are equal.** What depends on a language is in its file (`themes/*/languages/`).
//! 10. **Exchange is exact.** What is exported and comes back as it was changes no byte; what a translator changed is
//!     in the edition's file as it was sent, and nothing else is another (`tests/exchange.rs`).
//!
//! # Decisions
//!
//! * **HTML with holes** instead of a syntax tree: pages are made by copying slices; segments, blocks
//!   and headings are ranges. It is the one form of a document that stays in memory.
//! * **Ids are holes.** What a sentence is called depends on the lock, what it says does not; and the work's lock is an input of
//!   parsing like the text, so that memory of what was parsed stays a comparison of inputs.
//! * **The lock keeps the source's text**, not its digest alone. A sentence that was edited is then found by its likeness, not
//!   by luck between neighbours; and what has changed since a translation was made can be shown without asking version
//!   control, in any copy of the files. Of translations the digest is enough: they are found by it, or by their place.
//! * **A lock has a stanza for each sentence, in the order of the source**, an empty line and the id between any two, so
//!   that changes of neighbours on two branches are not neighbouring lines to git.
//! * **What one language alone has is called after it,** `3.2a-en`. Editions get sentences of their own at the same place on the same
//!   day, or on two branches, and nothing that sees only some of them could keep their names apart otherwise. It stays so when another language
//!   gets the sentence too: a mark says then which one it is. The source is parsed before its translations, which see what is new in it,
//!   so that what is added to both on one day is one sentence.
//! * **A row of a table is a block, a cell a segment.** A cell has no line breaks, and a sentence is a line. Cells of equal text are many, so a cell is known
//!   by its row and its column, which the lock keeps ([`align`]). Side by side a table is shown whole: rows that are taken apart are no table.
//! * **Footnotes come after the text, in the order of their numbers**, wherever the file defines them: so readers find them, and a definition that is moved, or stands
//!   elsewhere in a translation, moves no address. Numbers are given by first reference, in the text, then in the notes as they come; what nothing leads to
//!   from the text is last. Two notes of one label are one note; the lock keeps the label. A missing note to which nothing refers is shown nowhere.
//! * **A translation that was edited is taken to be up to date.** Nobody but its author can say whether it is, and a
//!   question after each mended comma would be answered with "yes" by habit. What was not edited stays pending until it is, or
//!   until it is accepted by name. No text of a translation is ever written by the program.
//! * **Two lines in the place of one are one rewritten line.** Whether a sentence was replaced by another of no likeness is not
//!   to be seen; it keeps its id then, since a translator who is shown the change can tell, and one who is shown nothing cannot.
//! * **The desk is the preview's, not the page's.** Its script makes it of what the preview tells of the page at hand, so pages are as they are built and
//!   themes need not know of it. What it and the page's own ways have in common is the address: to go to a sentence is to go to `#3.2`.
//! * **Only one request does something: it opens an editor.** Another site, another machine or a
//!   proxy must not be able to make a browser send it. So it must be a POST with the preview's own
//!   `Origin` and a header that other sites cannot send, from a loopback address, under a loopback
//!   name. It names a page and a sentence or the place of a problem on it, never a path. One place
//!   starts one editor, and at most ten editors start in ten seconds. The person who started the
//!   preview named the program, and no shell starts it.
//! * **A new connection never waits for an old one.** The preview closes the least important
//!   connection ([`serve`]), so that neither idle clients nor unfinished requests keep a page from
//!   being answered.
//! * **A file system without events is detected.** Until an event has arrived, the preview compares
//!   its files with the disk every few seconds, and a request compares the files of its page. If no
//!   event follows a change that was found this way, polling begins.
//! * **The preview ends at once on Ctrl-C and SIGTERM**, with the exit codes 130 and 143. It writes
//!   nothing, so no work is lost.
//! * **Accepting is a command to copy.** Only `sync` writes locks; the desk has no button that writes. A save is enough for all else.
//! * **An editor that draws on the terminal is not opened:** the terminal is the preview's, and which other one there is, nobody can know. The desk says what to set.
//! * **Links name `index.html`.** `…/russia/` is what readers see and share (a script drops the name
//!   from the address bar, canonical links never have it), but a folder opened from disk has no server
//!   to complete a path, and a link must work there without a script too.
//! * **Highlighting happens when a page is rendered**, not when it is parsed, so that the preview
//!   highlights only what is looked at; who renders all pages has it done before them, language by language. Its
//!   limits count bytes, not seconds: a clock would make two builds differ.
//! * **Oniguruma matches the grammars**, not fancy-regex: measured on a thousand pages in two languages it takes half the
//!   processor's time and a third of the memory, for the price of a C compiler when the program is built.
//! * **A line of code is parsed once for each state in which a grammar meets it**, since blocks of one site share
//!   many of their lines; on a thousand pages in two languages that saves two fifths of a cold build's processor time.
//! * **Highlighted code is kept from build to build**, by language and text, in a file of the project's own in
//!   the user's folder for caches. It would be wrong only if the grammars changed, so it names the program's build.
//! * **YAML becomes a tree with places first**, types second: serde's derived errors stop at the
//!   first problem and know neither frame nor suggestion.
//! * **Layouts are radio buttons and `:has()`**, a partner that is revealed is a check box: they work under a policy that forbids inline
//!   scripts and styles, and without a script at all. `<details>` would hide its content from the layouts that show all of it.
//! * **A work has a page in every language.** Where it has no edition, the page shows another one, and claims nothing to machines. Such pages are
//!   routes of their own kind, so that what lists editions (feeds, the sitemap, tags) cannot take one for a translation; anything else at the path goes first.
//! * **Language data are ours**, a page of YAML each, instead of ICU: dates, numbers, quotes, alphabets and
//!   romanisation for a few languages need no megabytes of tables, and an author can add a language.
//! * **A warning about a translation must be right** ([`check::parity`]): where a sentence can be read in more than one way, the
//!   reading in which nothing is wrong counts, and what a language's file does not say is not judged. So a changed number
//!   is found unless it became another number of its sentence, and an editor need not learn to look away. A number that is said twice may be translated once,
//!   "3 of 3 parties" as "all three parties"; only where there are no words, as in a cell, is that one too few. A column of a table that says what it says in the source
//!   is a column in that language, not one that nobody translated.
//! * **An edit is followed through the stages, not through events.** Two snapshots are compared; where only texts of
//!   pages, locks, templates or copied files differ, each stage puts the new in the place of the old and shares the rest, else
//!   it says that it cannot and the state is made whole ([`project`]). What a stage sees of a document is a pattern that
//!   names every field, so a new one forces a decision; `tests/edits.rs` compares with a fresh start. The preview
//!   first looks only at the files that events name, and confirms that by a look at everything when it is calm.
//! * **A translation is tried before it is taken.** `import` makes the site of the new texts, in memory, and compares
//!   every sentence with what it is to be; so no rule has to foresee what Markdown makes of a translator's text.
//! * **Markup travels with the text** in the formats of translators' tools: placeholders hold the Markdown itself, so that
//!   what comes back needs nothing but the file, and PO, CSV and JSON Lines have it as it is.
//! * **Git reads a mirror,** a repository in a temporary folder that shares only the stored objects
//!   with the site's repository ([`cli`]). The configuration of a repository from somebody else can
//!   name programs, and most git commands run them.
//! * **The output folder is compared:** what a build would write is compared with what is there, and files that are the
//!   same keep their time stamps. Beside that, a record of the last build in the user's folder for caches says of each file what it was made
//!   of ([`output::makings`]) and how it is known again ([`emit::Record`]): where both are as they were, the page is not made at all, and
//!   where all inputs are and nothing was to be said, nothing is parsed. `tests/edits.rs` and `tests/publish.rs` compare with what is made from nothing;
//!   `--no-cache` does without.
//! * **The smallest part that holds all that differs is exchanged**, a file or a folder, in one step ([`emit`]): to put the
//!   whole folder in the place of the old one takes links and folders for every page of the site, however small the edit.
//! * **One module writes** ([`disk`]), through open handles of folders, with `cap-std`. A
//!   repository can contain links, pipes and devices where the program expects its own files, and a
//!   file that was checked by name can be replaced before it is opened. Links in a path that the
//!   user names are followed up to the site's folder; below it, and beside the output, no write
//!   follows a link.
//! * **Problems lie by file** ([`base::Problems`]): an edit replaces those of what it touched, and a save in the preview of a
//!   site with thousands of warnings copies, compares and counts those of a page.
//! * **A build, and `check`, let go of the texts of pages** once they are parsed, or, where there are sentences, once these are checked: only frames of problems
//!   would need them, and these are read again. Of a file that is another by then no line can be told.

pub mod align;
pub mod base;
pub mod check;
pub mod cli;
pub mod disk;
pub mod emit;
pub mod exchange;
pub mod link;
pub mod load;
pub mod model;
pub mod output;
pub mod parse;
pub mod project;
pub mod render;
pub mod serve;
pub mod site;
pub mod split;
