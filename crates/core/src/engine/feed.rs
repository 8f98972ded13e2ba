//! What is asked of each server, and how far it has come with the answer.

use super::Engine;
use super::progress::{Progress, Step};
use super::record::GroupRow;
use crate::mutant::{self, Mutant};
use crate::nostr::{ClientMessage, Filter, Kind, SubscriptionId};
use zajil_api::{RelayUrl, Stage, UnixTime};

/// Gift wraps are dated up to two days back, clocks differ: what is asked for
/// overlaps what was received before by so much.
const OVERLAP_SECONDS: u64 = 3 * 86_400;

/// What is asked of a server: one subscription with one filter each, because a server
/// cuts off each filter's answer by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feed {
    /// Gift wraps for us.
    Inbox,
    /// Messages of chats that the last catch-up covered already.
    Groups,
    /// Messages of chats that are new since then: all there are.
    NewGroups,
    /// Key packages of people we want to reach.
    Lookups,
}

impl Feed {
    pub const ALL: [Feed; 4] = [Feed::Inbox, Feed::Groups, Feed::NewGroups, Feed::Lookups];

    pub fn letter(self) -> char {
        match self {
            Feed::Inbox => 'i',
            Feed::Groups => 'g',
            Feed::NewGroups => 'n',
            Feed::Lookups => 'l',
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
            since.map_or(filter.clone(), |since| filter.since(since))
        });
        self.start_feed(relay, Feed::Inbox, inbox);
        self.subscribe_groups(relay);
        self.subscribe_lookups(relay);
    }

    fn since(&self, relay: &RelayUrl) -> Option<UnixTime> {
        // What a clock wrote that was ahead says nothing about what was received.
        let cursor = self.cursors.get(relay).filter(|at| **at <= self.unix_now())?;
        let overlap = if mutant::active(Mutant::NoOverlap) { 0 } else { OVERLAP_SECONDS };
        Some(UnixTime(cursor.0.saturating_sub(overlap)))
    }

    /// The chats changed: every server is asked for those it should hold.
    pub(super) fn resubscribe(&mut self) {
        let open: Vec<RelayUrl> = self.pool.open().cloned().collect();
        for relay in open {
            self.subscribe_groups(&relay);
        }
    }

    /// Chats that were asked for already are asked for anew: they may be read now.
    pub(super) fn ask_groups_again(&mut self) {
        let now = self.now;
        for ((_, feed), progress) in &mut self.catchup.feeds {
            if matches!(feed, Feed::Groups | Feed::NewGroups) && progress.step == Step::Live {
                progress.step = Step::Failed { retry_at: now };
            }
        }
    }

    pub(super) fn subscribe_groups(&mut self, relay: &RelayUrl) {
        let since = self.since(relay);
        let own = self.servers.contains(relay);
        // Somebody whose request was not accepted does not get us to their servers.
        let chats = self.chats.values().filter(|chat| own || chat.row.stage != Stage::Requested);
        let groups = chats.flat_map(|chat| &chat.row.groups);
        let (old, new): (Vec<&GroupRow>, Vec<&GroupRow>) = groups
            .filter(|group| group.relays.contains(relay))
            .partition(|group| since.is_some_and(|since| group.joined_at < since));
        let filter = |groups: Vec<&GroupRow>| {
            let ids: Vec<String> =
                groups.into_iter().map(|group| hex::encode(group.nostr_group_id)).collect();
            let filter = Filter::new().kinds([Kind::GROUP_MESSAGE]);
            (!ids.is_empty()).then(|| filter.tags('h', ids))
        };
        let old = filter(old).map(|filter| since.map_or(filter.clone(), |at| filter.since(at)));
        let new = filter(new);
        self.start_feed(relay, Feed::Groups, old);
        self.start_feed(relay, Feed::NewGroups, new);
    }

    pub(super) fn subscribe_lookups(&mut self, relay: &RelayUrl) {
        let filter = self.lookup_filter();
        self.start_feed(relay, Feed::Lookups, filter);
    }

    /// Asks for `filter`, unless just that is being asked for already.
    fn start_feed(&mut self, relay: &RelayUrl, feed: Feed, filter: Option<Filter>) {
        let place = (relay.clone(), feed);
        let asked = self.catchup.feeds.get(&place);
        let running = asked.is_some_and(|progress| {
            !matches!(progress.step, Step::Failed { .. })
                && Some(&progress.filter) == filter.as_ref()
        });
        if running {
            return;
        }
        // A feed on its way is left to finish, or whoever sends us one invitation after
        // the other would keep it from ever being done.
        let running = self.catchup.feeds.get_mut(&place).filter(|progress| {
            filter.is_some() && matches!(progress.step, Step::Paging | Step::Ready { .. })
        });
        if let Some(progress) = running {
            progress.stale = true;
            return;
        }
        let before = self.catchup.feeds.remove(&place);
        if let Some(before) = &before {
            self.close_feed(relay, feed, before);
        }
        let Some(filter) = filter else { return };
        self.catchup.last_number += 1;
        let progress = Progress {
            number: self.catchup.last_number,
            filter: filter.clone(),
            started_at: self.unix_now(),
            step: Step::Paging,
            complete: false,
            page: 0,
            in_page: 0,
            oldest: None,
            until: None,
            page_asked_at: self.now,
            heard_at: self.now,
            failures: before.as_ref().map_or(0, |before| before.failures),
            held_bytes: before.as_ref().map_or(0, |before| before.held_bytes),
            overflowed: false,
            stale: false,
            held: before.map(|before| before.held).unwrap_or_default(),
        };
        let name = progress.name(feed);
        self.catchup.feeds.insert(place, progress);
        self.req(relay, &name, filter);
    }

    /// Asks again for what the server ended.
    pub(super) fn restart_feed(&mut self, relay: &RelayUrl, feed: Feed) {
        if matches!(feed, Feed::Groups | Feed::NewGroups) {
            return self.subscribe_groups(relay);
        }
        let progress = self.catchup.feeds.get(&(relay.clone(), feed));
        let filter = progress.map(|progress| progress.filter.clone());
        self.start_feed(relay, feed, filter);
    }

    /// The feed a subscription's id belongs to, and which part of it.
    pub(super) fn feed_of(&self, relay: &RelayUrl, subscription: &str) -> Option<(Feed, Part)> {
        Feed::ALL.into_iter().find_map(|feed| {
            let progress = self.catchup.feeds.get(&(relay.clone(), feed))?;
            if progress.name(feed) == subscription {
                Some((feed, Part::Newest))
            } else if progress.older(feed) == subscription {
                Some((feed, Part::Older))
            } else {
                None
            }
        })
    }

    /// Asks for the page that ends where the last one began.
    pub(super) fn ask_older(&mut self, relay: &RelayUrl, feed: Feed) {
        let Some(progress) = self.catchup.feeds.get(&(relay.clone(), feed)) else { return };
        let (name, filter) = (progress.older(feed), progress.filter.clone());
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

    fn close_feed(&mut self, relay: &RelayUrl, feed: Feed, progress: &Progress) {
        self.close(relay, &progress.name(feed));
        if progress.page > 0 && progress.step == Step::Paging {
            self.close(relay, &progress.older(feed));
        }
    }

    fn req(&mut self, relay: &RelayUrl, name: &str, filter: Filter) {
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
