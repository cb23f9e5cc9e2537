//! The project's terms as types: languages, the site's configuration, keys of works, front matter,
//! segment ids, locks.
//!
//! This layer has values only, most of them read from YAML, checked and typed. Finding files and
//! relating works to each other is left to later layers.

pub mod config;
pub mod front;
pub mod inflection;
pub mod key;
pub mod language;
pub mod limits;
pub mod lock;
pub mod row;
pub mod segment;
pub mod term;
pub mod years;

pub use config::Config;
pub use front::FrontMatter;
pub use inflection::Inflection;
pub use key::{EditionName, Key};
pub use language::{Fonts, LangId, Language, LanguagePack};
pub use limits::{Limit, Limits};
pub use lock::{Lock, TextDigest, Unit};
pub use segment::{Label, LanguageTag, SegmentId, SegmentIndex};
pub use term::{Glossary, Term, TermId, TermNames};
pub use years::Years;
