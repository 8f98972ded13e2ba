//! What keeps two leaders apart whatever became of their locks.
//!
//! One entry of the database holds the token of whoever leads. Taking the lead writes a
//! new one before anything is read, and every write looks at it in its own transaction:
//! a leader that was replaced while it hung, slept or was thought dead can never again
//! write, and what was not written is never sent or shown. So a ratchet cannot go on in
//! two places.

use super::connection::Connection;
use super::schema::{FENCE, FENCE_BLOCK, FENCE_ENTRY};
use super::transaction::StrictWrite;
use js_sys::Uint8Array;
use std::cell::Cell;
use zajil_core::store::StoreError;

/// No two leaders draw the same.
type Token = [u8; 16];

/// On a full disk the lead can be taken so many times before there must be room again.
const TICKETS: u8 = 16;

/// What shows that the lead is ours.
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// The entry holds this.
    Token(Token),
    /// There is no entry, and this ticket was the last to be torn off, of the block that was
    /// written with this token. Earlier versions noted no block.
    Ticket(u8, Option<Token>),
}

/// What must be so for our writes to count.
#[derive(Debug, Default)]
pub(super) struct Fence {
    /// None before the lead was taken: no write counts.
    mark: Cell<Option<Mark>>,
}

impl Fence {
    /// Takes the lead. Durable when it returns.
    ///
    /// A full disk takes no new entry. Then the old one is removed and a ticket torn off,
    /// which asks for no room and stops every other leader's writes just as well; our token
    /// comes with the first write that succeeds.
    pub async fn take(&self, connection: &Connection) -> Result<(), StoreError> {
        let token = draw()?;
        let mark = match put_alone(connection, &token).await {
            Ok(()) => Mark::Token(token),
            Err(StoreError::Full) => tear_off(connection).await?,
            Err(error) => return Err(error),
        };
        self.mark.set(Some(mark));
        Ok(())
    }

    /// Begins a write that changes nothing unless we still lead when it is made.
    pub fn begin(
        &self,
        connection: &Connection,
        tables: &[&str],
    ) -> Result<GuardedWrite<'_>, StoreError> {
        let Some(mark) = self.mark.get() else { return Err(StoreError::Fenced) };
        let tables: Vec<&str> = tables.iter().copied().chain([FENCE]).collect();
        let mut write = StrictWrite::begin(connection.database(), &tables)?;
        let fresh = match mark {
            Mark::Token(token) => {
                write.require(FENCE, FENCE_ENTRY, Some(&token))?;
                None
            }
            Mark::Ticket(number, block) => {
                write.require(FENCE, FENCE_ENTRY, None)?;
                write.require(FENCE, FENCE_BLOCK, block.as_ref().map(<[u8; 16]>::as_slice))?;
                if number + 1 < TICKETS {
                    write.require(FENCE, &[number + 1], Some(&[]))?;
                }
                let token = draw()?;
                put(&write, &token)?;
                Some(Mark::Token(token))
            }
        };
        Ok(GuardedWrite { fence: self, fresh, write })
    }
}

async fn put_alone(connection: &Connection, token: &Token) -> Result<(), StoreError> {
    let write = StrictWrite::begin(connection.database(), &[FENCE])?;
    put(&write, token)?;
    write.finish().await
}

/// The token, and a full block of tickets.
fn put(write: &StrictWrite, token: &Token) -> Result<(), StoreError> {
    write.put(FENCE, FENCE_ENTRY, token)?;
    write.put(FENCE, FENCE_BLOCK, token)?;
    (0..TICKETS).try_for_each(|number| write.put(FENCE, &[number], &[]))
}

/// Fails as [`StoreError::Full`] when none is left.
async fn tear_off(connection: &Connection) -> Result<Mark, StoreError> {
    let key = Uint8Array::from(FENCE_BLOCK).into();
    let block = connection.read(FENCE, async move |table| table.get(key).await).await?;
    let block = block.and_then(|found| Uint8Array::new(&found).to_vec().try_into().ok());
    let tickets = connection.read(FENCE, async |table| table.get_all_keys(None, Some(1)).await);
    // Tickets come before the entry: their keys are smaller.
    let first = tickets.await?.first().map(|key| Uint8Array::new(key).to_vec());
    let Some(&[number]) = first.as_deref() else { return Err(StoreError::Full) };
    let mut write = StrictWrite::begin(connection.database(), &[FENCE])?;
    // Somebody else may tear it off at the same moment.
    write.require(FENCE, &[number], Some(&[]))?;
    write.require(FENCE, FENCE_BLOCK, block.as_ref().map(<[u8; 16]>::as_slice))?;
    write.delete(FENCE, FENCE_ENTRY)?;
    write.delete(FENCE, &[number])?;
    write.finish().await?;
    Ok(Mark::Ticket(number, block))
}

/// A write under way; see [`StrictWrite`].
pub(super) struct GuardedWrite<'a> {
    fence: &'a Fence,
    fresh: Option<Mark>,
    pub write: StrictWrite,
}

impl GuardedWrite<'_> {
    /// Waits until everything is on the disk, or none of it is.
    pub async fn finish(self) -> Result<(), StoreError> {
        self.write.finish().await?;
        if self.fresh.is_some() {
            self.fence.mark.set(self.fresh);
        }
        Ok(())
    }
}

fn draw() -> Result<Token, StoreError> {
    let mut token = Token::default();
    getrandom04::fill(&mut token).map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(token)
}
