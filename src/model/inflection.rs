//! Endings of words as data of a language: which forms a noun or a name can have.
//!
//! Links to terms and the search know the forms of a word by these rules, so that nobody lists
//! them. A form is a stem, perhaps changed at its end, then a chain of endings. Each ending depends
//! on the last letter before it (its class) and, in languages with vowel harmony, on the last
//! vowel.
//!
//! ```text
//! Kazakh, with the pairs A: ае, I: ыі
//! stem   "VGR лAр plural"    after a vowel, у, и, р, й: лар or лер, then the endings of `plural`
//! plural "GRLZ дIң"          after р: дың or дің, then nothing
//!
//! Қазақстан + ға           = Қазақстанға      (last vowel а, so ға and not ге)
//! теңіз + дер + ді + ң      is refused: дің is one ending, and its vowel follows the last one: дердің
//! ```
//!
//! The rules are in the language files (`endings`); [`Inflection::read`] reads them. The search of
//! a page reads the same data in the browser.

use std::collections::BTreeMap;

mod search;

use crate::base::yaml::{self, Fields, Node};
use crate::base::{Diagnostic, Place, Report, code, suggest};

/// The rules for the forms of a language's words. The default has none: a word has one form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inflection {
    /// The class of each letter, named by a capital ASCII letter.
    classes: BTreeMap<char, char>,
    /// Letters at the end of a word that do not count, such as the Kazakh soft sign.
    silent: String,
    /// The kinds of vowel harmony; empty if the language has none.
    harmonies: Vec<Harmony>,
    /// The letters that a capital letter in an ending stands for: one for each kind of harmony.
    pairs: BTreeMap<char, Vec<char>>,
    states: Vec<Vec<Ending>>,
    changes: Vec<StemChange>,
    /// Texts that may stand between a name and its endings, such as the Turkish apostrophe.
    joins: Vec<String>,
    /// Texts between an acronym and its endings. Behind them an ending may have any harmony, since
    /// it follows the spoken name of the last letter: `АҚШ-қа`, `ТМД-ның`.
    acronym_joins: Vec<String>,
    /// Words before a name that its form in the text may lack: `the`.
    pub articles: Vec<String>,
    search: SearchRules,
}

/// The rules that only the search follows, in addition to those for names: more forms, such as
/// those of verbs, because a wrong guess costs a reader of results less than a wrong link costs a
/// reader of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SearchRules {
    /// The states in which words may begin.
    starts: Vec<usize>,
    changes: Vec<StemChange>,
    /// The least number of letters of a stem with an ending.
    shortest: usize,
    /// Words that look like forms of others, with the stems that they have: `үшін` is no form of
    /// `үш`.
    exceptions: BTreeMap<String, Vec<String>>,
    spellings: Vec<Spelling>,
}

impl Default for SearchRules {
    fn default() -> Self {
        Self { starts: vec![STEM], changes: Vec::new(), shortest: 2, exceptions: BTreeMap::new(), spellings: Vec::new() }
    }
}

/// Another way to type words: without accents, in another alphabet, on another keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    pub name: String,
    /// Texts that a reader types, with the texts that each may stand for.
    pub letters: BTreeMap<String, Vec<String>>,
}

/// A kind of vowel harmony: the vowels after which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Harmony {
    vowels: String,
    /// Ends of words after which it holds whatever their last vowel is.
    ends: Vec<String>,
}

/// An ending, and the state that follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ending {
    /// The classes of the letter before it; empty if any letter may stand there.
    after: String,
    /// One spelling for each kind of harmony, or a single one.
    spellings: Vec<String>,
    /// The next state; `None` if nothing follows.
    next: Option<usize>,
}

/// A change of a stem's end before endings.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StemChange {
    /// The end of the stem; a capital ASCII letter stands for any letter of its class.
    ends: String,
    /// The new end. `None` forbids the unchanged stem before these endings.
    becomes: Option<String>,
    /// True if the stem is `ends` and not just its end.
    is_whole: bool,
    /// First letters of the endings that change it; empty for all endings.
    before: String,
    /// The state whose endings follow.
    state: usize,
}

