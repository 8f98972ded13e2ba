//! Reading what was fetched: oldest first, a batch at a time, each batch saved before the
//! next is read, so that whatever is cut off goes on from there.
//!
//! MLS reads a sender's messages in about the order in which they were written, and forgives
//! about a thousand that overtake. So nothing is read while a server may still hand out older
//! events; only for those that keep the others waiting, nobody waits for long: for those that
//! say nothing a moment, for what was named and is fetched until it can be had from no other.
//! Servers name what they have oldest first, so that what has arrived of it without a hole can
//! be read while the rest is on its way.

use super::feed::Feed;
use super::progress::{PATIENCE_MS, Progress, Step};
use super::seen::SeenOf;
use super::{Engine, Timestamp};
use crate::mutant::{self, Mutant};
use crate::nostr::EventId;
use crate::sorted::SortedSet;
use zajil_api::{RelayUrl, UnixTime};

/// Events read between two saves…
const BATCH: usize = 250;
/// …and more of them where they are of one second, so that they are put in order together.
const MOST: usize = 1_000;
/// The end of time.
pub(super) const ALL: UnixTime = UnixTime(u64::MAX);

impl Engine {
    /// Reads the next batch of what may be read now; the rest is read at the next time-out.
    pub(super) fn take_ready(&mut self) {
        // What was read before is not saved yet.
        self.catchup.take_again = self.catchup.took;
        if self.catchup.took {
            return;
        }
        let waits = self.waits_for_cut_off();
        self.gather_ready(waits);
        let horizon = self.horizon().filter(|_| !waits || self.catchup.takes_all);
        let Some(horizon) = horizon else { return };
        self.catchup.took = !self.catchup.held.is_empty();
        self.in_written_order(|engine| {
            let mut horizon = horizon;
            for number in 1..=MOST {
                let Some(event) = engine.catchup.held.next(horizon) else { break };
                if number == BATCH {
                    horizon = horizon.min(event.created_at);
                }
                if engine.was_seen(&event.id) {
                    engine.catchup.claims.settle(&event.id);
                } else {
                    engine.take_event(&event);
                }
            }
        });
        self.catchup.take_again = self.catchup.held.has_next(horizon);
        if self.catchup.held.is_empty() {
            self.catchup.takes_all = false;
            self.settle_feeds();
            self.catchup.held = std::mem::take(&mut self.catchup.late);
            self.catchup.take_again |= !self.catchup.held.is_empty();
        }
        self.fetch_more();
        self.advance_fetching();
    }

    /// Once no feed is on its way any more, or one has waited long enough, what the finished
    /// ones hold is due, unless something older of the same chats was announced and is fetched.
    fn gather_ready(&mut self, waits_for_all: bool) {
        let now = self.now;
        let waited = |progress: &Progress| match progress.step {
            Step::Ready { since } => since.0 + PATIENCE_MS <= now.0,
            _ => false,
        };
        let on_its_way = |((_, feed), progress): (&(RelayUrl, Feed), &Progress)| {
            feed.is_history() && progress.is_on_its_way()
        };
        let any_waited =
            self.catchup.feeds.values().any(waited) && !mutant::active(Mutant::WaitForAll);
        if self.catchup.feeds.iter().any(on_its_way) && !any_waited {
            return;
        }
        let missing = self.missing();
        let waits = |of: &SeenOf| missing.iter().any(|(chats, _)| chats.contains(of));
        let mut any_due = false;
        for progress in self.catchup.feeds.values_mut() {
            if matches!(progress.step, Step::Ready { .. }) {
                let is_due = !waits_for_all && !progress.of.iter().any(waits);
                progress.step = if is_due { Step::Settling } else { Step::Ready { since: now } };
                any_due |= is_due;
                progress.held_bytes = 0;
                for (place, event) in std::mem::take(&mut progress.held) {
                    progress.handed.push(place.1);
                    self.catchup.held.hold(event);
                }
            }
        }
        if any_due {
            self.catchup.takes_all = true;
            self.put_off(&missing);
        }
    }

