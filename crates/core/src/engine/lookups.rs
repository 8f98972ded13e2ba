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
const MAX_LOOKUPS: usize = 64;
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
        let seeks_in_turn = |author: &PublicKey| {
            let chat = self.chat_with(author).and_then(|key| self.chats.get(&key));
            chat.is_some_and(|chat| chat.waits_in_turn())
        };
        let is_in_turn = seeks_in_turn(&event.pubkey);
        let place = (relay.clone(), Feed::Lookups);
        let Some(progress) = self.catchup.feeds.get(&place) else { return };
        let held = || progress.held.values().map(|held| &held.pubkey);
        let of_same = held().filter(|author| **author == event.pubkey).count();
        let of_kind = held().filter(|author| seeks_in_turn(author) == is_in_turn).count();
        let has_room = of_kind < MAX_LOOKUPS && of_same < MAX_LOOKUPS_BY_ONE;
        if has_room
            && event.verify().is_ok()
            && let Some(progress) = self.catchup.feeds.get_mut(&place)
        {
            progress.hold(event, MAX_HELD_BYTES);
        }
        self.lookups_done(relay);
    }

    pub(super) fn lookups_done(&mut self, relay: &RelayUrl) {
        let place = (relay.clone(), Feed::Lookups);
        let progress = self.catchup.feeds.get(&place);
        let Some(progress) = progress.filter(|progress| progress.step == Step::Live) else {
            return;
        };
        let events: Vec<Event> = progress.held.values().cloned().collect();
        self.found(&events);
    }
}