/// A spelling of a stem before endings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    pub text: String,
    state: usize,
    /// First letters of the endings that may follow; empty for all.
    before: String,
    /// First letters of the endings that may not follow.
    never_before: String,
    /// True if no ending may follow.
    is_alone: bool,
    is_acronym: bool,
    /// True for the stem itself, which is a form without an ending.
    pub is_form: bool,
}

impl Surface {
    /// Makes the surface of a word that has this form alone.
    pub fn whole(word: &str) -> Self {
        Self {
            text: word.to_owned(),
            state: STEM,
            before: String::new(),
            never_before: String::new(),
            is_alone: true,
            is_acronym: false,
            is_form: true,
        }
    }

    /// Makes an empty surface that a change of a stem fills.
    fn after_change() -> Self {
        Self { is_alone: false, is_form: false, ..Self::whole("") }
    }

    /// Returns true if an ending with this first letter may follow.
    fn may_precede(&self, first: char) -> bool {
        let is_excluded = self.is_alone || self.never_before.contains(first);
        !is_excluded && (self.before.is_empty() || self.before.contains(first))
    }
}

/// The state in which a word begins.
const STEM: usize = 0;
/// The greatest number of endings in a form.
const LONGEST_CHAIN: usize = 7;
/// The greatest number of kinds of harmony.
const MOST_HARMONIES: usize = 8;
/// The greatest number of states.
const MOST_STATES: usize = 1000;
/// The greatest number of endings in all states, each counted in every state that includes it.
const MOST_ENDINGS: usize = 10_000;
/// The greatest number of changes of stems.
const MOST_CHANGES: usize = 1000;
/// The greatest number of letters of another way to type words.
const MOST_LETTERS: usize = 200;
/// The greatest number of changes that may fit one word. The matcher of names has a pattern for
/// each of them, for every name.
const MOST_CHANGES_OF_WORD: usize = 16;

impl Inflection {
    /// Reads the rules from the mapping at `endings` in a language file.
    pub fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Self {
        let mut rules = Self::default();
        let Some(mut fields) = Fields::of(node, "`endings`", problems) else { return rules };
        for entry in fields.take_map("classes") {
            let mut name = entry.key.chars();
            let (Some(class), None) = (name.next().filter(char::is_ascii_uppercase), name.next()) else {
                fields
                    .report(&code::BAD_VALUE, &entry.key_place, format!("`{}` is not the name of a class", entry.key))
                    .hint("a class of letters is named by one capital letter from A to Z");
                continue;
            };
            for letter in yaml::text(&entry.node, fields.problems()).unwrap_or_default().chars() {
                match rules.classes.insert(letter, class) {
                    _ if letter.is_uppercase() => {
                        _ = fields
                            .report(&code::BAD_VALUE, &entry.node.place, format!("`{letter}` is a capital letter"))
                            .hint("words are compared in small letters");
                    }
                    Some(other) if other != class => {
                        _ = fields
                            .report(
                                &code::BAD_VALUE,
                                &entry.node.place,
                                format!("the letter `{letter}` is in two classes, `{other}` and `{class}`"),
                            )
                            .hint("divide the classes so that each letter is in one; an ending may follow several classes");
                    }
                    _ => {}
                }
            }
        }
        rules.silent = fields.take_text("silent").unwrap_or_default();
        let harmonies = fields.take_list("harmony");
        if let Some(item) = harmonies.get(MOST_HARMONIES) {
            let message = format!("there are more than {MOST_HARMONIES} kinds of harmony");
            fields.report(&code::BAD_VALUE, &item.place, message).hint("endings with fewer spellings need fewer kinds");
        }
        for item in harmonies.iter().take(MOST_HARMONIES) {
            if let Some(mut harmony) = Fields::of(item, "a kind of harmony", fields.problems()) {
                let vowels = harmony.require_text("vowels").unwrap_or_default();
                rules.harmonies.push(Harmony { vowels, ends: harmony.take_texts("ends") });
                harmony.finish();
            }
        }
        for entry in fields.take_map("pairs") {
            let letters: Vec<char> = yaml::text(&entry.node, fields.problems()).unwrap_or_default().chars().collect();
            let mut name = entry.key.chars();
            match (name.next().filter(|c| c.is_uppercase()), name.next()) {
                (Some(name), None) if !letters.is_empty() && letters.len() == rules.harmonies.len() => {
                    rules.pairs.insert(name, letters);
                }
                _ => {
                    fields
                        .report(
                            &code::BAD_VALUE,
                            &entry.key_place,
                            format!("`{}` cannot stand for `{}`", entry.key, letters.iter().collect::<String>()),
                        )
                        .hint("one capital letter stands for as many letters as there are kinds of harmony");
                }
            }
        }
        rules.joins = fields.take_texts("joins");
        rules.acronym_joins = fields.take_texts("acronym_joins");
        rules.articles = fields.take_texts("articles");
        rules.read_states(&mut fields);
        fields.finish();
        rules
    }

