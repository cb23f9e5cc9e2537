//! Tilmash.
pub mod base;
pub mod check;
pub mod link;
pub mod load;
pub mod model;
pub mod split;
