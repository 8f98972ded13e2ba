//! Fetching what was announced, each event from one server.

use super::Engine;
use super::catchup::MAX_EVENT_BYTES;
use super::claims::Standing;
use super::feed::Feed;
use super::progress::{Progress, Step, weight};
use super::seen::{Dated, SeenOf};
use crate::mutant::{self, Mutant};
use crate::nostr::{Event, EventId, Filter};
use std::collections::BinaryHeap;
use zajil_api::RelayUrl;

/// What waits to be read, in bytes, before nothing more is fetched for a while.
const MAX_WAITING_BYTES: usize = 32 * 1024 * 1024;

/// A fetch's subscription, by its number. The hyphen: it ends by itself.
fn name(number: u32) -> String {
    format!("f-{number}")
}

/// The number of a fetch, of a subscription's id that is one.
pub(super) fn number_of(subscription: &str) -> Option<u32> {
    subscription.strip_prefix("f-")?.parse().ok()
}

impl Progress {
    /// All is announced: oldest first, by ranges, and in each as the server named it. A heap sorts
    /// with a tenth of the code of the standard sorts.
    pub fn put_in_order(&mut self) {
        let wanted = std::mem::take(&mut self.wanted).into_iter().enumerate();
        let heap: BinaryHeap<_> = wanted.map(|(at, (begins, id))| (begins, at, id)).collect();
        let sorted = heap.into_sorted_vec().into_iter();
        self.wanted = sorted.map(|(begins, _, id)| (begins, id)).collect();
    }
}

impl Engine {
    /// Asks every server that has something for us and time to hand it out.
    pub(super) fn fetch_more(&mut self) {
        for relay in self.catchup.claims.relays() {
            let (most, now) = (self.ids_at_once(&relay), self.now);
            while self.may_fetch() && self.pool.is_open(&relay) {
                let Some((number, ids)) = self.catchup.claims.next(&relay, most, now) else {
                    break;
                };
                self.req(&relay, &name(number), Filter::new().ids(ids));
            }
        }
    }

    /// Where much waits to be read and nothing is on its way, a little more is fetched: it may be
    /// what the rest waits for.
    fn may_fetch(&self) -> bool {
        let most = match self.catchup.claims.is_idle() {
            true => 2 * MAX_WAITING_BYTES,
            false => MAX_WAITING_BYTES,
        };
        self.catchup.held.bytes() <= most
    }

    /// An event that we asked for by its id; nothing about it is verified.
    pub(super) fn handle_fetched(&mut self, relay: &RelayUrl, number: u32, event: Event) {
        let mut feeds = self.catchup.feeds.iter().filter(|((url, _), _)| url == relay);
        let fits = feeds.any(|(_, progress)| progress.filter.matches(&event));
        if event.verify_id().is_err() && !mutant::active(Mutant::AcceptForgedId) {
            return self.server_said(relay, "sent an event that is not what it claims");
        }
        let claims = &mut self.catchup.claims;
        if !claims.deliver(relay, number, &event.id, event.created_at, self.now) {
            return;
        }
        self.catchup.fetched = self.catchup.fetched.saturating_add(1);
        if let Some(row) = self.outbox.row_of(&event.id) {
            // Our own, handed out of the store.
            self.catchup.claims.settle(&event.id);
            self.handed_out(relay, row, &event);
        } else if !fits || self.was_seen(&event.id) {
            self.catchup.claims.settle(&event.id);
        } else if weight(&event) > MAX_EVENT_BYTES {
            // Nobody we talk to writes so much; it need not be fetched ever again.
            self.catchup.claims.settle(&event.id);
            if let Some(of) = SeenOf::event(&event) {
                self.mark_seen(&event.id, event.created_at, of, Dated::InVain);
            }
        } else {
            self.catchup.set_aside(event);
        }
        self.advance_fetching();
    }

    /// A frame of a fetch whose event was handled meanwhile.
    pub(super) fn fetched_known(&mut self, relay: &RelayUrl, number: u32, id: &EventId) {
        let Some(row) = self.seen_row(id) else { return };
        let time = row.created_at;
        if self.catchup.claims.deliver(relay, number, id, time, self.now) {
            self.catchup.claims.settle(id);
            self.advance_fetching();
        }
    }