    /// Returns a name without an article at its beginning.
    pub fn without_article<'n>(&self, name: &'n str) -> &'n str {
        let Some((first, rest)) = name.split_once(' ') else { return name };
        let is_article = self.articles.contains(&first.to_lowercase()) && rest.contains(char::is_alphanumeric);
        if is_article { rest } else { name }
    }

    /// Reads the states and the changes of stems.
    fn read_states(&mut self, fields: &mut Fields<'_, '_>) {
        let entries = fields.take_map("states");
        if let Some(first) = entries.first()
            && !entries.iter().any(|entry| entry.key == "stem")
        {
            fields
                .report(&code::BAD_VALUE, &first.key_place, "no state is called `stem`")
                .hint("words begin in the state `stem`; write `stem: []` if no ending follows an unchanged word");
        }
        if let Some(entry) = entries.get(MOST_STATES) {
            let message = format!("there are more than {MOST_STATES} states");
            fields.report(&code::BAD_VALUE, &entry.key_place, message).hint("states with the same endings can be one state");
        }
        let entries = &entries[..entries.len().min(MOST_STATES)];
        let mut names: Vec<&str> = vec!["stem"];
        names.extend(entries.iter().map(|entry| entry.key.as_str()).filter(|name| *name != "stem"));
        let number = |name: &str| names.iter().position(|it| *it == name);
        let mut written: Vec<Vec<Result<Ending, usize>>> = names.iter().map(|_| Vec::new()).collect();
        for entry in entries {
            let state = number(&entry.key).expect("all keys were collected");
            let items = match &entry.node.value {
                yaml::Value::List(items) => items.as_slice(),
                _ => std::slice::from_ref(&entry.node),
            };
            for item in items {
                let Some(text) = yaml::text(item, fields.problems()) else { continue };
                match self.ending(&text, &number) {
                    Ok(ending) => written[state].push(ending),
                    Err(message) => {
                        fields
                            .report(&code::BAD_VALUE, &item.place, message)
                            .hint("write the classes of the letter before it (or `*`), the ending, and the state that follows, if one does: `VGR лAр plural`; or `= plural` for all endings of another state");
                    }
                }
            }
        }
        let mut left = MOST_ENDINGS;
        self.states = (0..names.len()).map(|state| included(&written, state, &mut vec![false; names.len()], &mut left)).collect();
        if left == 0
            && let Some(first) = entries.first()
        {
            fields
                .report(&code::BAD_VALUE, &first.key_place, format!("there are more than {MOST_ENDINGS} endings"))
                .hint("endings that `=` takes from another state count again; use `pairs` and classes to write fewer");
        }
        self.read_changes(fields, &names);
        self.read_search(fields, &names);
    }

    /// Reads the rules that only the search follows.
    fn read_search(&mut self, fields: &mut Fields<'_, '_>, names: &[&str]) {
        let Some(node) = fields.take("search") else { return };
        let Some(mut search) = Fields::of(node, "`search`", fields.problems()) else { return };
        for (name, place) in search.take_placed_list("from") {
            match names.iter().position(|known| *known == name) {
                Some(state) => self.search.starts.push(state),
                None => report_unknown_state(&mut search, &name, &place, names),
            }
        }
        if let Some(shortest) = search.take_int("shortest") {
            self.search.shortest = usize::try_from(shortest).unwrap_or_default().max(1);
        }
        self.read_search_changes(&mut search, names);
        for entry in search.take_map("exceptions") {
            let stems = yaml::text(&entry.node, search.problems()).unwrap_or_default();
            self.search.exceptions.insert(entry.key.clone(), stems.split_whitespace().map(str::to_owned).collect());
        }
        for entry in search.take_map("spellings") {
            let Some(text) = yaml::text(&entry.node, search.problems()) else { continue };
            let mut letters = BTreeMap::new();
            for letter in text.split(" | ").take(MOST_LETTERS) {
                let mut parts = letter.split_whitespace().map(str::to_owned);
                if let Some(typed) = parts.next() {
                    letters.insert(typed, parts.collect());
                }
            }
            self.search.spellings.push(Spelling { name: entry.key.clone(), letters });
        }
        search.finish();
    }

    /// Reads the changes that only the search knows: per state, texts such as `VRу -, =go went`. A
    /// language has hundreds of them, and YAML takes ten times longer to read as mappings.
    fn read_search_changes(&mut self, search: &mut Fields<'_, '_>, names: &[&str]) {
        for entry in search.take_map("stems") {
            let Some(state) = names.iter().position(|name| *name == entry.key) else {
                report_unknown_state(search, &entry.key, &entry.key_place, names);
                continue;
            };
            for item in entry.node.items() {
                let Some(text) = yaml::text(item, search.problems()) else { continue };
                for change in text.split(',') {
                    let (text, is_whole) = change.trim().strip_prefix('=').map_or((change, false), |word| (word, true));
                    let parts: Vec<&str> = text.split_whitespace().collect();
                    let (ends, becomes, before) = match parts[..] {
                        [ends, becomes] if is_whole || self.is_pattern(ends) => (ends, becomes, ""),
                        [ends, becomes, before] if !is_whole && self.is_pattern(ends) => (ends, becomes, before),
                        _ => {
                            search
                                .report(&code::BAD_VALUE, &item.place, format!("`{}` is no change of a stem", change.trim()))
                                .hint("write the end of the word and the new end, `-` for none: `Vбу п`; the first letters of the endings, if only some follow: `Vбу п тқ`; for a single word `=go went`");
                            continue;
                        }
                    };
                    if self.search.changes.len() == MOST_CHANGES {
                        search
                            .report(&code::BAD_VALUE, &item.place, format!("there are more than {MOST_CHANGES} changes of stems"))
                            .hint("remove those of single words, which a search finds in the form that a reader types");
                        return;
                    }
                    let becomes = Some(if becomes == "-" { String::new() } else { becomes.to_owned() });
                    let (ends, before) = (ends.to_owned(), before.to_owned());
                    self.search.changes.push(StemChange { ends, becomes, is_whole, before, state });
                }
            }
        }
    }

    /// Reads the changes of stems.
    fn read_changes(&mut self, fields: &mut Fields<'_, '_>, names: &[&str]) {
        let number = |name: &str| names.iter().position(|it| *it == name);
        let items = fields.take_list("stems");
        if let Some(item) = items.get(MOST_CHANGES) {
            fields
                .report(&code::BAD_VALUE, &item.place, format!("there are more than {MOST_CHANGES} changes of stems"))
                .hint("write irregular forms of single names into `stems` of the terms");
        }
        let mut changes = Vec::new();
        for item in items.iter().take(MOST_CHANGES) {
            let Some(mut change) = Fields::of(item, "a change of a stem", fields.problems()) else { continue };
            let (ends, word) = (change.take_text("ends"), change.take_text("word"));
            let is_whole = word.is_some();
            let becomes = change.take_text("becomes");
            let (before, never) = (change.take_text("before"), change.take_text("never_before"));
            let state = match change.take_placed("then") {
                None => STEM,
                Some((then, place)) => number(&then).unwrap_or_else(|| {
                    report_unknown_state(&mut change, &then, &place, names);
                    STEM
                }),
            };
            let place = item.place.clone();
            match (ends, word) {
                (Some(ends), None) if !self.is_pattern(&ends) => {
                    change
                        .report(&code::BAD_VALUE, &place, format!("`{ends}` cannot be the end of a word"))
                        .hint("write small letters; before them, and nowhere else, capital letters may stand for classes");
                }
                (Some(ends), None) | (None, Some(ends)) if becomes.is_some() != never.is_some() => {
                    let before = never.or(before).unwrap_or_default();
                    changes.push((StemChange { ends, becomes, is_whole, before, state }, place));
                }
                _ => {
                    change.report(&code::BAD_VALUE, &place, "this change of a stem is not complete").hint(
                        "write `ends` or `word`; `becomes` with `before` and `then` if needed, or `never_before`; `then` names a state",
                    );
                }
            }
            change.finish();
        }
        self.limit_changes(&mut changes, fields);
        self.changes.extend(changes.into_iter().map(|(change, _)| change));
    }

    /// Removes changes that fit a word which has too many others, and reports the first of them.
    fn limit_changes(&self, changes: &mut Vec<(StemChange, Place)>, fields: &mut Fields<'_, '_>) {
        // All changes of a word fit the longest one of them.
        let mut by_length: Vec<usize> = (0..changes.len()).collect();
        by_length.sort_by_key(|&at| changes[at].0.ends.chars().count());
        let (mut kept, mut refused) = (Vec::new(), Vec::new());
        for at in by_length {
            let fitting = kept.iter().filter(|&&shorter: &&usize| self.fit_one_word(&changes[shorter].0, &changes[at].0)).count();
            if fitting < MOST_CHANGES_OF_WORD { &mut kept } else { &mut refused }.push(at);
        }
        if let Some(&first) = refused.iter().min() {
            let (change, place) = &changes[first];
            let message = format!("more than {MOST_CHANGES_OF_WORD} changes of stems fit a word that ends in `{}`", change.ends);
            fields
                .report(&code::BAD_VALUE, place, message)
                .hint("remove some of them; write irregular forms of single names into `stems` of the terms");
        }
        let mut at = 0;
        changes.retain(|_| {
            at += 1;
            !refused.contains(&(at - 1))
        });
    }

    /// Returns true if two changes may fit the same word, of which the first has the shorter end.
    fn fit_one_word(&self, shorter: &StemChange, longer: &StemChange) -> bool {
        let is_one = |(a, b): (char, char)| match (a.is_ascii_uppercase(), b.is_ascii_uppercase()) {
            (true, false) => self.classes.get(&b) == Some(&a),
            (false, true) => self.classes.get(&a) == Some(&b),
            _ => a == b,
        };
        let is_end = || shorter.ends.chars().rev().zip(longer.ends.chars().rev()).all(is_one);
        if shorter.is_whole { longer.is_whole && shorter.ends == longer.ends } else { is_end() }
    }

    /// Returns true if a text can be the end that a change replaces: classes, then small letters.
    fn is_pattern(&self, ends: &str) -> bool {
        let letters = ends.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let classes = &ends[..ends.len() - letters.len()];
        classes.chars().all(|class| self.has_class(class)) && !letters.contains(char::is_uppercase)
    }

    fn has_class(&self, class: char) -> bool {
        self.classes.values().any(|known| *known == class)
    }

    /// Reads an ending: `VGR лAр plural`; or the number of a state that is included: `= plural`.
    /// Returns the message if it is wrong.
    fn ending(&self, text: &str, number: &dyn Fn(&str) -> Option<usize>) -> Result<Result<Ending, usize>, String> {
        let state = |name: &str| number(name).ok_or_else(|| format!("no state is called `{name}`"));
        let parts: Vec<&str> = text.split_whitespace().collect();
        let (after, pattern, next) = match parts[..] {
            ["=", name] => return Ok(Err(state(name)?)),
            [after, pattern] => (after, pattern, None),
            [after, pattern, next] => (after, pattern, Some(state(next)?)),
            _ => return Err(format!("`{text}` is no ending")),
        };
        let after = if after == "*" { "" } else { after };
        if let Some(class) = after.chars().find(|class| !self.has_class(*class)) {
            return Err(format!("no class of letters is called `{class}`"));
        }
        if let Some(capital) = pattern.chars().find(|c| c.is_uppercase() && !self.pairs.contains_key(c)) {
            return Err(format!("`pairs` has no letters for `{capital}`"));
        }
        let kinds = if pattern.chars().any(|c| self.pairs.contains_key(&c)) { self.harmonies.len() } else { 1 };
        let spelling = |kind: usize| pattern.chars().map(|c| self.pairs.get(&c).map_or(c, |letters| letters[kind])).collect();
        Ok(Ok(Ending { after: after.to_owned(), spellings: (0..kinds).map(spelling).collect(), next }))
    }

    /// Returns the spellings that a word, in small letters, can have before endings. An acronym has
    /// one. None is empty.
    pub fn surfaces(&self, word: &str, is_acronym: bool) -> Vec<Surface> {
        let surface = |text: &str, state, before: &str, is_form| Surface {
            text: text.to_owned(),
            state,
            before: before.to_owned(),
            never_before: String::new(),
            is_alone: false,
            is_acronym,
            is_form,
        };
        let mut own = surface(word, STEM, "", true);
        if is_acronym {
            return vec![own];
        }
        let mut changed = Vec::new();
        for change in &self.changes {
            let Some(kept) = self.without_end(word, change) else { continue };
            match &change.becomes {
                Some(end) => changed.push(surface(&format!("{kept}{end}"), change.state, &change.before, false)),
                None if change.before.is_empty() => own.is_alone = true,
                None => own.never_before.push_str(&change.before),
            }
        }
        changed.insert(0, own);
        changed.retain(|surface| !surface.text.is_empty());
        changed
    }

    /// Returns a word without the end that a change replaces.
    fn without_end<'w>(&self, word: &'w str, change: &StemChange) -> Option<&'w str> {
        if change.is_whole {
            return (word == change.ends).then_some("");
        }
        // A class at the beginning of the pattern is a condition; it stays.
        let mut rest = word;
        let mut kept = word;
        for end in change.ends.chars().rev() {
            let last = rest.chars().next_back()?;
            rest = &rest[..rest.len() - last.len_utf8()];
            if end.is_ascii_uppercase() {
                (self.classes.get(&last) == Some(&end)).then_some(())?;
            } else {
                (last == end).then_some(())?;
                kept = rest;
            }
        }
        Some(kept)
    }

    /// Finds the forms of a word in a text of small letters: the word's surface is
    /// `text[start..end]`. Returns the position after each form, in no order.
    pub fn ends(&self, text: &str, start: usize, end: usize, surface: &Surface, found: &mut Vec<usize>) {
        if surface.is_form {
            found.push(end);
        }
        let rest = &text[end..];
        let joins = if surface.is_acronym { &self.acronym_joins } else { &self.joins };
        let nothing = (!surface.is_acronym).then_some("");
        for join in joins.iter().map(String::as_str).chain(nothing) {
            let Some(behind) = rest.strip_prefix(join) else { continue };
            if !behind.chars().next().is_some_and(|first| surface.may_precede(first)) {
                continue;
            }
            let stem = if surface.is_acronym { None } else { Some(&text[start..end]) };
            self.follow(text, start, end + join.len(), stem, surface.state, found);
        }
    }

    /// Follows the endings of a state from a position. `stem` is the text that decides about class
    /// and harmony of the first one; `None` for an acronym, after which any ending may stand.
    ///
    /// Each length of chains has the set of states and positions that it reaches, so the time does
    /// not grow with the number of ways to the same position.
    fn follow(&self, text: &str, start: usize, at: usize, stem: Option<&str>, state: usize, found: &mut Vec<usize>) {
        let mut reached = vec![(state, at)];
        for length in 0..LONGEST_CHAIN {
            let mut next_reached = Vec::new();
            for (state, at) in reached {
                let Some(endings) = self.states.get(state) else { continue };
                let word = if length == 0 { stem } else { Some(&text[start..at]) };
                for (spelling, next) in self.fitting(word, endings) {
                    if text[at..].starts_with(spelling) {
                        found.push(at + spelling.len());
                        next_reached.extend(next.map(|next| (next, at + spelling.len())));
                    }
                }
            }
            next_reached.sort_unstable();
            next_reached.dedup();
            reached = next_reached;
        }
    }

    /// Returns the text behind the hyphen, or the like, that joins an acronym to its ending.
    pub fn behind_acronym_join<'t>(&self, rest: &'t str) -> Option<&'t str> {
        let joins = self.acronym_joins.iter().filter(|join| !join.is_empty());
        joins.filter_map(|join| rest.strip_prefix(join.as_str())).next()
    }

    /// Returns the spellings of those endings that may follow a word, with the state after each.
    fn fitting<'e>(&self, word: Option<&str>, endings: &'e [Ending]) -> impl Iterator<Item = (&'e str, Option<usize>)> + use<'e> {
        let class = word.map(|word| self.class(word));
        let kinds = word.map_or(u32::MAX, |word| self.harmony(word));
        let may_follow = move |ending: &&Ending| {
            ending.after.is_empty() || class.is_none_or(|class| class.is_some_and(|class| ending.after.contains(class)))
        };
        endings.iter().filter(may_follow).flat_map(move |ending| {
            let is_single = ending.spellings.len() == 1;
            let spellings = ending.spellings.iter().enumerate();
            spellings.filter(move |(kind, _)| is_single || kinds & 1 << kind != 0).map(|(_, it)| (it.as_str(), ending.next))
        })
    }

    /// Returns the class of a word's last letter that counts.
    fn class(&self, word: &str) -> Option<char> {
        let last = word.chars().rev().find(|c| !self.silent.contains(*c))?;
        self.classes.get(&last).copied()
    }

    /// Returns the kinds of harmony that may follow a word, as bits.
    fn harmony(&self, word: &str) -> u32 {
        let bit =
            |kinds: &mut dyn Iterator<Item = (usize, bool)>| kinds.fold(0, |bits, (kind, has)| bits | u32::from(has) << kind);
        let by_end = bit(&mut self.harmonies.iter().map(|it| it.ends.iter().any(|end| word.ends_with(end.as_str()))).enumerate());
        if by_end != 0 {
            return by_end;
        }
        let has = |c: char| bit(&mut self.harmonies.iter().map(|it| it.vowels.contains(c)).enumerate());
        // A word without vowels may have either harmony.
        word.chars().rev().map(has).find(|kinds| *kinds != 0).unwrap_or(u32::MAX)
    }

    /// Returns all forms of a word, in small letters, with at most so many endings.
    pub fn forms(&self, word: &str, is_acronym: bool, endings: usize) -> Vec<String> {
        let mut forms = Vec::new();
        for surface in self.surfaces(word, is_acronym) {
            if surface.is_form {
                forms.push(surface.text.clone());
            }
            let joins = if is_acronym { &self.acronym_joins } else { &self.joins };
            let nothing = (!is_acronym).then(String::new);
            for join in joins.iter().chain(nothing.as_ref()) {
                let stem = (!is_acronym).then_some(surface.text.as_str());
                let mut written = Vec::new();
                let Some(states) = self.states.get(surface.state) else { continue };
                self.spell(&format!("{}{join}", surface.text), stem, states, endings, &mut written);
                forms.extend(written.into_iter().filter(|form| {
                    let first = form[surface.text.len() + join.len()..].chars().next();
                    first.is_some_and(|first| surface.may_precede(first))
                }));
            }
        }
        forms.sort();
        forms.dedup();
        forms
    }

    fn spell(&self, written: &str, word: Option<&str>, endings: &[Ending], left: usize, forms: &mut Vec<String>) {
        if left == 0 {
            return;
        }
        for (spelling, next) in self.fitting(word, endings) {
            let form = format!("{written}{spelling}");
            if let Some(next) = next {
                self.spell(&form, Some(&form), &self.states[next], left - 1, forms);
            }
            forms.push(form);
        }
    }

    /// Returns true if the language has no rules.
    pub fn is_empty(&self) -> bool {
        self.states.iter().all(Vec::is_empty)
    }
}

/// Reports the name of a state that does not exist.
fn report_unknown_state(fields: &mut Fields<'_, '_>, name: &str, place: &Place, names: &[&str]) {
    let hint = suggest::did_you_mean(name, names.iter().copied());
    let hint = hint.unwrap_or_else(|| format!("the states are: {}", names.join(", ")));
    fields.report(&code::BAD_VALUE, place, format!("no state is called `{name}`")).hint(hint);
}

/// Returns the endings of a state with those of the states that it includes. `left` is the number
/// of endings that the language may still have.
fn included(written: &[Vec<Result<Ending, usize>>], state: usize, seen: &mut [bool], left: &mut usize) -> Vec<Ending> {
    let (mut endings, mut waiting) = (Vec::new(), vec![written[state].iter()]);
    seen[state] = true;
    while let Some(own) = waiting.last_mut() {
        match own.next() {
            None => _ = waiting.pop(),
            Some(_) if *left == 0 => break,
            Some(Ok(ending)) => {
                *left -= 1;
                endings.push(ending.clone());
            }
            Some(Err(other)) if !std::mem::replace(&mut seen[*other], true) => waiting.push(written[*other].iter()),
            Some(Err(_)) => {}
        }
    }
    endings
}
