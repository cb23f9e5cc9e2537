//! Checks of translations against their source.
//!
//! [`parity`] compares two sentences, [`sentences`] runs it on a site, and [`drift`] reports
//! sentences that changed, are missing or are extra. `terms` checks the marks that suppress terms.
//! [`crate::check`] calls them and runs all other checks.

pub mod drift;
pub mod parity;
pub mod sentences;
pub(crate) mod terms;
