//! The lowest layer: places in files, problems as values, YAML with places, and small pure tools.
//!
//! Nothing here knows about sites. Every other layer may use this one.

pub mod code;
pub mod diagnostic;
pub mod diff;
pub mod failure;
pub mod hash;
pub mod index;
mod list;
pub mod path;
pub mod place;
pub mod problems;
pub mod shared;
mod space;
pub mod suggest;
pub mod visible;
pub mod xml;
pub mod yaml;

pub use code::Code;
pub use diagnostic::{Diagnostic, Report, SAVE_AS_UTF8, Severity};
pub use failure::Failure;
pub use hash::Digest;
pub(crate) use index::position;
pub use index::{Idx, IndexRange, IndexVec};
pub use list::listed;
pub use place::{LineIndex, Place, Position};
pub use problems::Problems;
pub use shared::SharedMap;
pub use space::{fold, fold_all, is_space};
