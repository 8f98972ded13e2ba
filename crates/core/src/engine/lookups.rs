//! Key packages and relay lists of people we want to reach, from whichever server has them.

use super::Engine;
use super::cursor::Since;
use super::feed::{Ask, Feed};
use super::progress::{MAX_HELD_BYTES, Step};
use super::record::ChatKey;
use crate::nostr::{Event, Filter, Kind, PublicKey};
use crate::sorted::SortedSet;
use zajil_api::RelayUrl;

/// Events held from one server, and as many of those who may be made up…
const MAX_LOOKUPS: usize = 512;
/// …and of one person: theirs must not keep out others'.
const MAX_LOOKUPS_BY_ONE: usize = 8;

impl Engine {
    /// Asks every connected relay for the other's key package.
    pub(super) fn look_up(&mut self, key: ChatKey) {
        let open: Vec<RelayUrl> = self.pool.open().cloned().collect();
        if self.is_sought(key) {
            for relay in open {
                self.subscribe_lookups(&relay);
                // Whom we looked for all along may have been found long ago.
                self.lookups_done(&relay);
            }
        }
    }

    /// What to ask a relay about people we want to reach; `None` when nobody.
    pub(super) fn lookup_filter(&self) -> Option<Filter> {
        let peers: SortedSet<PublicKey> = self.sought().map(|chat| chat.row.peer).collect();
        let kinds = [Kind::KEY_PACKAGE, Kind::INBOX_RELAYS];
        (!peers.is_empty()).then(|| Filter::new().authors(peers).kinds(kinds))
    }

    pub(super) fn subscribe_lookups(&mut self, relay: &RelayUrl) {
        let ask = self.lookup_filter().map(|filter| Ask { filter, of: SortedSet::new() });
        self.start_feed(relay, Feed::Lookups, ask, Since::default());
    }

    /// Keeps what a server has of somebody we look for.
    pub(super) fn hold_lookup(&mut self, relay: &RelayUrl, event: Event) {
        let is_in_turn = |author: &PublicKey| {
            let chat = self.chat_with(author).and_then(|key| self.chats.get(&key));
            chat.is_some_and(|chat| chat.in_turn)
        };
        let (author, in_turn) = (event.pubkey, is_in_turn(&event.pubkey));
        let place = (relay.clone(), Feed::Lookups);
        let Some(progress) = self.catchup.feeds.get(&place) else { return };
        let (mut of_same, mut of_kind) = (0, 0);
        for held in progress.held.values() {
            of_same += usize::from(held.pubkey == author);
            of_kind += usize::from(is_in_turn(&held.pubkey) == in_turn);
        }
        // The oldest of the same author makes room.
        let has_much = of_same >= MAX_LOOKUPS_BY_ONE;
        if (has_much || of_kind < MAX_LOOKUPS)
            && event.verify().is_ok()
            && let Some(progress) = self.catchup.feeds.get_mut(&place)
        {
            let mut of_same = progress.held.iter().filter(|(_, held)| held.pubkey == author);
            if let Some((oldest, _)) = of_same.next().filter(|_| has_much) {
                let oldest = *oldest;
                if event.created_at <= oldest.0 {
                    return;
                }
                progress.let_go(&oldest);
            }
            progress.hold(event, MAX_HELD_BYTES);
            self.found_of(relay, Some(author));
        }
    }

    pub(super) fn lookups_done(&mut self, relay: &RelayUrl) {
        self.found_of(relay, None);
    }

    /// What a server has of somebody, or of everybody, once it has handed out what it stores.
    fn found_of(&mut self, relay: &RelayUrl, author: Option<PublicKey>) {
        let progress = self.catchup.feeds.get(&(relay.clone(), Feed::Lookups));
        let Some(progress) = progress.filter(|progress| progress.step == Step::Live) else {
            return;
        };
        let is_asked = |event: &&Event| author.is_none_or(|author| event.pubkey == author);
        let events: Vec<Event> = progress.held.values().filter(is_asked).cloned().collect();
        self.found(&events);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::progress::Progress;
    use crate::engine::{Config, Timestamp, VaultKey};
    use crate::nostr::{SecretKey, UnsignedEvent};
    use zajil_api::UnixTime;

    #[test]
    fn the_newest_of_one_person_takes_the_place_of_their_oldest() {
        let (vault_key, seed, default_relays) = (VaultKey([1; 32]), [2; 32], Vec::new());
        let config = Config { vault_key, seed, default_relays };
        let mut engine = Engine::open(config, Timestamp(1_700_000_000_000), &[]).unwrap();
        let relay = RelayUrl::new("wss://r");
        let place = (relay.clone(), Feed::Lookups);
        let progress = Progress::new(1, Filter::new(), SortedSet::new(), engine.now);
        engine.catchup.feeds.insert(place.clone(), progress);
        let key = SecretKey::generate(&mut engine.rng);
        // The last is older than all that are held.
        for second in (1..=20).chain([12]) {
            let (pubkey, kind, created_at) =
                (key.public_key(), Kind::INBOX_RELAYS, UnixTime(second));
            let (tags, content) = (Vec::new(), second.to_string());
            let unsigned = UnsignedEvent { pubkey, created_at, kind, tags, content };
            let event = Event::sign(unsigned, &key, &mut engine.rng).unwrap();
            engine.hold_lookup(&relay, event);
        }
        let progress = engine.catchup.feeds.get(&place).unwrap();
        let dates: Vec<u64> = progress.held.values().map(|event| event.created_at.0).collect();
        assert_eq!(dates, [13, 14, 15, 16, 17, 18, 19, 20]);
        let bytes: usize = progress.held.values().map(crate::engine::progress::weight).sum();
        assert_eq!(progress.held_bytes, bytes);
    }
}
