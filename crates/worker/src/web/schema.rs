//! The database's name, version and tables.

use super::migrations::STEPS;
use rexie::{Rexie, RexieBuilder};

/// One database an account; there is one account so far.
pub const FIRST_ACCOUNT: &str = "zajil-1";

/// The table that holds the vault and nothing else.
pub const VAULT: &str = "vault";

/// The key of its one entry.
pub const VAULT_ENTRY: &[u8] = b"vault";

/// The table that holds the fence and nothing else.
pub const FENCE: &str = "fence";

/// The key of the entry that says who leads.
pub const FENCE_ENTRY: &[u8] = b"leader";

/// The key of the entry that says which block of tickets is being torn off.
pub const FENCE_BLOCK: &[u8] = b"tickets";

/// Opens a database of this name in its newest form, making or raising it as needed.
pub fn builder(name: &str) -> RexieBuilder {
    let version = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
    STEPS.iter().fold(Rexie::builder(name).version(version), |builder, step| step(builder))
}
