//! How a relay compares what it stores with what a client knows (NIP-77), and the ways in
//! which real ones fall short.

use super::relay::{SimRelay, Who};
use negentropy::{Id, Negentropy, NegentropyStorageVector};
use std::collections::BTreeMap;
use zajil_core::nostr::{Event, Filter, RelayMessage, SubscriptionId};

type Session = Negentropy<'static, NegentropyStorageVector>;

#[derive(Default)]
pub struct Comparing {
    /// Whether the relay knows the protocol at all; if not it says so.
    pub speaks: bool,
    /// Knows it, and never answers.
    pub hangs: bool,
    /// Answers every first word with this error.
    pub errs: Option<&'static str>,
    /// Compares at most so many events at once.
    pub at_most: Option<usize>,
    /// Wants to be asked less, and says so with the answer to a first word.
    pub complains: bool,
    /// Announces these besides.
    pub invents: Vec<Event>,
    /// Comparisons begun, messages of them, and the bytes of these and their answers.
    pub opened: usize,
    pub messages: usize,
    pub bytes: usize,
    sessions: BTreeMap<(Who, String), Session>,
}

impl Comparing {
    pub fn disconnect(&mut self, who: Who) {
        self.sessions.retain(|(other, _), _| *other != who);
    }
}

impl SimRelay {
    pub(super) fn neg_open(
        &mut self,
        who: Who,
        subscription: SubscriptionId,
        filter: &Filter,
        message: &[u8],
    ) -> Vec<(Who, String)> {
        if !self.comparing.speaks {
            let words = "ERROR: bad msg: unknown cmd".to_owned();
            return vec![(who, RelayMessage::Notice(words).to_json())];
        }
        self.comparing.opened += 1;
        if self.comparing.hangs {
            return Vec::new();
        }
        let err = |reason: &str| {
            let reason = reason.to_owned();
            vec![(
                who,
                RelayMessage::NegErr { subscription: subscription.clone(), reason }.to_json(),
            )]
        };
        if self.wants_proof && !self.proven.contains(&who) {
            return err("auth-required: say who you are");
        }
        if let Some(words) = self.comparing.errs {
            return err(words);
        }
        let matching = self.events.iter().chain(&self.comparing.invents);
        let matching: Vec<&Event> = matching.filter(|event| filter.matches(event)).collect();
        if self.comparing.at_most.is_some_and(|most| matching.len() > most) {
            return err("blocked: too many query results");
        }
        let mut storage = NegentropyStorageVector::new();
        for event in matching {
            storage.insert(event.created_at.0, Id::from_byte_array(event.id.to_bytes())).unwrap();
        }
        storage.seal().unwrap();
        let session = Negentropy::owned(storage, 60_000).unwrap();
        self.comparing.sessions.insert((who, subscription.as_str().to_owned()), session);
        let mut said = Vec::new();
        if self.comparing.complains {
            said.push((who, RelayMessage::Notice("slow down".to_owned()).to_json()));
        }
        said.extend(self.neg_msg(who, subscription, message));
        said
    }

    pub(super) fn neg_msg(
        &mut self,
        who: Who,
        subscription: SubscriptionId,
        message: &[u8],
    ) -> Vec<(Who, String)> {
        self.comparing.messages += 1;
        let place = (who, subscription.as_str().to_owned());
        let answer = match self.comparing.sessions.get_mut(&place) {
            Some(session) => {
                let message = session.reconcile(message).expect("our own messages are read");
                RelayMessage::NegMsg { subscription, message }
            }
            None => {
                let reason = "closed: unknown subscription handle".to_owned();
                RelayMessage::NegErr { subscription, reason }
            }
        };
        let answer = answer.to_json();
        self.comparing.bytes += 2 * message.len() + answer.len();
        vec![(who, answer)]
    }

    pub(super) fn neg_close(&mut self, who: Who, subscription: &SubscriptionId) {
        self.comparing.sessions.remove(&(who, subscription.as_str().to_owned()));
    }

    /// Comparisons that were begun and not ended.
    pub fn open_comparisons(&self) -> usize {
        self.comparing.sessions.len()
    }
}
