//! Prose as programs read it: words, numbers, scripts of letters, and dates.
//!
//! The text has no markup here: the callers blank it or leave it out. [`dates`] finds the complete
//! dates, which lead to the timeline. The checks of translations compare
//! [`month::month_dates`], in which the year may be missing. The words that make a number a year
//! are data of a language ([`DateRules`]).

pub mod date;
mod joint;
mod letters;
pub mod month;
mod rules;
mod tokens;
mod year;

pub use date::{Dated, dates};
pub use letters::{Scripts, script};
pub use rules::DateRules;
pub use tokens::{Token, Words, tokens};
