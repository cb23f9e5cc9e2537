//! The rules of a language for dates, prepared once from its file.

use super::tokens::Words;
use crate::model::LanguagePack;

/// Names of months, and the words that make a number a year.
#[derive(Debug, Default)]
pub struct DateRules {
    /// Forms of the names of months, such as `May` and the abbreviation `Jan`.
    months: Vec<MonthForm>,
    /// Words between the parts of a date: `of` in `21st of December`.
    of: Phrases,
    pub(super) before: Phrases,
    pub(super) after: Phrases,
    pub(super) after_several: Phrases,
    pub(super) endings: Phrases,
    pub(super) never_before: Phrases,
    pub(super) never_after: Phrases,
    pub(super) from: Phrases,
    pub(super) to: Phrases,
    pub(super) lists: Phrases,
    /// True if the language's file has words that mark years.
    pub(super) has_years: bool,
}

/// One form of a month's name.
#[derive(Debug)]
struct MonthForm {
    form: Form,
    /// True if it is written with a capital letter, which tells `May` and `March` from common
    /// words.
    capital: bool,
    month: u32,
}

/// A word in small letters.
#[derive(Debug)]
struct Form {
    text: String,
    /// True if letters may follow it.
    open: bool,
}

impl Form {
    fn of(form: &str) -> Self {
        let (text, open) = form.strip_suffix('*').map_or((form, false), |stem| (stem, true));
        Self { text: text.to_lowercase(), open }
    }

    /// Returns true if a word in small letters has this form.
    fn fits(&self, word: &str) -> bool {
        if self.open { word.starts_with(&self.text) } else { word == self.text }
    }
}

/// Expressions of one or several words.
#[derive(Debug, Default)]
pub(super) struct Phrases(Vec<Vec<Form>>);

impl Phrases {
    fn of(phrases: &[String]) -> Self {
        let words = |phrase: &String| phrase.split_whitespace().map(Form::of).collect::<Vec<_>>();
        Self(phrases.iter().map(words).filter(|words| !words.is_empty()).collect())
    }

    /// Returns true if one of the expressions begins with a token.
    pub(super) fn begin_at(&self, words: Words<'_>, token: usize) -> bool {
        self.0.iter().any(|phrase| token + phrase.len() <= words.tokens.len() && stand_at(phrase, words, token))
    }

    /// Returns true if one of the expressions ends with a token.
    pub(super) fn end_at(&self, words: Words<'_>, token: usize) -> bool {
        self.0.iter().any(|phrase| phrase.len() <= token + 1 && stand_at(phrase, words, token + 1 - phrase.len()))
    }
}

/// Returns true if the words of an expression stand in the text from a token on, with only spaces
/// between them.
fn stand_at(phrase: &[Form], words: Words<'_>, first: usize) -> bool {
    (first..).zip(phrase).all(|(token, form)| {
        let is_near = token == first || words.gap(token - 1).chars().all(char::is_whitespace);
        is_near && form.fits(&words.word(&words.tokens[token]).to_lowercase())
    })
}

impl DateRules {
    /// Prepares the rules of a language.
    pub fn of(pack: &LanguagePack) -> Self {
        let mut months = Vec::new();
        if !pack.borrowed.months {
            let plain = pack.months.iter().map(std::slice::from_ref);
            let forms = pack.month_forms.iter().map(Vec::as_slice);
            for (month, forms) in (1..).zip(plain).chain((1..).zip(forms)) {
                months.extend(forms.iter().map(|form| MonthForm {
                    capital: form.starts_with(char::is_uppercase),
                    form: Form::of(form),
                    month,
                }));
            }
        }
        let years = &pack.years;
        Self {
            months,
            of: Phrases::of(&years.of),
            before: Phrases::of(&years.before),
            after: Phrases::of(&years.after),
            after_several: Phrases::of(&years.after_several),
            endings: Phrases::of(&years.endings),
            never_before: Phrases::of(&years.never_before),
            never_after: Phrases::of(&years.never_after),
            from: Phrases::of(&years.from),
            to: Phrases::of(&years.to),
            lists: Phrases::of(&years.lists),
            has_years: !years.before.is_empty() || !years.after.is_empty() || !years.endings.is_empty(),
        }
    }

    /// Returns true if a word may stand between the parts of a date.
    pub(super) fn marks(&self, words: Words<'_>, token: usize) -> bool {
        self.of.begin_at(words, token) || self.after.begin_at(words, token)
    }

    /// Returns the month that a word names.
    pub(super) fn month(&self, word: &str) -> Option<u32> {
        self.month_form(word).map(|it| it.month)
    }

    /// Returns true if a word names a month and has a capital letter, although the language's
    /// months have small ones.
    pub(super) fn is_month_with_odd_capital(&self, word: &str) -> bool {
        word.starts_with(char::is_uppercase) && self.month_form(word).is_some_and(|it| !it.capital)
    }

    fn month_form(&self, word: &str) -> Option<&MonthForm> {
        let capital = word.starts_with(char::is_uppercase);
        let word = word.to_lowercase();
        self.months.iter().find(|it| (capital || !it.capital) && it.form.fits(&word))
    }
}
