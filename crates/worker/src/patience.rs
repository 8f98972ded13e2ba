//! What is done about a store that fails: the tabs hear of it, and it is tried again.

use crate::{Clock, Effect, Inbox};
use futures::future::{Either, select};
use std::pin::pin;
use tracing::warn;
use zajil_api::{Storage, Update};
use zajil_core::store::StoreError;

const FIRST_RETRY_MS: u32 = 250;
const LAST_RETRY_MS: u32 = 30_000;

/// Why there is no going on with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Another leads. What was not saved is void, and nothing that depends on it has left.
    Fenced,
    /// A newer version of the app has taken over what is stored.
    Newer,
    /// What was stored is gone.
    Cleared,
}

/// The same for whoever opens a store and whoever works with an open one. One goes over
/// into the other, so that what the tabs were told stays known.
pub struct Patience<C, F> {
    pub(crate) clock: C,
    pub(crate) perform: F,
    pub(crate) inbox: Inbox,
    /// As the tabs were told.
    storage: Storage,
}

impl<C: Clock, F: FnMut(Effect)> Patience<C, F> {
    /// `perform` must return at once: it hands an effect to the browser.
    pub fn new(clock: C, perform: F, inbox: Inbox) -> Self {
        Self { clock, perform, inbox, storage: Storage::Working }
    }

    /// Tries until it works, ever more rarely, or at once when somebody asks for it. What
    /// else arrives meanwhile is kept. Ends for what does not pass by itself.
    pub async fn insist<T>(
        &mut self,
        mut attempt: impl AsyncFnMut() -> Result<T, StoreError>,
    ) -> Result<T, End> {
        let mut wait = FIRST_RETRY_MS;
        loop {
            match attempt().await {
                Ok(value) => {
                    self.tell_storage(Storage::Working);
                    return Ok(value);
                }
                Err(error) => self.wait_out(&error, &mut wait).await?,
            }
        }
    }

    async fn wait_out(&mut self, error: &StoreError, wait: &mut u32) -> Result<(), End> {
        warn!(%error, retry_ms = *wait, "the store failed");
        self.tell_storage(match error {
            StoreError::Full => Storage::Full,
            StoreError::Aborted(_) | StoreError::Unavailable(_) => Storage::Failing,
            StoreError::Fenced => return Err(End::Fenced),
            StoreError::Newer => return Err(End::Newer),
            StoreError::Cleared => return Err(End::Cleared),
        });
        let asked = pin!(self.inbox.wait_for_retry());
        let passed = pin!(self.clock.sleep(*wait));
        *wait = match select(asked, passed).await {
            Either::Left(_) => FIRST_RETRY_MS,
            Either::Right(_) => wait.saturating_mul(2).min(LAST_RETRY_MS),
        };
        Ok(())
    }

    fn tell_storage(&mut self, storage: Storage) {
        if self.storage != storage {
            self.storage = storage;
            (self.perform)(Effect::Tell(Update::StorageChanged(storage)));
        }
    }
}
