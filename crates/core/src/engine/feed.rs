//! What is asked of each server, and how far it has come with the answer.

use super::Engine;
use super::record::GroupRow;
use crate::nostr::{ClientMessage, Filter, Kind, SubscriptionId};
use zajil_api::{RelayUrl, UnixTime};

/// Gift wraps are dated up to two days back, clocks differ: what is asked for
/// overlaps what was received before by so much.
const OVERLAP_SECONDS: u64 = 3 * 86_400;
/// What is asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feed {
    /// Gift wraps for us.
    Inbox,
    /// Our chats' messages.
    Groups,
    /// Key packages of people we want to reach.
    Lookups,
}

impl Feed {
    const ALL: [Feed; 3] = [Feed::Inbox, Feed::Groups, Feed::Lookups];

    pub fn name(self) -> &'static str {
        match self {
            Feed::Inbox => "inbox",
            Feed::Groups => "groups",
            Feed::Lookups => "lookups",
        }
    }

    /// The subscription for older pages beside the live one.
    pub fn older(self) -> &'static str {
        match self {
            Feed::Inbox => "inbox-older",
            Feed::Groups => "groups-older",
            Feed::Lookups => "lookups-older",
        }
    }

    pub fn of(subscription: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|feed| feed.name() == subscription || feed.older() == subscription)
    }
}

/// One feed of one server on its way to the end of what is stored.
#[derive(Debug)]
pub(super) struct Progress {
    pub started_at: UnixTime,
    pub filters: Vec<Filter>,
    pub page: u32,
    pub in_page: u32,
    pub oldest: Option<UnixTime>,
    pub until: Option<UnixTime>,
    pub done: bool,
    /// Did not come to an end in time: nobody waits for it any more.
    pub stalled: bool,
}

impl Engine {
    /// Asks a server that has just connected for everything.
    pub(super) fn subscribe(&mut self, relay: &RelayUrl) {
        let cursor = self.cursors.get(relay);
        let since = cursor.map(|at| UnixTime(at.0.saturating_sub(OVERLAP_SECONDS)));
        let inbox = self.account.as_ref().map(|account| {
            let filter = Filter::new()
                .kinds([Kind::GIFT_WRAP])
                .tags('p', [account.keys.public_key().to_hex()]);
            since.map_or(filter.clone(), |since| filter.since(since))
        });
        self.start_feed(relay, Feed::Inbox, inbox.into_iter().collect());
        self.subscribe_groups(relay);
        self.subscribe_lookups(relay);
    }

    /// The chats changed: every server is asked for those it should hold.
    pub(super) fn resubscribe(&mut self) {
        let open: Vec<RelayUrl> = self.pool.open().cloned().collect();
        for relay in open {
            self.subscribe_groups(&relay);
        }
    }

    fn subscribe_groups(&mut self, relay: &RelayUrl) {
        let cursor = self.cursors.get(relay).copied();
        let since = cursor.map(|at| UnixTime(at.0.saturating_sub(OVERLAP_SECONDS)));
        let groups = self.chats.values().flat_map(|chat| &chat.row.groups);
        // A group joined since then may be older than that.
        let (old, new): (Vec<_>, Vec<_>) = groups
            .filter(|group| group.relays.contains(relay))
            .partition(|group| since.is_some_and(|since| group.joined_at < since));
        let filter = |groups: Vec<&GroupRow>| {
            let ids = groups.into_iter().map(|group| hex::encode(group.nostr_group_id));
            Filter::new().kinds([Kind::GROUP_MESSAGE]).tags('h', ids)
        };
        let mut filters = Vec::new();
        if let (false, Some(since)) = (old.is_empty(), since) {
            filters.push(filter(old).since(since));
        }
        if !new.is_empty() {
            filters.push(filter(new));
        }
        self.start_feed(relay, Feed::Groups, filters);
    }

    pub(super) fn subscribe_lookups(&mut self, relay: &RelayUrl) {
        self.catchup.lookups.remove(relay);
        let filters = self.lookup_filter().into_iter().collect();
        self.start_feed(relay, Feed::Lookups, filters);
    }

    fn start_feed(&mut self, relay: &RelayUrl, feed: Feed, filters: Vec<Filter>) {
        let place = (relay.clone(), feed);
        if filters.is_empty() {
            if self.catchup.feeds.remove(&place).is_some() {
                self.close(relay, feed.name());
            }
            return;
        }
        let progress = Progress {
            started_at: self.unix_now(),
            filters: filters.clone(),
            page: 0,
            in_page: 0,
            oldest: None,
            until: None,
            done: false,
            stalled: false,
        };
        self.catchup.feeds.insert(place, progress);
        self.req(relay, feed.name(), filters);
    }

    pub(super) fn req(&mut self, relay: &RelayUrl, name: &str, filters: Vec<Filter>) {
        if let Some(subscription) = SubscriptionId::new(name) {
            self.say(relay, &ClientMessage::Req { subscription, filters });
        }
    }

    pub(super) fn close(&mut self, relay: &RelayUrl, name: &str) {
        if let Some(subscription) = SubscriptionId::new(name) {
            self.say(relay, &ClientMessage::Close(subscription));
        }
    }
}
