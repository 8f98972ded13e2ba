//! What keeps two leaders apart whatever became of their locks.
//!
//! One entry of the database holds the token of whoever leads. Taking the lead writes a
//! new one before anything is read, and every write looks at it in its own transaction:
//! a leader that was replaced while it hung, slept or was thought dead can never again
//! write, and what was not written is never sent or shown. So a ratchet cannot go on in
//! two places.

use super::connection::Connection;
use super::schema::{FENCE, FENCE_ENTRY};
use super::transaction::StrictWrite;
use std::cell::RefCell;
use zajil_core::store::StoreError;

/// No two leaders draw the same.
type Token = [u8; 16];

/// What the entry must be for our writes to count.
#[derive(Debug)]
pub(super) struct Fence {
    expected: RefCell<Option<Token>>,
}

impl Fence {
    /// Takes the lead. Durable when it returns.
    ///
    /// A full disk takes no new entry. Then the old one is removed, which asks for no
    /// room and stops its owner's writes just as well; ours comes with the first write
    /// that succeeds.
    pub async fn take(connection: &Connection) -> Result<Self, StoreError> {
        let token = draw()?;
        let put = StrictWrite::begin(connection.database(), &[FENCE])?;
        let outcome = match put.put(FENCE, FENCE_ENTRY, &token) {
            Ok(()) => put.finish().await,
            Err(error) => Err(error),
        };
        let expected = match outcome {
            Ok(()) => Some(token),
            Err(StoreError::Full) => {
                let remove = StrictWrite::begin(connection.database(), &[FENCE])?;
                remove.delete(FENCE, FENCE_ENTRY)?;
                remove.finish().await?;
                None
            }
            Err(error) => return Err(error),
        };
        Ok(Self { expected: RefCell::new(expected) })
    }

    /// Begins a write that changes nothing unless we still lead when it is made.
    pub fn begin(
        &self,
        connection: &Connection,
        tables: &[&str],
    ) -> Result<GuardedWrite<'_>, StoreError> {
        let tables: Vec<&str> = tables.iter().copied().chain([FENCE]).collect();
        let mut write = StrictWrite::begin(connection.database(), &tables)?;
        let expected = *self.expected.borrow();
        write.require(FENCE, FENCE_ENTRY, expected.as_ref().map(Token::as_slice))?;
        let fresh = match expected {
            Some(_) => None,
            None => Some(draw()?),
        };
        if let Some(token) = &fresh {
            write.put(FENCE, FENCE_ENTRY, token)?;
        }
        Ok(GuardedWrite { fence: self, fresh, write })
    }
}

/// A write under way; see [`StrictWrite`].
pub(super) struct GuardedWrite<'a> {
    fence: &'a Fence,
    fresh: Option<Token>,
    pub write: StrictWrite,
}

impl GuardedWrite<'_> {
    /// Waits until everything is on the disk, or none of it is.
    pub async fn finish(self) -> Result<(), StoreError> {
        self.write.finish().await?;
        if self.fresh.is_some() {
            *self.fence.expected.borrow_mut() = self.fresh;
        }
        Ok(())
    }
}

fn draw() -> Result<Token, StoreError> {
    let mut token = Token::default();
    getrandom04::fill(&mut token).map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(token)
}