    /// The server has nothing more of what it was asked for by id.
    pub(super) fn fetch_ended(&mut self, relay: &RelayUrl, number: u32) {
        if !self.catchup.claims.is_asked(relay, number) {
            return;
        }
        self.close(relay, &name(number));
        self.catchup.claims.finish(relay, number);
        self.fetch_more();
        self.advance_fetching();
    }

    /// The server ended the request. Some do when everything was handed out.
    pub(super) fn fetch_closed(&mut self, relay: &RelayUrl, number: u32) {
        if self.catchup.claims.is_asked(relay, number) {
            self.fetch_failed(relay);
        }
    }

    /// The server does not hand out what it announced: others may, and it is asked again.
    pub(super) fn fetch_failed(&mut self, relay: &RelayUrl) {
        let now = self.now;
        self.catchup.note_cut_off(relay, now);
        for number in self.catchup.claims.abandon(relay) {
            self.close(relay, &name(number));
        }
        let mut ended = Vec::new();
        for ((url, feed), progress) in &mut self.catchup.feeds {
            if url == relay && matches!(progress.step, Step::Comparing | Step::Fetching) {
                if progress.comparison.take().is_some() {
                    ended.push(progress.name(*feed));
                }
                progress.wanted.clear();
                progress.fail(now);
            }
        }
        for name in ended {
            self.neg_close(relay, &name);
        }
        self.fetch_more();
        self.advance_fetching();
    }

    /// Notes for each feed how far what it announced has arrived, and which are done.
    pub(super) fn advance_fetching(&mut self) {
        let mut done: Vec<(RelayUrl, Feed)> = Vec::new();
        let claims = &self.catchup.claims;
        for (place, progress) in &mut self.catchup.feeds {
            // What is announced later may be older.
            let is_named = progress.step == Step::Fetching;
            while let Some((_, id)) = progress.wanted.front().filter(|_| is_named) {
                match claims.standing(id) {
                    Standing::Open => break,
                    Standing::Here(time) => progress.frontier = progress.frontier.max(time),
                    Standing::Settled => {}
                }
                progress.wanted.pop_front();
            }
            if progress.step == Step::Fetching && progress.wanted.is_empty() {
                done.push(place.clone());
            }
        }
        for (relay, feed) in done {
            let complete = |progress: &mut Progress| !progress.overflowed;
            let complete = self.catchup.progress(&relay, feed).is_some_and(complete);
            self.feed_ended(&relay, feed, complete);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Config, Input, Output, Timestamp, VaultKey};
    use crate::nostr::{Kind, SecretKey, UnsignedEvent};
    use zajil_api::{Command, CommandId, Request, UnixTime};

    #[test]
    fn however_much_is_held_one_request_goes_out_where_none_is_on_its_way() {
        let (relay, start) = (RelayUrl::new("wss://r"), Timestamp(1_700_000_000_000));
        let (vault_key, seed) = (VaultKey([1; 32]), [2; 32]);
        let config = Config { vault_key, seed, default_relays: vec![relay.clone()] };
        let mut engine = Engine::open(config, start, &[]).unwrap();
        let command = Command::CreateAccount { name: "Alice".to_owned() };
        engine.handle_input(start, Input::Request(Request { id: CommandId(1), command }));
        engine.handle_input(start, Input::RelayOpened(relay.clone()));
        let key = SecretKey::generate(&mut engine.rng);
        let (pubkey, kind, created_at) = (key.public_key(), Kind::GROUP_MESSAGE, UnixTime(0));
        let (tags, content) = (Vec::new(), "A".repeat(1_000_000));
        let unsigned = UnsignedEvent { pubkey, created_at, kind, tags, content };
        let signed = Event::sign(unsigned, &key, &mut engine.rng).unwrap();
        for second in 0..=34 {
            engine.catchup.held.hold(Event { created_at: UnixTime(second), ..signed.clone() });
        }
        assert!(engine.catchup.held.bytes() > MAX_WAITING_BYTES);
        for number in 0..250 {
            engine.catchup.claims.announce(&relay, EventId::from_bytes([number; 32]));
        }
        let mut requests = || {
            engine.fetch_more();
            let outputs = std::iter::from_fn(|| engine.poll_output());
            let is_request = |output: &Output| matches!(output, Output::Send { text, .. } if text.starts_with("[\"REQ\",\"f-"));
            outputs.filter(is_request).count()
        };
        assert_eq!([requests(), requests()], [1, 0]);
    }
}
