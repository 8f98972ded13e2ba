//! Carries out what the engine asks for, strictly in order, nothing before it is durable.

use crate::{Clock, Generation, Inbox};
use futures::future::{Either, select};
use std::pin::pin;
use tracing::warn;
use zajil_api::{CommandId, RelayUrl, Storage, Update};
use zajil_core::engine::{Input, Output};
use zajil_core::store::{Changes, Range, Row, Store, StoreError};

const FIRST_RETRY_MS: u32 = 250;
const LAST_RETRY_MS: u32 = 30_000;

/// What leaves the worker: the parts of an [`Output`] that the store has no hand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Connect {
        relay: RelayUrl,
        generation: Generation,
    },
    Disconnect(RelayUrl),
    Send {
        relay: RelayUrl,
        text: String,
    },
    FetchInfo(RelayUrl),
    Tell(Update),
    /// All that came of these was carried out, and what it changed is durable; what rows are
    /// still read for comes later.
    Done(Vec<CommandId>),
}

/// Why nothing more can be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Another leads. What was not saved is void, and nothing that depends on it has left.
    Fenced,
    /// A newer version of the app has taken over what is stored.
    Newer,
    /// What was stored is gone.
    Cleared,
}

/// The engine's hands.
pub struct Carrier<S, C, F> {
    store: S,
    clock: C,
    perform: F,
    inbox: Inbox,
    storage: Storage,
}

impl<S: Store, C: Clock, F: FnMut(Effect)> Carrier<S, C, F> {
    /// `perform` must return at once: it hands an effect to the browser.
    pub fn new(store: S, clock: C, perform: F, inbox: Inbox) -> Self {
        Self { store, clock, perform, inbox, storage: Storage::Working }
    }

    pub fn clock(&self) -> &C {
        &self.clock
    }

    pub fn inbox(&mut self) -> &mut Inbox {
        &mut self.inbox
    }

    /// Returns when `output` is done; a [`Output::Save`], when it is durable. After an
    /// [`End`] nothing more may be carried out.
    pub async fn carry_out(&mut self, output: Output) -> Result<(), End> {
        match output {
            Output::Save(changes) => self.save(&changes).await?,
            Output::Load { token, range } => {
                let rows = self.load(&range).await?;
                self.inbox.answer(Input::Loaded { token, rows });
            }
            Output::Connect(relay) => {
                let generation = self.inbox.expect(relay.clone());
                (self.perform)(Effect::Connect { relay, generation });
            }
            Output::Disconnect(relay) => {
                self.inbox.forget(&relay);
                (self.perform)(Effect::Disconnect(relay));
            }
            Output::Send { relay, text } => (self.perform)(Effect::Send { relay, text }),
            Output::FetchInfo(relay) => (self.perform)(Effect::FetchInfo(relay)),
            Output::Update(update) => (self.perform)(Effect::Tell(update)),
        }
        Ok(())
    }

    /// Says that all outputs of these requests were carried out.
    pub(crate) fn finish(&mut self, requests: Vec<CommandId>) {
        if !requests.is_empty() {
            (self.perform)(Effect::Done(requests));
        }
    }

    /// The next input, or `None` when none came in that time.
    pub(crate) async fn next_within(&mut self, milliseconds: u32) -> Option<Input> {
        let arrived = pin!(self.inbox.next());
        let passed = pin!(self.clock.sleep(milliseconds));
        match select(arrived, passed).await {
            Either::Left((input, _)) => Some(input),
            Either::Right(_) => None,
        }
    }

    async fn save(&mut self, changes: &Changes) -> Result<(), End> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut wait = FIRST_RETRY_MS;
        while let Err(error) = self.store.commit(changes).await {
            self.wait_out(&error, &mut wait).await?;
        }
        self.tell_storage(Storage::Working);
        Ok(())
    }

    async fn load(&mut self, range: &Range) -> Result<Vec<Row>, End> {
        let mut wait = FIRST_RETRY_MS;
        loop {
            match self.store.load(range).await {
                Ok(rows) => {
                    self.tell_storage(Storage::Working);
                    return Ok(rows);
                }
                Err(error) => self.wait_out(&error, &mut wait).await?,
            }
        }
    }

    /// Says what is wrong, then waits for a while or until somebody asks to try again.
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
