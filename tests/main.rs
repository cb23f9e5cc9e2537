//! All tests of the program, in one binary: it is linked once, and its tests share all cores.
//!
//! Each file is a module here. `cargo test --test all cases::` runs the tests of `cases.rs`. Only
//! two files are binaries of their own, listed in `Cargo.toml`: `fuzz.rs`, which the published
//! package lacks, and `browser.rs`.
#![expect(clippy::print_stdout, reason = "measured values are printed")]

mod common;

mod book;
mod cases;
mod cli;
mod commonmark;
mod dates;
mod docs;
mod edits;
mod equal;
mod exchange;
mod external;
mod git;
mod growth;
mod hostile;
mod inflection;
mod laws;
mod layers;
mod linear;
mod mv;
mod parity;
mod publish;
mod reading;
mod search;
mod security;
mod serve;
mod serve_hostile;
mod split;
mod sync;
mod terminal;
mod terms;
