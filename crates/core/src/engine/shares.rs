//! Which chats are asked for together: as many as a server takes in one question, and those of
//! strangers apart from the person's own.

use super::Engine;
use super::chat::Chat;
use super::cursor::Since;
use super::feed::{Ask, Feed};
use super::progress::Step;
use super::record::GroupRow;
use super::seen::SeenOf;
use crate::nostr::{Filter, Kind};
use zajil_api::{RelayUrl, Stage};

/// One id in a question, in bytes: 64 digits, two quotes, a comma.
const ID_BYTES: usize = 67;
/// The rest of a question.
const REST_BYTES: usize = 512;

/// Some of the chats that live on a server, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Share {
    Own(u16),
    /// Of people who were not accepted yet: however many they are, the person's own chats
    /// are asked for.
    Requested(u16),
}

impl Engine {
    /// How many ids fit into one question to a server.
    pub(super) fn ids_at_once(&self, relay: &RelayUrl) -> usize {
        (self.limits(relay).message.saturating_sub(REST_BYTES) / ID_BYTES).max(1)
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
            if feed.is_of_groups() && progress.step == Step::Live {
                progress.step = Step::Failed { retry_at: now };
            }
        }
    }

    pub(super) fn subscribe_groups(&mut self, relay: &RelayUrl) {
        let since = self.since_of_groups(relay);
        let mut wanted: Vec<(Feed, Ask, Since)> = Vec::new();
        let is_request = |chat: &&Chat| chat.row.stage == Stage::Requested;
        let (requested, own): (Vec<&Chat>, Vec<&Chat>) = self.heard_chats().partition(is_request);
        // Somebody whose request was not accepted does not get us to their servers.
        let requested = if self.servers.contains(relay) { requested } else { Vec::new() };
        let at_once = self.ids_at_once(relay);
        for (chats, share) in [(own, Share::Own as fn(u16) -> Share), (requested, Share::Requested)]
        {
            let groups = chats.into_iter().flat_map(|chat| &chat.row.groups);
            let (old, new): (Vec<&GroupRow>, Vec<&GroupRow>) = groups
                .filter(|group| group.relays.contains(relay))
                .partition(|group| since.paged.is_some_and(|since| group.joined_at < since));
            for (number, groups) in (0..).zip(old.chunks(at_once)) {
                wanted.push((Feed::Groups(share(number)), ask(groups), since));
            }
            for (number, groups) in (0..).zip(new.chunks(at_once)) {
                wanted.push((Feed::NewGroups(share(number)), ask(groups), Since::default()));
            }
        }
        let is_over = |(url, feed): &&(RelayUrl, Feed)| {
            let is_wanted = wanted.iter().any(|(other, ..)| other == feed);
            url == relay && feed.is_of_groups() && !is_wanted
        };
        let over: Vec<Feed> =
            self.catchup.feeds.keys().filter(is_over).map(|(_, feed)| *feed).collect();
        for feed in over {
            self.start_feed(relay, feed, None, since);
        }
        for (feed, ask, since) in wanted {
            self.start_feed(relay, feed, Some(ask), since);
        }
    }
}

fn ask(groups: &[&GroupRow]) -> Ask {
    let ids = || groups.iter().map(|group| &group.nostr_group_id);
    let filter = Filter::new().kinds([Kind::GROUP_MESSAGE]).tags('h', ids().map(hex::encode));
    Ask { filter, of: ids().map(SeenOf::group).collect() }
}
