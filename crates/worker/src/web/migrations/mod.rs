//! How the database came to look as it does: one file a step, never changed once released.
//!
//! The steps are always applied from the first to the last, because rexie takes what is
//! not described to it for something to delete. What is in the rows is sealed; changing
//! that is the engine's business.

mod v1_tables;
mod v2_fence;

use rexie::RexieBuilder;

type Step = fn(RexieBuilder) -> RexieBuilder;

/// The database's version is the number of its steps.
pub(super) const STEPS: &[Step] = &[v1_tables::apply, v2_fence::apply];
