//! Scripts of letters, by the Unicode property `Script`.

use icu_properties::props::Script;
use icu_properties::{CodePointMapData, PropertyNamesLong};

/// A set of `SCRIPTS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scripts(u32);

/// The scripts in wide modern use, in the order of their bits: those that UAX #31 recommends for
/// names. The first three have letters that look alike.
#[rustfmt::skip]
const SCRIPTS: [Script; 29] = {
    use Script as S;
    [
        S::Latin, S::Cyrillic, S::Greek, S::Arabic, S::Armenian, S::Bengali, S::Bopomofo, S::Devanagari, S::Ethiopic,
        S::Georgian, S::Gujarati, S::Gurmukhi, S::Han, S::Hangul, S::Hebrew, S::Hiragana, S::Kannada, S::Katakana,
        S::Khmer, S::Lao, S::Malayalam, S::Myanmar, S::Oriya, S::Sinhala, S::Tamil, S::Telugu, S::Thaana, S::Thai,
        S::Tibetan,
    ]
};

impl Scripts {
    pub const NONE: Self = Self(0);
    pub const LATIN: Self = Self(1);
    pub const CYRILLIC: Self = Self(2);
    pub const GREEK: Self = Self(4);

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the position of its first script in `SCRIPTS`.
    pub fn first(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// Returns the scripts of a text's letters.
    pub fn of(text: &str) -> Self {
        text.chars().filter(|c| c.is_alphabetic()).fold(Self::NONE, |scripts, c| scripts.with(script(c)))
    }

    pub fn name(self) -> &'static str {
        let script = SCRIPTS.get(self.first());
        script.and_then(|script| PropertyNamesLong::new().get(*script)).unwrap_or("another")
    }
}

/// Returns the script of a letter. The set is empty for a letter that occurs in texts of any
/// script, and for a script that is not told apart.
pub fn script(c: char) -> Scripts {
    let script = CodePointMapData::<Script>::new().get(c);
    SCRIPTS.iter().position(|it| *it == script).map_or(Scripts::NONE, |index| Scripts(1 << index))
}
