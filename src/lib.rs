//! Tilmash.
pub mod base;
