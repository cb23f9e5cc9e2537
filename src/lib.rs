//! Tilmash.
pub mod base;
pub mod check;
pub mod cli;
pub mod emit;
pub mod link;
pub mod load;
pub mod model;
pub mod output;
pub mod parse;
pub mod project;
pub mod render;
pub mod site;
pub mod split;
