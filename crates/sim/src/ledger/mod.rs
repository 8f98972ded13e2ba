//! Who wrote what, who was shown what, and which server was given what: written down from
//! outside, and held against what the engines say.

mod check;
mod claims;
mod keys;
mod losses;
mod meetings;
mod prompt;
mod written;

use crate::verdict::{Rule, Verdict};
pub use check::Missing;
use keys::Keys;
use losses::Losses;
use std::collections::{BTreeMap, BTreeSet};
pub use written::{Count, Written};
use zajil_api::{
    Account, Chat, ChatId, CommandId, Direction, Message, MessageId, Place, PublicKey, Snapshot,
    Update,
};

/// What became of a device's tabs when its engine died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tabs {
    /// Another of them leads.
    Stay,
    Gone,
}

#[derive(Default)]
struct View {
    account: Option<Account>,
    chats: BTreeMap<ChatId, Chat>,
    shown: BTreeMap<MessageId, String>,
    /// The texts of the other's messages, by the author.
    incoming: BTreeMap<usize, BTreeSet<String>>,
    places: BTreeMap<(ChatId, Place), String>,
    asked: BTreeMap<CommandId, String>,
    /// Messages whose authors asked for them back, and have not heard yet.
    withdrawing: BTreeMap<CommandId, String>,
    /// What was written when the disk was copied last.
    backed_up: Option<BTreeSet<String>>,
    /// Whether the device ever went on from a copy: it may have lost what it had confirmed.
    was_restored: bool,
    /// When it last did.
    restored_at: Option<u64>,
    /// Whether it encrypted nothing since.
    is_silent_copy: bool,
    /// Whether their clock was ever set back.
    went_back: bool,
    page: Option<(CommandId, Vec<Message>, bool)>,
}

pub struct Ledger {
    views: Vec<View>,
    people: BTreeMap<PublicKey, usize>,
    pub written: BTreeMap<String, Written>,
    counts: BTreeMap<(usize, usize), u64>,
    meetings: BTreeSet<(usize, usize)>,
    keys: Keys,
    /// Per relay the texts that it ever had.
    held: Vec<BTreeSet<String>>,
    unnamed: BTreeMap<(usize, usize), u64>,
    /// Messages that are said to be with the other, who was not shown them yet.
    confirmed: BTreeSet<String>,
    /// Messages whose authors were ever told that they are with the other. Where the other went on
    /// from a copy since, whether that was true is not judged; whether it arrives is.
    delivered: BTreeSet<String>,
    /// Messages that were on the other's screen when they read.
    read: BTreeSet<String>,
    /// Messages that show as not sent.
    unsent: BTreeSet<String>,
    /// Messages that were acknowledged and not seen to arrive, and since when that is known.
    awaited: BTreeMap<String, Option<u64>>,
    losses: Losses,
}

impl Ledger {
    pub fn new(people: usize, relays: usize) -> Self {
        // What another history in this thread left behind.
        let _ = zajil_core::observe::take();
        Self {
            views: (0..people).map(|_| View::default()).collect(),
            people: BTreeMap::new(),
            written: BTreeMap::new(),
            counts: BTreeMap::new(),
            meetings: BTreeSet::new(),
            keys: Keys::default(),
            held: vec![BTreeSet::new(); relays],
            unnamed: BTreeMap::new(),
            confirmed: BTreeSet::new(),
            delivered: BTreeSet::new(),
            read: BTreeSet::new(),
            unsent: BTreeSet::new(),
            awaited: BTreeMap::new(),
            losses: Losses::default(),
        }
    }

    /// A device starts; what its tabs have had no answer to, and ask again.
    pub fn started(&mut self, who: usize, tabs: Tabs) -> Vec<(CommandId, usize, String)> {
        if tabs == Tabs::Gone {
            self.views[who].asked.clear();
        }
        self.unnamed.retain(|(reader, _), _| *reader != who);
        for written in self.written.values_mut().filter(|written| written.who == who) {
            written.waited |= written.count.is_none();
        }
        // Screens begin anew.
        self.unsent.retain(|text| self.written.get(text).is_none_or(|written| written.who != who));
        let asked = self.views[who].asked.iter();
        asked.map(|(id, text)| (*id, self.written[text].to, text.clone())).collect()
    }

    pub fn backs_up(&mut self, who: usize) {
        let kept = self.written.iter().filter(|(_, written)| written.kept);
        self.views[who].backed_up = Some(kept.map(|(text, _)| text.clone()).collect());
    }

    /// A device goes on from a copy: what it wrote since is not promised any more, and what
    /// it was shown since may be shown anew.
    pub fn restores(&mut self, who: usize, now: u64) {
        let view = &mut self.views[who];
        // Their authors were told that these are there: what is read next may say the same of them.
        self.read.extend(view.incoming.values().flatten().cloned());
        view.chats.clear();
        view.shown.clear();
        view.incoming.clear();
        view.asked.clear();
        view.was_restored = true;
        view.restored_at = Some(now);
        view.is_silent_copy = true;
        for written in self.written.values_mut().filter(|written| written.who == who) {
            written.removed = false;
        }
        let Some(then) = &view.backed_up else { return };
        for (_, written) in self.written.iter_mut().filter(|(text, _)| !then.contains(*text)) {
            written.withdrawn |= written.who == who;
        }
    }

    pub fn clock_set_back(&mut self, who: usize) {
        self.views[who].went_back = true;
    }

    pub fn next_text(&mut self, who: usize, to: usize) -> String {
        let count = self.counts.entry((who, to)).or_default();
        *count += 1;
        format!("{who}>{to} {count}")
    }

