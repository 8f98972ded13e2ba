//! How far catching up has come, as people are told: a few times a second, and not at all
//! where there was nothing to fetch.

use super::progress::{Progress, Step};
use super::{Engine, Timestamp};
use zajil_api::{CatchUp, Update};

/// Tabs are told once in so long at most.
const EVERY_MS: u64 = 300;
/// A server that hands out pages and says nothing for so long hands out nothing.
const RECENT_MS: u64 = 5_000;

#[derive(Debug, Default)]
pub(super) struct Told {
    view: CatchUp,
    at: Timestamp,
    /// When to look again, if nothing happens before.
    due_at: Option<Timestamp>,
}

impl Told {
    pub fn view(&self) -> CatchUp {
        self.view
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        self.due_at
    }
}

impl Engine {
    pub(super) fn tell_catch_up(&mut self) {
        let now = self.now;
        let (view, silent_at) = self.catch_up_view();
        let told = &mut self.catchup.told;
        let next = Timestamp(told.at.0 + EVERY_MS);
        // Whoever waits for the end is told at once.
        let too_soon = next > now && view != CatchUp::Done;
        told.due_at = silent_at;
        if view != told.view && too_soon {
            told.due_at = Some(next);
        } else if view != told.view {
            (told.view, told.at) = (view, now);
            self.update(Update::CatchUpChanged(view));
        }
        if view == CatchUp::Done {
            (self.catchup.fetched, self.catchup.announced) = (0, 0);
        }
    }

    /// How far it has come, and until when that holds if a server stays silent.
    fn catch_up_view(&self) -> (CatchUp, Option<Timestamp>) {
        let feeds = self.catchup.feeds.iter().filter(|((_, feed), _)| feed.is_history());
        let feeds: Vec<&Progress> = feeds.map(|(_, progress)| progress).collect();
        let silent_at = |progress: &&Progress| {
            let begun = progress.page > 0 || progress.in_page > 0;
            (begun && progress.step == Step::Paging)
                .then(|| Timestamp(progress.heard_at.0 + RECENT_MS))
                .filter(|at| *at > self.now)
        };
        let silent_at = feeds.iter().filter_map(silent_at).max();
        let wants = |progress: &&Progress| !progress.wanted.is_empty();
        if silent_at.is_none() && self.catchup.held.is_empty() && !feeds.iter().any(wants) {
            return (CatchUp::Done, None);
        }
        let blind = |progress: &&Progress| {
            matches!(progress.step, Step::Listening | Step::Comparing | Step::Paging)
        };
        let fetched = self.catchup.fetched;
        let of = (!feeds.iter().any(blind)).then_some(self.catchup.announced.max(fetched));
        (CatchUp::Running { fetched, of }, silent_at)
    }
}