    /// Up to which date what is held may be read now.
    fn horizon(&self) -> Option<UnixTime> {
        let history = self.catchup.feeds.iter().filter(|((_, feed), _)| feed.is_history());
        let history: Vec<&Progress> = history.map(|(_, progress)| progress).collect();
        if self.catchup.takes_all || !history.iter().any(|progress| progress.is_on_its_way()) {
            return (self.catchup.takes_all || !self.catchup.held.is_empty()).then_some(ALL);
        }
        let names_all = |progress: &&&Progress| progress.step == Step::Fetching;
        let on_their_way = || history.iter().filter(|progress| progress.is_on_its_way());
        let frontier = on_their_way().filter(names_all).map(|progress| progress.frontier).min()?;
        let blind = on_their_way().any(|progress| progress.step != Step::Fetching);
        let many = self.catchup.held.len() >= BATCH && !blind || self.catchup.is_full();
        (many && self.catchup.held.has_next(frontier)).then_some(frontier)
    }

    /// Everything that finished feeds brought is read.
    fn settle_feeds(&mut self) {
        let now = self.now;
        let (mut relays, mut stale, mut over) = (SortedSet::new(), SortedSet::new(), Vec::new());
        let settling: Vec<((RelayUrl, Feed), Vec<EventId>)> = (self.catchup.feeds.iter_mut())
            .filter(|(_, progress)| progress.step == Step::Settling)
            .map(|(place, progress)| (place.clone(), std::mem::take(&mut progress.handed)))
            .collect();
        for ((relay, feed), handed) in settling {
            let newest = handed.iter().filter_map(|id| self.tells_time(id)).max();
            let Some(progress) = self.catchup.progress(&relay, feed) else { continue };
            progress.newest = progress.newest.max(newest);
            progress.settled(now);
            if std::mem::take(&mut progress.stale) {
                stale.insert(relay.clone());
            }
            if matches!(feed, Feed::Search(_)) && progress.step == Step::Live {
                over.push((relay.clone(), feed));
            }
            relays.insert(relay);
        }
        for (relay, feed) in over {
            self.stop_feed(&relay, feed);
        }
        for relay in &relays {
            self.advance_cursor(relay);
        }
        let groups = relays.iter().flat_map(|relay| self.handed_out_groups(relay)).collect();
        self.caught_up_with(&groups);
        for relay in stale {
            self.subscribe_groups(&relay);
            self.subscribe_lookups(&relay);
        }
    }

