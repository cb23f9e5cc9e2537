//! The words that make a number of four digits a year, as data of a language.

use crate::base::{
    Diagnostic,
    yaml::{Fields, Node},
};

/// Words around a year, in small letters. A final `*` stands for any ending.
///
/// ```text
/// English   before: in     in 1995
/// Kazakh    after: жылы    1995 жылы
/// Turkish   endings: te    1995'te
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Years {
    /// Words that stand before a year, one or several: `in`, `end of`.
    pub before: Vec<String>,
    /// Words that follow a year.
    pub after: Vec<String>,
    /// Words that follow the last of several years; behind one year they name a decade: `жылдары`.
    pub after_several: Vec<String>,
    /// Endings that an apostrophe or a hyphen joins to a year.
    pub endings: Vec<String>,
    /// Words that follow a number which is no year: `tonnes`.
    pub never_before: Vec<String>,
    /// Words that stand before a number which is no year: `page`.
    pub never_after: Vec<String>,
    /// Words before a year, words after it and its endings, that begin a time between two dates.
    pub from: Vec<String>,
    /// Words that stand between the two dates, or after the second one.
    pub to: Vec<String>,
    /// Words between the parts of a date: `of` in `21st of December`.
    pub of: Vec<String>,
    /// Words that join two dates of a list: `and`.
    pub lists: Vec<String>,
}

impl Years {
    /// Reads the key `years` of a language file.
    pub fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Self {
        let Some(mut fields) = Fields::of(node, "`years`", problems) else { return Self::default() };
        let years = Self {
            before: fields.take_texts("before"),
            after: fields.take_texts("after"),
            after_several: fields.take_texts("after_several"),
            endings: fields.take_texts("endings"),
            never_before: fields.take_texts("never_before"),
            never_after: fields.take_texts("never_after"),
            from: fields.take_texts("from"),
            to: fields.take_texts("to"),
            of: fields.take_texts("of"),
            lists: fields.take_texts("lists"),
        };
        fields.finish();
        years
    }
}
