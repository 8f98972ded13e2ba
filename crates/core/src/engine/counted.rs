//! Frames that bring nothing of use count for the page that they are of: the server counted them
//! too.

use super::feed::Part;
use super::progress::Progress;
use super::{Engine, fetch};
use crate::nostr::{RelayMessage, peek_created_at};
use zajil_api::RelayUrl;

impl Engine {
    /// A frame on this subscription that could not be read counts for its page too, and with its
    /// date: a page may be full of them.
    pub(super) fn count_unreadable(&mut self, relay: &RelayUrl, subscription: &str, text: &str) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        if let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) {
            progress.heard_at = now;
            if (part == Part::Older) == (progress.page > 0) && progress.is_paging() {
                progress.count(peek_created_at(text));
            }
        }
    }

    /// A frame with an event that was handled before still counts for its page.
    pub(super) fn count_known(&mut self, relay: &RelayUrl, text: &str) {
        let feeds = self.catchup.feeds.iter();
        let counts =
            |(_, progress): &(_, &Progress)| progress.is_on_its_way() || progress.is_paging();
        if !feeds.filter(counts).any(|((url, _), _)| url == relay) {
            return;
        }
        let Ok(RelayMessage::Event { subscription, event }) = RelayMessage::parse(text) else {
            return;
        };
        if let Some(number) = fetch::number_of(subscription.as_str()) {
            return self.fetched_known(relay, number, &event.id);
        }
        let now = self.now;
        let date = self.tells_time(&event.id);
        let Some((feed, part)) = self.feed_of(relay, subscription.as_str()) else { return };
        if let Some(progress) = self.catchup.progress(relay, feed) {
            progress.heard_at = now;
            if (part == Part::Older) == (progress.page > 0) && progress.filter.matches(&event) {
                progress.count(Some(event.created_at));
                progress.newest = progress.newest.max(date);
            }
        }
    }
}
