//! What servers say, word by word.

use super::Engine;
use super::error::EngineError;
use super::fetch;
use super::seen::{Dated, SeenOf};
use crate::envelope::EnvelopeError;
use crate::nostr::{
    ClientMessage, Event, EventError, EventId, Kind, RelayMessage, nip42, peek_event_id,
};
use zajil_api::{RelayUrl, UnixTime};

impl Engine {
    pub(super) fn handle_frame(&mut self, relay: &RelayUrl, text: &str) {
        // Most of what several servers send is what another sent already.
        if let Some(id) = peek_event_id(text)
            && self.was_seen(&id)
            && !self.outbox.holds(&id)
        {
            self.count_known(relay, text);
            return;
        }
        match RelayMessage::parse(text) {
            Ok(RelayMessage::Event { subscription, event }) => {
                let name = subscription.as_str();
                match fetch::number_of(name) {
                    Some(number) => self.handle_fetched(relay, number, *event),
                    None if self.read_back_event(relay, name, &event) => {}
                    None => self.handle_event(relay, name, *event),
                }
            }
            Ok(RelayMessage::Ok { id, accepted, message }) => {
                self.handle_ok(relay, &id, accepted, &message);
            }
            Ok(RelayMessage::Eose(subscription)) => {
                let name = subscription.as_str();
                match fetch::number_of(name) {
                    Some(number) => self.fetch_ended(relay, number),
                    None if self.read_back_ended(relay, name) => {}
                    None => self.handle_eose(relay, name),
                }
            }
            Ok(RelayMessage::Closed { subscription, message }) => {
                self.server_said(relay, &message);
                let name = subscription.as_str();
                match fetch::number_of(name) {
                    Some(number) => self.fetch_closed(relay, number),
                    None if self.read_back_closed(relay, name) => {}
                    None => self.handle_subscription_closed(relay, name),
                }
            }
            Ok(RelayMessage::Notice(message)) => {
                self.server_said(relay, &message);
                self.doubt_comparing(relay);
            }
            Ok(RelayMessage::NegMsg { subscription, message }) => {
                self.handle_neg_msg(relay, subscription.as_str(), &message);
            }
            Ok(RelayMessage::NegErr { subscription, reason }) => {
                self.handle_neg_err(relay, subscription.as_str(), &reason);
            }
            Ok(RelayMessage::Auth { challenge }) => self.authenticate(relay, &challenge),
            Ok(RelayMessage::Unknown(_)) => {}
            Err(error) => {
                tracing::debug!(%relay, %error, "a frame of no use");
                if let Some(subscription) = subscription_of(text) {
                    self.count_unreadable(relay, subscription);
                }
            }
        }
    }

    /// Proves to a server whose inbox is asked for (NIP-42), then asks again; once a
    /// connection and challenge, and only to servers that we or our chats chose.
    fn authenticate(&mut self, relay: &RelayUrl, challenge: &str) {
        let known = self.servers.contains(relay) || self.is_of_open_chat(relay);
        let answered = self.catchup.answered.get(relay).is_some_and(|last| last == challenge);
        let Some(account) = self.account.as_ref().filter(|_| known && !answered) else { return };
        self.catchup.answered.insert(relay.clone(), challenge.to_owned());
        let answer =
            nip42::answer(account.keys.public_key(), relay, challenge, UnixTime(self.now.0 / 1000));
        match Event::sign(answer, &account.keys, &mut self.rng) {
            Ok(event) => {
                self.say(relay, &ClientMessage::Auth(Box::new(event)));
                self.subscribe(relay);
                // What waited for this need not wait any longer.
                self.outbox.disconnected(relay);
                self.dispatch(relay);
            }
            Err(error) => tracing::error!(%error, "an answer could not be signed"),
        }
    }

    /// An event whose id was verified and which was not handled before. That it was handled
    /// is saved with what came of it, or not at all.
    pub(super) fn take_event(&mut self, event: &Event) {
        let Some(of) = SeenOf::event(event) else { return };
        // First, because what cannot be kept takes it back.
        self.mark_seen(&event.id, event.created_at, of, Dated::InVain);
        let outcome = match event.kind {
            Kind::GIFT_WRAP => self.handle_gift_wrap(event),
            Kind::GROUP_MESSAGE => self.handle_group_event(event),
            _ => Ok(()),
        };
        // Another server may have the same event with its true signature.
        let unsigned = EnvelopeError::Event(EventError::Signature);
        match &outcome {
            // Neither parked nor refused: somebody we talk to wrote it.
            Ok(()) if self.was_seen(&event.id) && !self.is_parked(&event.id) => {
                self.mark_seen(&event.id, event.created_at, of, Dated::ByPeer);
                self.catchup.claims.settle(&event.id);
            }
            Err(EngineError::Envelope(error)) if *error == unsigned => {
                self.unsee(&event.id);
                self.catchup.claims.damaged(&event.id);
            }
            Err(error) if error.is_ours() => {
                // To be tried again when it is handed out again.
                self.unsee(&event.id);
                self.catchup.claims.settle(&event.id);
            }
            _ => self.catchup.claims.settle(&event.id),
        }
        self.note("an event", outcome);
    }

    fn is_parked(&self, id: &EventId) -> bool {
        self.parked.iter().any(|row| row.event == *id)
    }
}

/// The subscription of an EVENT frame that does not parse.
fn subscription_of(frame: &str) -> Option<&str> {
    let rest = frame.trim_start().strip_prefix("[")?.trim_start().strip_prefix("\"EVENT\"")?;
    let rest = rest.trim_start().strip_prefix(",")?.trim_start().strip_prefix("\"")?;
    rest.split_once('"').map(|(name, _)| name)
}
