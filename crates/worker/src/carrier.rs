//! Carries out what the engine asks for, strictly in order, nothing before it is durable.

use crate::{Clock, End, Generation, Inbox, Patience};
use futures::future::{Either, select};
use std::pin::pin;
use zajil_api::{CommandId, RelayUrl, Update};
use zajil_core::engine::{Input, Output};
use zajil_core::store::{Changes, Range, Row, Store};

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

/// The engine's hands.
pub struct Carrier<S, C, F> {
    store: S,
    patience: Patience<C, F>,
}

impl<S: Store, C: Clock, F: FnMut(Effect)> Carrier<S, C, F> {
    /// `perform` must return at once: it hands an effect to the browser.
    pub fn new(store: S, clock: C, perform: F, inbox: Inbox) -> Self {
        Self::going_on(store, Patience::new(clock, perform, inbox))
    }

    /// With the patience that opened the store.
    pub fn going_on(store: S, patience: Patience<C, F>) -> Self {
        Self { store, patience }
    }

    pub fn clock(&self) -> &C {
        &self.patience.clock
    }

    pub fn inbox(&mut self) -> &mut Inbox {
        &mut self.patience.inbox
    }

    /// Returns when `output` is done; a [`Output::Save`], when it is durable. After an
    /// [`End`] nothing more may be carried out.
    pub async fn carry_out(&mut self, output: Output) -> Result<(), End> {
        match output {
            Output::Save(changes) => self.save(&changes).await?,
            Output::Load { token, range } => {
                let rows = self.load(&range).await?;
                self.patience.inbox.answer(Input::Loaded { token, rows });
            }
            Output::Connect(relay) => {
                let generation = self.patience.inbox.expect(relay.clone());
                self.perform(Effect::Connect { relay, generation });
            }
            Output::Disconnect(relay) => {
                self.patience.inbox.forget(&relay);
                self.perform(Effect::Disconnect(relay));
            }
            Output::Send { relay, text } => self.perform(Effect::Send { relay, text }),
            Output::FetchInfo(relay) => self.perform(Effect::FetchInfo(relay)),
            Output::Update(update) => self.perform(Effect::Tell(update)),
        }
        Ok(())
    }

    /// Says that all outputs of these requests were carried out.
    pub(crate) fn finish(&mut self, requests: Vec<CommandId>) {
        if !requests.is_empty() {
            self.perform(Effect::Done(requests));
        }
    }

    /// The next input, or `None` when none came in that time.
    pub(crate) async fn next_within(&mut self, milliseconds: u32) -> Option<Input> {
        let arrived = pin!(self.patience.inbox.next());
        let passed = pin!(self.patience.clock.sleep(milliseconds));
        match select(arrived, passed).await {
            Either::Left((input, _)) => Some(input),
            Either::Right(_) => None,
        }
    }

    fn perform(&mut self, effect: Effect) {
        (self.patience.perform)(effect);
    }

    async fn save(&mut self, changes: &Changes) -> Result<(), End> {
        if changes.is_empty() {
            return Ok(());
        }
        self.patience.insist(async || self.store.commit(changes).await).await
    }

    async fn load(&mut self, range: &Range) -> Result<Vec<Row>, End> {
        self.patience.insist(async || self.store.load(range).await).await
    }
}
