//! Looking once more for what a chat's servers may have: something of it is missing.

use super::Engine;
use super::cursor::Since;
use super::feed::{Ask, Feed};
use super::progress::Step;
use super::record::ChatKey;
use super::seen::SeenOf;
use crate::nostr::{Filter, Kind};
use crate::sorted::SortedSet;
use zajil_api::{RelayUrl, UnixTime};

impl Engine {
    /// Asks every connected server of a chat for all it has of it since `from`, whatever it
    /// was asked before. A search that goes on and reaches as far back is left alone.
    pub(super) fn search_chat(&mut self, key: ChatKey, from: UnixTime) {
        let chat = self.chats.get(&key).filter(|chat| chat.is_listened_to());
        let Some(chat) = chat else { return };
        let relays: SortedSet<RelayUrl> =
            chat.relays().filter(|relay| self.pool.is_open(relay)).cloned().collect();
        let ids: Vec<[u8; 32]> = chat.row.groups.iter().map(|group| group.nostr_group_id).collect();
        if ids.is_empty() {
            return;
        }
        let filter = Filter::new().kinds([Kind::GROUP_MESSAGE]);
        let ask = Ask {
            filter: filter.tags('h', ids.iter().map(hex::encode)),
            of: ids.iter().map(SeenOf::group).collect(),
        };
        for relay in relays {
            let feed = Feed::Search(key);
            let goes_on = self.catchup.progress(&relay, feed).is_some_and(|progress| {
                progress.compare_from.is_none_or(|before| before <= from)
                    && !matches!(progress.step, Step::Failed { .. })
            });
            if !goes_on {
                self.stop_feed(&relay, feed);
                self.begin_feed(&relay, feed, ask.clone(), Since::everything_from(from));
            }
        }
    }
}
