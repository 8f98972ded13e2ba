//! What is asked of each server, and how far it has come with the answer.

use super::Engine;
use super::cursor::Since;
use super::progress::{Progress, Step};
use super::record::ChatKey;
use super::seen::SeenOf;
use super::shares::Share;
use crate::mutant::{self, Mutant};
use crate::nostr::{ClientMessage, Filter, Kind, SubscriptionId};
use crate::relay::{NEW_REQUESTS, OLD_REQUESTS};
use crate::sorted::SortedSet;
use zajil_api::RelayUrl;

/// A feed that failed so often while it was compared is asked for by pages this time.
const COMPARES_BEFORE_PAGES: u32 = 3;

/// What is asked of a server: one subscription with one filter each, because a server
/// cuts off each filter's answer by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feed {
    /// Gift wraps for us.
    Inbox,
    /// Messages of chats that the last catch-up covered already.
    Groups(Share),
    /// Messages of chats that are new since then: all there are.
    NewGroups(Share),
    /// Key packages of people we want to reach.
    Lookups,
    /// What a chat's servers may have of it besides; ends when it was handed out.
    Search(ChatKey),
}

/// What a feed asks for, since whenever that may be.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub filter: Filter,
    /// Which handled events it is about.
    pub of: SortedSet<SeenOf>,
}

impl Feed {
    /// Whether it hands out what was stored for us, and not what is true today.
    pub fn is_history(self) -> bool {
        self != Feed::Lookups
    }

    /// Whether what it hands out is to be read in the order in which it was written.
    pub fn is_of_chats(self) -> bool {
        self.is_history() && self != Feed::Inbox
    }

    /// Whether it goes on when everything stored was handed out.
    pub fn is_lasting(self) -> bool {
        self == Feed::Inbox || self.is_of_groups()
    }

    pub fn is_of_groups(self) -> bool {
        matches!(self, Feed::Groups(_) | Feed::NewGroups(_))
    }

    pub fn letter(self) -> char {
        match self {
            Feed::Inbox => 'i',
            Feed::Groups(Share::Own(_)) => 'g',
            Feed::NewGroups(Share::Own(_)) => 'n',
            Feed::Groups(Share::Requested(_)) => OLD_REQUESTS,
            Feed::NewGroups(Share::Requested(_)) => NEW_REQUESTS,
            Feed::Lookups => 'l',
            Feed::Search(_) => 's',
        }
    }
}

/// Which of a feed's two subscriptions a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Newest,
    Older,
}

impl Engine {
    /// Asks a server that has just connected for everything it may hold for us.
    pub(super) fn subscribe(&mut self, relay: &RelayUrl) {
        let first = self.servers.first() == Some(relay);
        if mutant::active(Mutant::ReadFromOne) && !first {
            return;
        }
        let since = self.since(relay);
        let inbox = self.account.as_ref().filter(|_| self.servers.contains(relay)).map(|account| {
            let filter = Filter::new()
                .kinds([Kind::GIFT_WRAP])
                .tags('p', [account.keys.public_key().to_hex()]);
            Ask { filter, of: SortedSet::from([SeenOf::Inbox]) }
        });
        self.start_feed(relay, Feed::Inbox, inbox, since);
        self.subscribe_groups(relay);
        self.subscribe_lookups(relay);
    }

    /// Asks for `ask`, unless just that is being asked for already.
    pub(super) fn start_feed(
        &mut self,
        relay: &RelayUrl,
        feed: Feed,
        ask: Option<Ask>,
        since: Since,
    ) {
        let place = (relay.clone(), feed);
        let asked = self.catchup.feeds.get(&place);
        let running = asked.is_some_and(|progress| {
            !matches!(progress.step, Step::Failed { .. })
                && Some(&progress.filter) == ask.as_ref().map(|ask| &ask.filter)
        });
        if running {
            return;
        }
        // History on its way is left to finish, or whoever sends us one invitation after the
        // other would keep it from ever being done. Whom we look for is up to us.
        let running = self.catchup.feeds.get_mut(&place).filter(|progress| {
            let unread = matches!(progress.step, Step::Ready { .. } | Step::Settling);
            ask.is_some() && feed.is_history() && (unread || progress.is_on_its_way())
        });
        if let Some(progress) = running {
            progress.stale = true;
            return;
        }
        match ask {
            Some(ask) => self.begin_feed(relay, feed, ask, since),
            None => drop(self.stop_feed(relay, feed)),
        }
    }

    /// Asks for what comes from now on, then for what is stored.
    pub(super) fn begin_feed(&mut self, relay: &RelayUrl, feed: Feed, ask: Ask, since: Since) {
        let before = self.stop_feed(relay, feed);
        self.catchup.last_number += 1;
        let number = self.catchup.last_number;
        let mut progress = Progress::new(number, ask.filter.clone(), ask.of, self.now);
        (progress.page_from, progress.compare_from) = (since.paged, since.compared);
        if let Some(before) = before {
            // What came meanwhile stays.
            progress.failures = before.failures;
            (progress.held, progress.held_bytes) = (before.held, before.held_bytes);
            if feed == Feed::Lookups {
                progress.let_go_of_others();
            }
        }
        let failures = progress.failures;
        let name = progress.name(feed);
        self.catchup.feeds.insert((relay.clone(), feed), progress);
        let pages = self.catchup.pages.contains_key(relay) || failures >= COMPARES_BEFORE_PAGES;
        if pages || !feed.is_history() {
            self.page(relay, feed);
        } else if feed.is_lasting() {
            // Nothing of what is stored.
            self.req(relay, &name, ask.filter.limit(0));
        } else {
            self.compare(relay, feed);
        }
    }

