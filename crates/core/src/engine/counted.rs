//! Frames that bring nothing of use count for the page that they are of: the server counted them
//! too.

use super::feed::Part;
use super::progress::{Progress, Step};
use super::{Engine, fetch};
use crate::nostr::RelayMessage;
use zajil_api::RelayUrl;

impl Engine {
    /// A frame on this subscription that could not be read counts for its page too.
    pub(super) fn count_unreadable(&mut self, relay: &RelayUrl, subscription: &str) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        if let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) {
            progress.heard_at = now;
            if (part == Part::Older) == (progress.page > 0) && progress.step == Step::Paging {
                progress.count(None);
            }
        }
    }

    /// A frame with an event that was handled before still counts for its page.
    pub(super) fn count_known(&mut self, relay: &RelayUrl, text: &str) {
        let feeds = self.catchup.feeds.iter();
        let on_its_way = |(_, progress): &(_, &Progress)| progress.is_on_its_way();
        if !feeds.filter(on_its_way).any(|((url, _), _)| url == relay) {
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
