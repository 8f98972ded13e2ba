//! What one relay is asked for at the same time, within what it allows.

use crate::sorted::{SortedMap, SortedSet};

/// What a relay that does not say takes at the least.
pub const USUAL_LIMIT: usize = 20;
/// The first letters of subscriptions to what strangers want of us.
pub const OLD_REQUESTS: char = 'r';
pub const NEW_REQUESTS: char = 'q';
/// Places that strangers leave to what is the person's own, whether taken or not: mail, chats
/// old and new, people to be looked up.
const OWN_PLACES: usize = 4;

/// The subscriptions of one connection. What does not fit waits its turn.
#[derive(Clone, Debug, Default)]
pub struct Subscriptions {
    open: SortedSet<String>,
    waiting: SortedMap<(Rank, u64), Waiting>,
    asked: u64,
}

#[derive(Clone, Debug)]
struct Waiting {
    name: String,
    frame: String,
}

/// What goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Stays open and brings what is new.
    Live,
    /// Ends when what is stored was handed out.
    Passing,
    /// Stays open, and is nothing the person asked for.
    Stranger,
}

impl Rank {
    /// By the subscription's name: what ends by itself bears a hyphen.
    fn of(name: &str) -> Self {
        match name.chars().next() {
            _ if name.contains('-') => Self::Passing,
            Some(OLD_REQUESTS | NEW_REQUESTS) => Self::Stranger,
            _ => Self::Live,
        }
    }
}

impl Subscriptions {
    /// Puts a question in line, in place of an earlier one of the same name.
    pub fn ask(&mut self, name: &str, frame: String) {
        self.waiting.retain(|_, waiting| waiting.name != name);
        self.asked += 1;
        let waiting = Waiting { name: name.to_owned(), frame };
        self.waiting.insert((Rank::of(name), self.asked), waiting);
    }

    /// The questions to send now, by name. One place is kept for what ends by itself, so that
    /// what stays open cannot hold it up for ever.
    pub fn take(&mut self, limit: usize) -> Vec<(String, String)> {
        let mut questions = Vec::new();
        while let Some(at) = self.waiting.iter().find_map(|(at, waiting)| {
            let fits = self.has_room(at.0, limit) || self.open.contains(&waiting.name);
            fits.then_some(*at)
        }) {
            let Some(Waiting { name, frame }) = self.waiting.remove(&at) else { break };
            self.open.insert(name.clone());
            questions.push((name, frame));
        }
        questions
    }

    fn has_room(&self, rank: Rank, limit: usize) -> bool {
        let open = |rank| self.open.iter().filter(|name| Rank::of(name) == rank).count();
        let (own, strangers) = (open(Rank::Live), open(Rank::Stranger));
        let lasting = match rank {
            Rank::Live => own + strangers + 1,
            Rank::Stranger => own.max(OWN_PLACES) + strangers + 1,
            Rank::Passing => return self.open.len() < limit,
        };
        let kept_free = usize::from(limit > 2);
        self.open.len() < limit && lasting + kept_free <= limit
    }

    /// A stranger's subscription in whose place one of the person's own waits.
    pub fn in_the_way(&self) -> Option<&str> {
        let waits = self.waiting.keys().any(|(rank, _)| *rank == Rank::Live);
        let mut strangers = self.open.iter().filter(|name| Rank::of(name) == Rank::Stranger);
        strangers.next_back().filter(|_| waits).map(String::as_str)
    }

    /// A subscription is over, whoever ended it; whether the relay knows of it.
    pub fn ended(&mut self, name: &str) -> bool {
        self.waiting.retain(|_, waiting| waiting.name != name);
        self.open.remove(name)
    }

    /// The names of those that wait.
    pub fn waiting(&self) -> impl Iterator<Item = &str> {
        self.waiting.values().map(|waiting| waiting.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(subscriptions: &mut Subscriptions, names: &[&str]) {
        names.iter().for_each(|name| subscriptions.ask(name, (*name).to_owned()));
    }

    fn take(subscriptions: &mut Subscriptions, limit: usize) -> Vec<String> {
        subscriptions.take(limit).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn no_more_are_open_than_allowed_and_the_live_ones_go_first() {
        let mut subscriptions = Subscriptions::default();
        ask(&mut subscriptions, &["g2-older", "i1", "g2", "n3", "l4"]);
        assert_eq!(take(&mut subscriptions, 4), ["i1", "g2", "n3", "g2-older"]);
        assert_eq!(take(&mut subscriptions, 4), Vec::<String>::new());
        assert!(subscriptions.ended("g2"));
        assert_eq!(take(&mut subscriptions, 4), ["l4"]);
        assert!(!subscriptions.ended("g2"), "it is over already");
    }

    #[test]
    fn one_place_is_kept_for_what_ends_by_itself() {
        let mut subscriptions = Subscriptions::default();
        ask(&mut subscriptions, &["a", "b", "c"]);
        assert_eq!(take(&mut subscriptions, 3), ["a", "b"]);
        ask(&mut subscriptions, &["a-older"]);
        assert_eq!(take(&mut subscriptions, 3), ["a-older"]);
    }

    #[test]
    fn a_new_question_takes_the_place_of_an_old_one_of_its_name() {
        let mut subscriptions = Subscriptions::default();
        ask(&mut subscriptions, &["a", "a"]);
        assert_eq!(take(&mut subscriptions, 1), ["a"]);
        ask(&mut subscriptions, &["a"]);
        assert_eq!(take(&mut subscriptions, 1), ["a"], "asked anew without another place");
        ask(&mut subscriptions, &["b"]);
        assert!(!subscriptions.ended("b"), "the relay never heard of it");
        assert_eq!(subscriptions.waiting().count(), 0);
    }

    #[test]
    fn strangers_leave_room_for_what_is_the_persons_own() {
        let mut subscriptions = Subscriptions::default();
        ask(&mut subscriptions, &["r1", "q2", "i3", "g4"]);
        assert_eq!(take(&mut subscriptions, 5), ["i3", "g4"]);
        assert_eq!(take(&mut subscriptions, 6), ["r1"]);
        assert_eq!(subscriptions.in_the_way(), None);
        ask(&mut subscriptions, &["n5", "l6"]);
        assert_eq!(take(&mut subscriptions, 6), ["n5", "l6"]);
        ask(&mut subscriptions, &["g7", "g7-older"]);
        assert_eq!(take(&mut subscriptions, 6), ["g7-older"]);
        assert_eq!(subscriptions.in_the_way(), Some("r1"));
        assert!(subscriptions.ended("r1") && subscriptions.ended("g7-older"));
        assert_eq!(take(&mut subscriptions, 6), ["g7"]);
        assert_eq!(take(&mut subscriptions, 20), ["q2"]);
    }
}