    /// Asks for the first page; what comes later comes on the same subscription.
    pub(super) fn page(&mut self, relay: &RelayUrl, feed: Feed) {
        let now = self.now;
        self.catchup.last_number += 1;
        let number = self.catchup.last_number;
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        let listens = matches!(progress.step, Step::Listening | Step::Live);
        let listened = (listens || progress.comparison.is_some()).then(|| progress.name(feed));
        // Another name: what still comes of the old one ends no page.
        progress.number = number;
        progress.comparison = None;
        // What was named by then is fetched anyway, or comes on a page.
        progress.wanted.clear();
        progress.step = Step::Paging;
        (progress.page_asked_at, progress.heard_at) = (now, now);
        let (name, filter) = (progress.name(feed), progress.paged());
        self.req(relay, &name, filter);
        if let Some(listened) = listened.filter(|_| feed.is_lasting()) {
            self.close(relay, &listened);
        }
    }

    /// Asks no more for a feed.
    pub(super) fn stop_feed(&mut self, relay: &RelayUrl, feed: Feed) -> Option<Progress> {
        let before = self.catchup.feeds.remove(&(relay.clone(), feed))?;
        let name = before.name(feed);
        if before.comparison.is_some() {
            self.neg_close(relay, &name);
        }
        if feed.is_lasting() || before.step != Step::Comparing {
            self.close(relay, &name);
        }
        if before.page > 0 && before.step == Step::Paging {
            self.close(relay, &before.older(feed));
        }
        Some(before)
    }

    /// Asks again for what the server ended.
    pub(super) fn restart_feed(&mut self, relay: &RelayUrl, feed: Feed) {
        if feed.is_of_groups() {
            return self.subscribe_groups(relay);
        }
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        let ask = Ask { filter: progress.filter.clone(), of: progress.of.clone() };
        let since = Since { paged: progress.page_from, compared: progress.compare_from };
        self.begin_feed(relay, feed, ask, since);
    }

    /// The feed a subscription's id belongs to, and which part of it.
    pub(super) fn feed_of(&self, relay: &RelayUrl, subscription: &str) -> Option<(Feed, Part)> {
        let (name, part) = match subscription.strip_suffix("-older") {
            Some(name) => (name, Part::Older),
            None => (subscription, Part::Newest),
        };
        let mut name = name.chars();
        let letter = name.next()?;
        let number: u32 = name.as_str().trim_start_matches('-').parse().ok()?;
        let mut feeds = self.catchup.feeds.iter().filter(|((url, _), _)| url == relay);
        let (place, _) = feeds
            .find(|((_, feed), progress)| progress.number == number && feed.letter() == letter)?;
        Some((place.1, part))
    }

    /// Asks for the page that ends where the last one began.
    pub(super) fn ask_older(&mut self, relay: &RelayUrl, feed: Feed) {
        let Some(progress) = self.catchup.feeds.get(&(relay.clone(), feed)) else { return };
        let (name, filter) = (progress.older(feed), progress.paged());
        let filter = progress.until.map_or(filter.clone(), |until| filter.until(until));
        self.req(relay, &name, filter);
    }

    pub(super) fn close_older(&mut self, relay: &RelayUrl, feed: Feed) {
        let Some(progress) = self.catchup.feeds.get(&(relay.clone(), feed)) else { return };
        if progress.page > 0 {
            let name = progress.older(feed);
            self.close(relay, &name);
        }
    }

    pub(super) fn req(&mut self, relay: &RelayUrl, name: &str, filter: Filter) {
        if let Some(subscription) = SubscriptionId::new(name) {
            self.say(relay, &ClientMessage::Req { subscription, filters: vec![filter] });
        }
    }

    pub(super) fn close(&mut self, relay: &RelayUrl, name: &str) {
        if let Some(subscription) = SubscriptionId::new(name) {
            self.say(relay, &ClientMessage::Close(subscription));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Config, Timestamp, VaultKey};
    use crate::nostr::EventId;
    use crate::nostr::nip77::Bound;

    #[test]
    fn a_feed_that_is_asked_for_by_pages_waits_for_nothing_that_was_named_before() {
        let (vault_key, seed, default_relays) = (VaultKey([1; 32]), [2; 32], Vec::new());
        let config = Config { vault_key, seed, default_relays };
        let mut engine = Engine::open(config, Timestamp(1_700_000_000_000), &[]).unwrap();
        let (relay, feed) = (RelayUrl::new("wss://r"), Feed::Groups(Share::Own(0)));
        let mut progress = Progress::new(1, Filter::new(), SortedSet::new(), engine.now);
        progress.step = Step::Comparing;
        progress.wanted.push_back((Bound::default(), EventId::from_bytes([3; 32])));
        engine.catchup.feeds.insert((relay.clone(), feed), progress);
        engine.page(&relay, feed);
        let progress = engine.catchup.progress(&relay, feed).unwrap();
        assert!(progress.step == Step::Paging && !progress.keeps_waiting(Timestamp(0)));
    }
}
