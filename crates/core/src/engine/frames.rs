//! What servers say, word by word.

use super::Engine;
use super::catchup::Catchup;
use super::error::EngineError;
use super::fetch;
use super::progress::Step;
use super::seen::{Dated, SeenOf};
use crate::envelope::EnvelopeError;
use crate::nostr::{Event, EventError, EventId, Kind, RelayMessage, peek_event_id};
use crate::relay::is_rate_limit;
use zajil_api::RelayUrl;

impl Catchup {
    /// Whether a complaint is one of several about the same.
    pub fn complaint_is_old(&mut self, relay: &RelayUrl) -> bool {
        let Some(more) = self.pages.get_mut(relay) else { return false };
        let before = *more;
        *more = before.saturating_sub(1);
        before > 0
    }

    /// A server complains about nobody knows what: what it was asked for and has not begun to
    /// hand out, it may never have heard of.
    pub fn doubt_pages(&mut self, relay: &RelayUrl) {
        let feeds = self.feeds.iter_mut().filter(|((url, _), _)| url == relay);
        for (_, progress) in feeds.filter(|(_, progress)| progress.step == Step::Paging) {
            progress.is_doubted |= progress.in_page == 0;
        }
    }
}

impl Engine {
    pub(super) fn handle_frame(&mut self, relay: &RelayUrl, text: &str) {
        if !self.heard(relay) {
            return;
        }
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
                    None if self.own_event(relay, name, &event) => {}
                    None => self.handle_event(relay, name, *event),
                }
            }
            Ok(RelayMessage::Ok { id, accepted, message }) => {
                if !self.handle_verdict(relay, &id, accepted, &message) {
                    self.judge(relay, &id, accepted, &message);
                    self.handle_ok(relay, &id, accepted, &message);
                }
            }
            Ok(RelayMessage::Eose(subscription)) => {
                let name = subscription.as_str();
                if self.handle_probe_end(relay, name) {
                    self.close_probe(relay, subscription);
                } else if let Some(number) = fetch::number_of(name) {
                    self.fetch_ended(relay, number);
                } else if !self.read_back_ended(relay, name) && !self.own_ended(relay, name) {
                    self.handle_eose(relay, name);
                }
            }
            Ok(RelayMessage::Closed { subscription, message }) => {
                self.handle_closed_subscription(relay, subscription.as_str(), &message);
            }
            Ok(RelayMessage::Notice(message)) => {
                if is_rate_limit(&message) {
                    self.server_said(relay, &message);
                    self.slow_down(relay);
                } else if !self.doubt_comparing(relay) {
                    self.catchup.doubt_pages(relay);
                    self.server_said(relay, &message);
                }
            }
            Ok(RelayMessage::NegMsg { subscription, message }) => {
                self.handle_neg_msg(relay, subscription.as_str(), &message);
            }
            Ok(RelayMessage::NegErr { subscription, reason }) => {
                self.handle_neg_err(relay, subscription.as_str(), &reason);
            }
            Ok(RelayMessage::Auth { challenge }) => self.handle_challenge(relay, &challenge),
            Ok(RelayMessage::Unknown(_)) => {}
            Err(error) => {
                tracing::debug!(%relay, %error, "a frame of no use");
                if let Some(subscription) = subscription_of(text) {
                    self.count_unreadable(relay, subscription, text);
                }
            }
        }
    }

    /// An event whose id was verified and which was not handled before. That it was handled
    /// is saved with what came of it, or not at all.
    pub(super) fn take_event(&mut self, event: &Event) {
        let Some(of) = SeenOf::event(event) else { return };
        if !self.is_for_us(event) {
            return self.catchup.claims.settle(&event.id);
        }
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
                self.count_of_request(event);
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
            _ => {
                self.catchup.claims.settle(&event.id);
                if outcome.is_err() {
                    self.mark_useless(event.id, event.created_at, of);
                }
                // What no key opens counts like what says nothing.
                self.count_of_request(event);
            }
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
