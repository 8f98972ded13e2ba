//! What the screen knows: the engine's updates folded into plain values.
//!
//! No signals and no browser in here, so that every rule (order, deduplication,
//! what is kept in memory) is tested natively. [`AppState::apply`] names the
//! [`Part`]s it touched; `context` wakes just the views that read them.

mod apply;
mod drafts;
mod homes;
mod late;
mod part;
mod practice;
mod rows;
mod servers;
mod timeline;

pub use part::Part;
pub use practice::Practised;
pub use rows::{Row, rows};
pub use servers::Network;
pub use timeline::{Edge, Timeline};

use practice::Practice;
use zajil_api::{
    Account, CatchUp, Chat, ChatId, Delivery, Direction, Gap, Lead, Message, MessageState, Place,
    PublicKey, RelayUrl, Server, Settings, Stage, StopReason, Storage, UnixTime,
};

/// Where the tab stands with its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The engine has not answered yet; the shell is on the screen.
    Loading,
    Ready,
    Stopped,
}

/// Somebody is writing in a chat, as far as was heard by now.
#[derive(Debug)]
struct Typing {
    chat: ChatId,
    who: PublicKey,
    until: UnixTime,
}

/// Everything a view may read.
#[derive(Debug)]
pub struct AppState {
    pub phase: Phase,
    /// Once the engine has stopped: why, and what a person may copy into a bug report.
    pub stopped: Option<(StopReason, String)>,
    pub lead: Lead,
    pub catch_up: CatchUp,
    pub account: Option<Account>,
    pub settings: Settings,
    pub storage: Storage,
    /// The person's own, and those that only chats use.
    servers: Vec<Server>,
    /// Those among them that are not in the person's list.
    foreign: Vec<RelayUrl>,
    /// The servers that failed since they were last connected.
    failed: Vec<RelayUrl>,
    /// The device says that it has no network, and no server has answered since.
    doubted: bool,
    practice: Option<Practice>,
    practised: Option<Practised>,
    /// What the next practice cuts.
    pub to_cut: Vec<RelayUrl>,
    /// Newest first. Lists, not maps: they are short, and maps cost more bytes.
    chats: Vec<Chat>,
    typing: Vec<Typing>,
    timeline: Option<Timeline>,
    /// The message of the open chat whose story is told, and the story once it is known.
    pub story: Option<Place>,
    pub delivery: Option<Delivery>,
    /// Unsent text by chat: in memory only, never in the browser's open storage.
    drafts: Vec<(ChatId, String)>,
    waiting: Vec<drafts::Waiting>,
}

impl Default for AppState {
    fn default() -> Self {
        Self {
            phase: Phase::Loading,
            stopped: None,
            lead: Lead::Working,
            catch_up: CatchUp::Done,
            account: None,
            settings: Settings::default(),
            storage: Storage::Working,
            servers: Vec::new(),
            foreign: Vec::new(),
            failed: Vec::new(),
            doubted: false,
            practice: None,
            practised: None,
            to_cut: Vec::new(),
            chats: Vec::new(),
            typing: Vec::new(),
            timeline: None,
            story: None,
            delivery: None,
            drafts: Vec::new(),
            waiting: Vec::new(),
        }
    }
}

impl AppState {
    /// Newest first.
    pub fn order(&self) -> Vec<ChatId> {
        self.chats.iter().map(|chat| chat.id.clone()).collect()
    }

    pub fn has_chats(&self) -> bool {
        !self.chats.is_empty()
    }

    pub fn chat(&self, id: &ChatId) -> Option<&Chat> {
        self.chats.iter().find(|chat| chat.id == *id)
    }

    /// Messages nobody has looked at yet.
    pub fn unread(&self) -> u32 {
        self.chats.iter().fold(0, |sum, chat| sum.saturating_add(chat.unread))
    }

    pub fn is_typing(&self, chat: &ChatId) -> bool {
        self.typing.iter().any(|typing| typing.chat == *chat)
    }

    /// When the next typing notice runs out.
    pub fn next_expiry(&self) -> Option<UnixTime> {
        self.typing.iter().map(|typing| typing.until).min()
    }

    pub fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }

    pub fn timeline_mut(&mut self) -> Option<&mut Timeline> {
        self.timeline.as_mut()
    }

    /// Starts an empty window on a chat; the caller asks for what it opens with. Whoever
    /// only asks to chat has left nothing to catch up on.
    pub fn open(&mut self, id: &ChatId) {
        let behind = |chat: &&Chat| chat.unread > 0 && chat.stage != Stage::Requested;
        let behind = self.chat(id).filter(behind).map(|chat| (chat.read_up_to, chat.unread));
        let (unread_after, unread) = behind.unzip();
        self.timeline = Some(Timeline::new(id.clone(), unread_after, unread.unwrap_or_default()));
    }

    /// Forgets the open chat's messages, unless another chat was opened since.
    pub fn close(&mut self, id: &ChatId) {
        if self.timeline.as_ref().is_some_and(|timeline| timeline.chat == *id) {
            self.timeline = None;
            self.tell_story(None);
        }
    }

    pub fn tell_story(&mut self, of: Option<Place>) {
        self.story = of;
        self.delivery = None;
    }

    /// What is known to be missing from the open chat, oldest first. Nothing is missed of
    /// somebody who only asks to chat.
    pub fn gaps(&self, id: &ChatId) -> Vec<Gap> {
        let chat = self.chat(id).filter(|chat| chat.stage != Stage::Requested);
        chat.map(|chat| chat.gaps.clone()).unwrap_or_default()
    }

    pub fn message(&self, place: Place) -> Option<&Message> {
        self.timeline.as_ref()?.message(place)
    }

    /// What became of one's own message.
    pub fn state_of(&self, place: Place) -> Option<MessageState> {
        match self.message(place)?.direction {
            Direction::Incoming => None,
            Direction::Outgoing(state) => Some(state),
        }
    }

    /// Whether what was written here is on a server, and the other has given no sign of life
    /// yet: perhaps they have still to accept the chat.
    pub fn awaits_answer(&self, chat: &ChatId) -> bool {
        let open = self.timeline.as_ref().filter(|open| open.chat == *chat && open.is_whole());
        let heard = |message: &Message| match message.direction {
            Direction::Incoming => true,
            Direction::Outgoing(state) => state >= MessageState::Delivered,
        };
        let is_out = |message: &Message| {
            matches!(message.direction, Direction::Outgoing(MessageState::Sent { .. }))
        };
        open.is_some_and(|open| !open.messages().any(heard) && open.messages().any(is_out))
    }

    /// Whether somebody else's message stands between these two; or something is unread
    /// that came late, so long ago that it is not in the window, and all else was seen.
    pub fn has_unread_up_to(&self, chat: &ChatId, known: Place, up_to: Place) -> bool {
        let unread = self.chat(chat).map_or(0, |chat| chat.unread);
        self.timeline.as_ref().filter(|timeline| timeline.chat == *chat).is_some_and(|timeline| {
            let out_of_sight = unread > 0 && timeline.following && timeline.late().is_empty();
            out_of_sight
                || timeline
                    .messages()
                    .rev()
                    .take_while(|message| message.place > known)
                    .any(|m| m.place <= up_to && m.direction == Direction::Incoming)
        })
    }
}

#[cfg(test)]
mod tests;
