//! Tilmash.
pub mod base;
pub mod model;