    pub(super) fn next_take(&self) -> Option<Timestamp> {
        self.catchup.take_again.then_some(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::chat::Chat;
    use crate::engine::record::{ChatKey, GroupRow};
    use crate::engine::seen::SeenOf;
    use crate::engine::shares::Share;
    use crate::engine::{Config, VaultKey};
    use crate::nostr::nip77::Bound;
    use crate::nostr::{Event, Filter, Kind, SecretKey, Tag, UnsignedEvent};
    use rand_chacha::ChaCha20Rng;
    use zajil_api::Stage;

    fn engine() -> Engine {
        let (vault_key, seed, default_relays) = (VaultKey([1; 32]), [2; 32], Vec::new());
        let config = Config { vault_key, seed, default_relays };
        Engine::open(config, Timestamp(1_700_000_000_000), &[]).unwrap()
    }

    /// Something in a chat.
    fn event(rng: &mut ChaCha20Rng, routing: [u8; 32], created_at: UnixTime) -> Event {
        let key = SecretKey::generate(rng);
        let (pubkey, kind, content) = (key.public_key(), Kind::GROUP_MESSAGE, String::new());
        let tags = vec![Tag::new("h", [hex::encode(routing)])];
        Event::sign(UnsignedEvent { pubkey, created_at, kind, tags, content }, &key, rng).unwrap()
    }

    #[test]
    fn nobody_is_woken_while_what_is_read_next_is_still_on_its_way() {
        let mut engine = engine();
        let signed = event(&mut engine.rng, [1; 32], UnixTime(1));
        for second in 1..=300 {
            engine.catchup.held.hold(Event { created_at: UnixTime(second), ..signed.clone() });
        }
        // All of it may be read, and more is on its way from a server.
        let relay = RelayUrl::new("wss://r");
        let mut progress = Progress::new(1, Filter::new(), SortedSet::new(), engine.now);
        (progress.step, progress.frontier) = (Step::Fetching, UnixTime(300));
        progress.wanted.push_back((Bound::default(), EventId::from_bytes([3; 32])));
        engine.catchup.claims.announce(&relay, EventId::from_bytes([3; 32]));
        engine.catchup.feeds.insert((relay, Feed::Inbox), progress);
        engine.take_ready();
        assert_eq!((engine.catchup.held.len(), engine.next_take()), (50, Some(engine.now)));
        while engine.poll_output().is_some() {}
        engine.take_ready();
        assert_eq!((engine.catchup.held.len(), engine.next_take()), (50, None));
    }

    #[test]
    fn what_is_still_fetched_holds_up_what_is_younger_in_its_chat_and_not_for_ever() {
        let mut engine = engine();
        let (begun, id) = (engine.now, EventId::from_bytes([3; 32]));
        let feed_of = |chat: u8, step| {
            let of = SortedSet::from([SeenOf::group(&[chat; 32])]);
            Progress { step, ..Progress::new(chat.into(), Filter::new(), of, begun) }
        };
        let (slow, quick) = (RelayUrl::new("wss://r"), RelayUrl::new("wss://s"));
        let mut fetching = Progress { frontier: UnixTime(5), ..feed_of(1, Step::Fetching) };
        fetching.wanted.push_back((Bound::default(), id));
        engine.catchup.claims.announce(&slow, id);
        engine.catchup.feeds.insert((slow, Feed::Groups(Share::Own(0))), fetching);
        for chat in [1, 2] {
            let feed = Feed::Groups(Share::Own(chat.into()));
            let ready = feed_of(chat, Step::Ready { since: begun });
            engine.catchup.feeds.insert((quick.clone(), feed), ready);
        }
        for (chat, second) in [(1, 4), (1, 6), (2, 7)] {
            engine.catchup.held.hold(event(&mut engine.rng, [chat; 32], UnixTime(second)));
        }
        let mut left_after = |wait: u64| {
            engine.now = Timestamp(begun.0 + wait);
            engine.take_ready();
            while engine.poll_output().is_some() {}
            engine.catchup.held.len()
        };
        assert_eq!([PATIENCE_MS - 1, PATIENCE_MS, 59_000].map(&mut left_after), [3, 1, 1]);
        assert_eq!(left_after(62_000), 0);
    }

    #[test]
    fn a_chat_that_a_server_was_not_asked_about_yet_has_not_been_handed_out() {
        let mut engine = engine();
        let relay = RelayUrl::new("wss://r");
        for number in [1, 2] {
            let (key, peer) = (ChatKey([number; 16]), SecretKey::generate(&mut engine.rng));
            let (name, at) = (String::new(), UnixTime(0));
            let mut chat = Chat::fresh(key, peer.public_key(), name, Stage::Open, at);
            chat.row.groups.push(GroupRow {
                id: vec![number],
                nostr_group_id: [number; 32],
                relays: vec![relay.clone()],
                joined_at: at,
                keys: Vec::new(),
                pending_commit: false,
            });
            engine.chats.insert(key, chat);
        }
        // The second was accepted while the server was asked about the first.
        let of = SortedSet::from([SeenOf::group(&[1; 32])]);
        let mut progress = Progress::new(1, Filter::new(), of, engine.now);
        (progress.step, progress.complete, progress.stale) = (Step::Settling, true, true);
        engine.catchup.feeds.insert((relay, Feed::Groups(Share::Own(0))), progress);
        engine.settle_feeds();
        let caught_up: Vec<bool> = engine.chats.values().map(|chat| chat.caught_up).collect();
        assert_eq!(caught_up, [true, false]);
    }
}
