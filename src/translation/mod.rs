//! Everything that exists because a work has translations: ids, rows, status, checks, exchange.
//!
//! The modules are layers of their own, since the index of the site lies between them:
//!
//! * [`ids`] gives each line of an edition its id and aligns the lines of two editions. Parsing
//!   uses it.
//! * [`rows`] pairs the blocks of two editions, and [`status`] compares a translation with its
//!   source. The index of the site uses both.
//! * [`pending`] lists the sentences that need work, [`sync`] computes new lock contents,
//!   [`checks`] reports faults of translations, and [`exchange`] reads and writes the files of
//!   translators' tools. All four use the index.

pub mod checks;
pub mod exchange;
pub mod ids;
pub mod pending;
pub mod rows;
pub mod status;
pub mod sync;
