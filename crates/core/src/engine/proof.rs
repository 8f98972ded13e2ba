//! Proving to servers whose account this is (NIP-42).
//!
//! Whoever proves it tells the server which account the connection belongs to. A server
//! of our own knows that anyway, from what it is asked for; one that only a chat lives on
//! is told when it refuses to serve us otherwise, and nobody else ever.

use super::record::Answer;
use super::{Engine, Timestamp};
use crate::mutant::{self, Mutant};
use crate::nostr::{ClientMessage, Event, EventId, nip42};
use crate::relay::Verdict;
use zajil_api::RelayUrl;

/// Answered by nothing for so long, the proof is taken as accepted: we ask and see.
const VERDICT_MS: u64 = 10_000;
/// A server that refused the proof is asked again after so long.
const REFUSED_MS: u64 = 600_000;

impl Engine {
    pub(super) fn handle_challenge(&mut self, relay: &RelayUrl, challenge: &str) {
        let own = self.servers.contains(relay);
        let Some(link) = self.pool.get_mut(relay) else { return };
        link.proof.challenged(challenge);
        if own || link.proof.is_wanted() {
            self.prove(relay);
        }
    }

    /// A server refused something for want of proof; whether it can have it.
    fn proof_wanted(&mut self, relay: &RelayUrl) -> bool {
        if !self.servers.contains(relay) && !self.is_of_open_chat(relay) {
            return false;
        }
        let Some(link) = self.pool.get_mut(relay) else { return false };
        link.proof.want();
        self.prove(relay);
        self.pool.get(relay).is_some_and(|link| !link.proof.is_refused())
    }

    /// A subscription was ended for want of proof: it waits for it.
    pub(super) fn read_wants_proof(&mut self, relay: &RelayUrl) {
        if !self.proof_wanted(relay) {
            return self.catchup.hold(relay, Timestamp(self.now.0 + REFUSED_MS));
        }
        let until = Timestamp(self.now.0 + VERDICT_MS);
        if let Some(link) = self.pool.get_mut(relay)
            && link.proof.is_open()
        {
            link.await_proof(until);
        }
        self.catchup.hold(relay, until);
    }

    /// An event was refused for want of proof: it waits for it, or is refused for good.
    pub(super) fn write_wants_proof(&mut self, relay: &RelayUrl, row: u64) {
        let is_wanted = self.proof_wanted(relay);
        // Whom it knows by now and turns away all the same, it does not serve.
        let is_known = self.pool.get(relay).is_some_and(|link| link.proof.is_accepted());
        if !is_wanted || is_known {
            self.handle_answer(relay, row, Answer::Refused);
            return;
        }
        self.outbox.defer(relay, row, self.now);
        if let Some(link) = self.pool.get_mut(relay) {
            link.proof.rows.insert(row);
        }
    }

    /// Answers the challenge that waits for it, if there is one: each once.
    fn prove(&mut self, relay: &RelayUrl) {
        let known = self.servers.contains(relay) || self.is_of_open_chat(relay);
        let now = self.unix_now();
        let Some(account) =
            self.account.as_ref().filter(|_| known && !mutant::active(Mutant::IgnoreAuth))
        else {
            return;
        };
        let Some(link) = self.pool.get_mut(relay) else { return };
        let Some(challenge) = link.proof.take_challenge() else { return };
        let answer = nip42::answer(account.keys.public_key(), relay, &challenge, now);
        match Event::sign(answer, &account.keys, &mut self.rng) {
            Ok(event) => {
                link.proof.sent(event.id);
                self.say(relay, &ClientMessage::Auth(Box::new(event)));
            }
            Err(error) => tracing::error!(%error, "an answer could not be signed"),
        }
    }

    /// The server's word on an event; whether that event was our proof.
    pub(super) fn handle_verdict(
        &mut self,
        relay: &RelayUrl,
        event: &EventId,
        accepted: bool,
        message: &str,
    ) -> bool {
        let Some(link) = self.pool.get_mut(relay) else { return false };
        let Some(verdict) = link.proof.settle(event, accepted) else { return false };
        let rows = std::mem::take(&mut link.proof.rows);
        link.proven(self.now);
        match verdict {
            Verdict::Accepted => {
                // Its complaint is settled.
                link.said.take_if(|said| said.starts_with("auth-required:"));
                for row in rows {
                    self.outbox.asked_in_vain(relay, row);
                }
                self.server_changed(relay);
                self.subscribe(relay);
                self.look_for_own(relay);
                self.ask_waiting(relay);
                self.dispatch(relay);
            }
            Verdict::Refused => {
                self.server_said(relay, message);
                self.catchup.hold(relay, Timestamp(self.now.0 + REFUSED_MS));
                self.ask_waiting(relay);
                for row in rows {
                    self.handle_answer(relay, row, Answer::Refused);
                }
            }
        }
        true
    }
}
