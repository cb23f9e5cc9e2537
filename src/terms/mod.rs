//! Mentions of terms in the texts of a site.
//!
//! [`crate::model::Glossary`] has the terms as data. [`Matcher`] finds their names in a text.

mod matcher;

pub use matcher::{Hit, Matcher};
