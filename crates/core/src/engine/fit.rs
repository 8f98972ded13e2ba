//! Whether a server takes an event of ours, by what it says about itself (NIP-11).

use super::Engine;
use crate::nostr::Event;
use zajil_api::RelayUrl;

/// A server's word on an event, before it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Takes,
    /// It bears a time that is still to come.
    Later,
    /// Never, and why.
    Refuses(&'static str),
}

impl Engine {
    /// Whether a server takes the event of a row, which is to leave as `frame`.
    pub(super) fn fit(&self, relay: &RelayUrl, row: u64, frame: &str) -> Fit {
        if !self.takes(relay, frame) {
            return Fit::Refuses("does not take events of this length");
        }
        let limits = self.limits(relay);
        let says_nothing = limits.tags.is_none()
            && limits.content.is_none()
            && limits.behind.is_none()
            && limits.ahead.is_none();
        let made = self.outbox.row(row).and_then(|row| row.made.as_ref());
        let event = made
            .filter(|_| !says_nothing)
            .and_then(|made| Event::parse(made.json.0.as_bytes()).ok());
        let Some(event) = event else { return Fit::Takes };
        let (now, at) = (self.unix_now().0, event.created_at.0);
        if limits.content.is_some_and(|most| event.content.chars().count() > most) {
            Fit::Refuses("does not take events of this length")
        } else if limits.tags.is_some_and(|most| event.tags.len() > most) {
            Fit::Refuses("does not take events with so many tags")
        } else if limits.behind.is_some_and(|most| at < now.saturating_sub(most)) {
            Fit::Refuses("does not take events as old as this")
        } else if limits.ahead.is_some_and(|most| at > now.saturating_add(most)) {
            Fit::Later
        } else {
            Fit::Takes
        }
    }
}
