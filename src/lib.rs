//! Tilmash.
pub mod base;
pub mod load;
pub mod model;
