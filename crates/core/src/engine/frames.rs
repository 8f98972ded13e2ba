//! What servers say, word by word.

use super::Engine;
use super::error::EngineError;
use super::seen::SeenName;
use crate::envelope::EnvelopeError;
use crate::nostr::{Event, EventError, EventId, Kind, RelayMessage, peek_event_id};
use crate::relay::is_rate_limit;
use zajil_api::{RelayUrl, UnixTime};

/// Seen ids are kept for so long before the oldest cursor: what may come again.
const SEEN_MARGIN_SECONDS: u64 = 5 * 86_400;

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
                if self.read_back_event(relay, subscription.as_str(), &event) {
                    return;
                }
                self.handle_event(relay, subscription.as_str(), *event);
            }
            Ok(RelayMessage::Ok { id, accepted, message }) => {
                if !self.handle_verdict(relay, &id, accepted, &message) {
                    self.judge(relay, &id, accepted, &message);
                    self.handle_ok(relay, &id, accepted, &message);
                }
            }
            Ok(RelayMessage::Eose(subscription)) => {
                if self.handle_probe_end(relay, subscription.as_str()) {
                    self.close_probe(relay, subscription);
                } else if !self.read_back_ended(relay, subscription.as_str()) {
                    self.handle_eose(relay, subscription.as_str());
                }
            }
            Ok(RelayMessage::Closed { subscription, message }) => {
                self.handle_closed_subscription(relay, subscription.as_str(), &message);
            }
            Ok(RelayMessage::Notice(message)) => {
                self.server_said(relay, &message);
                if is_rate_limit(&message) {
                    self.slow_down(relay);
                }
            }
            Ok(RelayMessage::Auth { challenge }) => self.handle_challenge(relay, &challenge),
            Ok(RelayMessage::Unknown(_)) => {}
            Err(error) => {
                tracing::debug!(%relay, %error, "a frame of no use");
                if let Some(subscription) = subscription_of(text) {
                    self.count_unreadable(relay, subscription);
                }
            }
        }
    }

    /// An event whose id was verified and which was not handled before.
    pub(super) fn take_event(&mut self, event: &Event) {
        self.mark_seen(&event.id);
        let outcome = match event.kind {
            Kind::GIFT_WRAP => self.handle_gift_wrap(event),
            Kind::GROUP_MESSAGE => self.handle_group_event(event),
            _ => Ok(()),
        };
        // Another server may have the same event with its true signature.
        let unsigned = EnvelopeError::Event(EventError::Signature);
        if matches!(&outcome, Err(EngineError::Envelope(error)) if *error == unsigned) {
            self.unsee(&event.id);
        }
        self.note("an event", outcome);
    }

    fn seen_name(&self, id: &EventId) -> SeenName {
        self.vault.name(id.as_bytes()).try_into().unwrap_or_default()
    }

    pub(super) fn was_seen(&self, id: &EventId) -> bool {
        self.seen.contains(&self.seen_name(id))
    }

    /// The event may be handed out again: it was not kept after all.
    pub(super) fn unsee(&mut self, id: &EventId) {
        let name = self.seen_name(id);
        if let Some(key) = self.seen.remove(&name) {
            self.changes.delete(crate::store::Table::Seen, key);
        }
    }

    pub(super) fn mark_seen(&mut self, id: &EventId) {
        let name = self.seen_name(id);
        let key = self.seen.insert(name, self.unix_now());
        self.changes.put(crate::store::Table::Seen, key, Vec::new());
    }

    /// At start: what no server will send again need not be remembered.
    pub(super) fn drop_old_seen(&mut self) {
        let Some(oldest) = self.cursors.values().min() else { return };
        let before = UnixTime(oldest.0.saturating_sub(SEEN_MARGIN_SECONDS));
        for key in self.seen.drop_before(before) {
            self.changes.delete(crate::store::Table::Seen, key);
        }
    }
}

/// The subscription of an EVENT frame that does not parse.
fn subscription_of(frame: &str) -> Option<&str> {
    let rest = frame.trim_start().strip_prefix("[")?.trim_start().strip_prefix("\"EVENT\"")?;
    let rest = rest.trim_start().strip_prefix(",")?.trim_start().strip_prefix("\"")?;
    rest.split_once('"').map(|(name, _)| name)
}
