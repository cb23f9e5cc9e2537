//! The lowest layer: places in files, problems as values, YAML with places, and small pure tools.
//!
//! Nothing here knows about sites. Every other layer may use this one.

pub mod code;
pub mod diagnostic;
pub mod failure;
pub mod hash;
pub mod path;
pub mod place;
pub mod problems;
pub mod shared;
pub mod suggest;
pub mod text;
pub mod visible;
pub mod xml;
pub mod yaml;

pub use code::Code;
pub use diagnostic::{Diagnostic, Severity};
pub use failure::Failure;
pub use hash::Digest;
pub use place::Place;
pub use problems::Problems;
pub use shared::SharedMap;