    /// The place of the latest that somebody wrote to another and still has.
    pub fn latest(&self, who: usize, to: usize) -> Option<(ChatId, Place)> {
        let chat = self.chat(who, to)?;
        let mut places = self.views[who].places.range((chat.clone(), Place::START)..).rev();
        let mine = |text: &String| {
            self.written.get(text).is_some_and(|w| (w.who, w.to) == (who, to) && !w.withdrawn)
        };
        let found = places.find(|((of, _), text)| *of == chat && mine(text))?;
        Some(found.0.clone())
    }

    pub fn writes(&mut self, (who, to): (usize, usize), id: CommandId, text: String, at: u64) {
        self.views[who].asked.insert(id, text.clone());
        let after_copy = self.views[who].is_silent_copy;
        let new = Written { who, to, at, after_copy, ..Written::default() };
        self.written.insert(text, new);
    }

    /// A device that dies may have taken it back without a word.
    pub fn withdraws(&mut self, who: usize, id: CommandId, place: (ChatId, Place)) {
        let Some(text) = self.views[who].places.get(&place).cloned() else { return };
        if let Some(written) = self.written.get_mut(&text) {
            (written.withdrawn, written.called_back) = (true, true);
            self.views[who].withdrawing.insert(id, text);
        }
    }

    pub fn page(&mut self, who: usize, id: CommandId) -> Option<(Vec<Message>, bool)> {
        let (answers, messages, is_last) = self.views[who].page.take()?;
        (answers == id).then_some((messages, is_last))
    }

    /// An engine tells its screen something.
    pub fn told(&mut self, who: usize, update: &Update, verdict: &mut Verdict) {
        match update {
            Update::Attached { snapshot, .. } => self.attached(who, snapshot),
            Update::AccountChanged(account) => self.account(who, account),
            Update::ChatChanged(chat) => {
                self.views[who].chats.insert(chat.id.clone(), chat.clone());
            }
            Update::ChatRemoved(id) => {
                self.views[who].chats.remove(id);
            }
            // A screen that was put back and does not know the chat yet reads it later.
            Update::MessageAdded { answers: None, chat, .. }
                if self.views[who].was_restored && self.peer(who, chat).is_none() => {}
            Update::MessageAdded { answers, chat, message } => {
                if self.views[who].shown.contains_key(&message.id) {
                    let detail = format!("P{who} is shown {:?} again", message.text);
                    verdict.note(Rule::Once, detail);
                }
                self.shown(who, chat, message, verdict);
                if let Some(text) = answers.and_then(|id| self.views[who].asked.remove(&id))
                    && let Some(written) = self.written.get_mut(&text)
                {
                    written.kept = true;
                    self.awaited.insert(text, None);
                }
            }
            Update::MessageRemoved { chat, place, .. } => {
                let text = self.views[who].places.get(&(chat.clone(), *place)).cloned();
                let written = text.as_ref().and_then(|text| self.written.get_mut(text));
                // One that nobody asked for gets another number, and is put back.
                if let (Some(text), Some(written)) = (text.as_ref(), written)
                    && written.withdrawn
                {
                    written.removed = true;
                    self.taken_back(who, text, verdict);
                }
            }
            Update::Refused { answers, .. } => {
                let text = self.views[who].withdrawing.remove(answers);
                let may_be_void = self.views[who].was_restored;
                if let Some(written) = text.and_then(|text| self.written.get_mut(&text)) {
                    written.withdrawn = false;
                    written.called_back &= may_be_void;
                }
            }
            Update::MessageStateChanged { chat, place, state } => {
                let text = self.views[who].places.get(&(chat.clone(), *place)).cloned();
                if let Some(text) = text {
                    self.claim(who, &text, *state, verdict);
                }
            }
            Update::PageLoaded { answers, messages, is_last, .. } => {
                self.views[who].page = Some((*answers, messages.clone(), *is_last));
            }
            _ => {}
        }
    }

    fn attached(&mut self, who: usize, snapshot: &Snapshot) {
        let chats = snapshot.chats.iter().map(|chat| (chat.id.clone(), chat.clone()));
        self.views[who].chats = chats.collect();
        if let Some(account) = &snapshot.account {
            self.account(who, account);
        }
    }

    fn account(&mut self, who: usize, account: &Account) {
        self.people.insert(account.public_key.clone(), who);
        self.views[who].account = Some(account.clone());
    }

    /// A message is on somebody's screen, new or from a page.
    pub fn shown(&mut self, who: usize, chat: &ChatId, message: &Message, verdict: &mut Verdict) {
        let peer = self.peer(who, chat);
        let text = &message.text;
        let view = &mut self.views[who];
        view.shown.insert(message.id.clone(), text.clone());
        view.places.insert((chat.clone(), message.place), text.clone());
        let written = self.written.get(text);
        let of = |author: Option<usize>, to: Option<usize>| {
            written.is_some_and(|w| Some(w.who) == author && Some(w.to) == to)
        };
        let is_true = match message.direction {
            Direction::Incoming => of(peer, Some(who)),
            Direction::Outgoing(_) => of(Some(who), peer),
        };
        if !is_true {
            verdict.note(Rule::True, format!("P{who} is shown {text:?}, which nobody wrote there"));
        }
        if let (Direction::Incoming, Some(author)) = (message.direction, peer) {
            view.incoming.entry(author).or_default().insert(text.clone());
        }
        if let Direction::Outgoing(state) = message.direction {
            self.claim(who, text, state, verdict);
        }
    }
}
