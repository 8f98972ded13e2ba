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
        let has_room = of_same < MAX_LOOKUPS_BY_ONE && of_kind < MAX_LOOKUPS;
        if has_room
            && event.verify().is_ok()
            && let Some(progress) = self.catchup.feeds.get_mut(&place)
        {
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
