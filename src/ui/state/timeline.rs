use super::late::insert;
use zajil_api::{ChatId, CommandId, Direction, Message, MessageState, Page, Place, UnixTime};

/// How many messages one request to the engine asks for.
const PAGE: u16 = 80;

/// The most that the engine hands out at once.
const LARGEST_PAGE: u16 = 200;

/// How many messages of one chat are ever held at once.
const WINDOW: usize = 400;

/// More unread than this, and the window begins where they begin: few enough that a page
/// of the newest holds them all, with what was read before them.
const FEW: u32 = PAGE as u32 / 2;

/// Which side of the window a page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Newest,
    /// Where the unread begins.
    Unread,
    Older,
    Newer,
    /// What is held already, because it may have changed.
    Again,
}

impl Edge {
    /// How many messages to ask for.
    pub fn page_size(self) -> u16 {
        if self == Self::Again { LARGEST_PAGE } else { PAGE }
    }
}

/// What became of a message that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// Outside the window: it stays in the store until it is scrolled to.
    Beyond,
    AtEnd,
    /// Somebody else's, before the newest: it may be above what is on the screen.
    Late,
    Inside,
}

/// A window on the open chat's history.
///
/// Never the whole history: pages come in at one side and leave at the other. A message
/// may belong anywhere, since its place is its author's word and not the hour it came.
#[derive(Debug)]
pub struct Timeline {
    pub chat: ChatId,
    /// The unread line stands behind this message for as long as the chat is open.
    pub unread_after: Option<Place>,
    /// How many were unread when the chat was opened.
    pub(super) unread: u32,
    /// Whether the newest message is on the screen; only then may the window
    /// move forward under the reader's eyes.
    pub following: bool,
    /// In order of their places, each once.
    pub(super) messages: Vec<Message>,
    reached_start: bool,
    reached_end: bool,
    asked: Option<(CommandId, Edge)>,
    /// The engine was out of reach, and nothing was asked since.
    doubted: bool,
    /// What came late and was not on the screen since, in order.
    pub(super) late: Vec<Place>,
}

impl Timeline {
    pub fn new(chat: ChatId, unread_after: Option<Place>, unread: u32) -> Self {
        Self {
            chat,
            unread_after,
            unread,
            following: true,
            messages: Vec::new(),
            reached_start: false,
            reached_end: false,
            asked: None,
            doubted: false,
            late: Vec::new(),
        }
    }

    /// Oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter()
    }

    pub fn message(&self, place: Place) -> Option<&Message> {
        self.messages.get(self.find(place).ok()?)
    }

    /// Whether nothing of the chat lies outside the window.
    pub fn is_whole(&self) -> bool {
        self.reached_start && self.reached_end
    }

    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether the very first message is in the window.
    pub fn reached_start(&self) -> bool {
        self.reached_start
    }

    pub fn reached_end(&self) -> bool {
        self.reached_end
    }

    /// Which page to ask for on this side, or `None` when there is nothing to ask: a page
    /// is on its way, or nothing more lies there.
    pub fn wants(&self, edge: Edge) -> Option<Page> {
        match edge {
            Edge::Newest => Some(Page::Newest),
            Edge::Unread => self.unread_after.map(Page::After),
            Edge::Again => Some(match self.messages.first() {
                Some(first) => Page::After(just_before(first.place)),
                None => Page::Newest,
            }),
            _ if self.asked.is_some() => None,
            Edge::Older if self.reached_start => None,
            Edge::Older => self.messages.first().map(|message| Page::Before(message.place)),
            Edge::Newer if self.reached_end => None,
            Edge::Newer => self.messages.last().map(|message| Page::After(message.place)),
        }
    }

    /// What is still to be fetched before the reader's first look; the place where they are
    /// is not known before that.
    pub fn opens_with(&self) -> Option<Edge> {
        let far = self.unread_after.filter(|_| self.unread > FEW);
        match (self.messages.first(), far) {
            // Whatever is unread came late and stands before what was read.
            (None, _) if self.reached_end => (!self.reached_start).then_some(Edge::Newest),
            (None, Some(_)) => Some(Edge::Unread),
            (None, None) => Some(Edge::Newest),
            (Some(first), Some(read)) => {
                (first.place > read && !self.reached_start).then_some(Edge::Older)
            }
            (Some(_), None) => None,
        }
    }

    /// What may have been missed since the engine was out of reach.
    pub fn lacks(&self) -> Option<Edge> {
        let edge = if self.following { Edge::Newest } else { Edge::Again };
        self.doubted.then_some(edge)
    }

    pub fn asked(&mut self, command: CommandId, edge: Edge) {
        self.doubted = false;
        self.asked = Some((command, edge));
    }

    /// The engine refused; the person may scroll and so ask again.
    pub fn unask(&mut self, command: CommandId) {
        if self.asked.is_some_and(|(asked, _)| asked == command) {
            self.asked = None;
        }
    }

    /// The engine was out of reach for a while: what is behind the window may have grown.
    pub fn doubt(&mut self) {
        self.asked = None;
        self.reached_end = false;
        self.doubted = true;
    }

    /// Takes a page; `None` when it answers no question of this window. Returns the messages
    /// that were held already and are not as they were.
    pub fn take_page(
        &mut self,
        to: CommandId,
        page: Vec<Message>,
        is_last: bool,
    ) -> Option<Vec<Place>> {
        let (_, edge) = self.asked.filter(|(asked, _)| *asked == to)?;
        self.asked = None;
        let differs = |new: &&Message| self.message(new.place).is_some_and(|held| held != *new);
        let changed = page.iter().filter(differs).map(|message| message.place).collect();
        match edge {
            Edge::Newest => {
                self.messages.clear();
                self.reached_end = true;
                self.reached_start = is_last;
            }
            Edge::Older => self.reached_start = is_last,
            Edge::Newer | Edge::Unread => self.reached_end = is_last,
            Edge::Again => {
                self.messages.clear();
                self.reached_end = is_last;
            }
        }
        for message in page {
            self.put(message);
        }
        self.trim(if edge == Edge::Older { Edge::Newer } else { Edge::Older });
        if edge == Edge::Newest {
            self.find_late();
        }
        Some(changed)
    }

    /// A message was kept. It is held when it belongs inside the window, or at an edge
    /// that is the chat's own; at the end only while the reader is there or there is room.
    pub fn add(&mut self, message: Message) -> Added {
        let (place, incoming) = (message.place, message.direction == Direction::Incoming);
        let is_last = self.messages.last().is_none_or(|last| last.place < place);
        let is_first = self.messages.first().is_none_or(|first| place < first.place);
        if is_last && !self.reached_end {
            return Added::Beyond;
        }
        if is_last && !self.following && self.messages.len() >= WINDOW {
            self.reached_end = false;
            return Added::Beyond;
        }
        if is_last || !is_first || self.reached_start {
            self.put(message);
            // Whoever reads further up loses nothing of what is before their eyes.
            self.trim(if is_last || self.following { Edge::Older } else { Edge::Newer });
        }
        match (is_last, incoming) {
            (true, _) => Added::AtEnd,
            (false, true) => {
                insert(&mut self.late, place);
                Added::Late
            }
            (false, false) => Added::Inside,
        }
    }

    /// `false` when there is no such message in the window.
    pub fn remove(&mut self, place: Place) -> bool {
        let held = self.find(place).ok();
        held.map(|at| self.messages.remove(at)).is_some()
    }

    /// `false` when there is no such message of one's own in the window.
    pub fn set_state(&mut self, place: Place, state: MessageState) -> bool {
        let held = self.find(place).ok().and_then(|at| self.messages.get_mut(at));
        match held.map(|message| &mut message.direction) {
            Some(direction @ Direction::Outgoing(_)) => {
                *direction = Direction::Outgoing(state);
                true
            }
            _ => false,
        }
    }

    fn find(&self, place: Place) -> Result<usize, usize> {
        self.messages.binary_search_by_key(&place, |message| message.place)
    }

    fn put(&mut self, message: Message) {
        match self.find(message.place) {
            Ok(at) => {
                if let Some(held) = self.messages.get_mut(at) {
                    *held = message;
                }
            }
            Err(at) => self.messages.insert(at, message),
        }
    }

    fn trim(&mut self, edge: Edge) {
        let surplus = self.messages.len().saturating_sub(WINDOW);
        if surplus == 0 {
            return;
        }
        if edge == Edge::Newer {
            self.messages.truncate(WINDOW);
            self.reached_end = false;
        } else {
            self.messages.drain(..surplus);
            self.reached_start = false;
        }
    }
}

/// The place before which nothing lies that is before `place`.
fn just_before(place: Place) -> Place {
    let last = (u32::MAX, u32::MAX);
    match (place.tie, place.clock, place.at.0) {
        ((0, 0), 0, 0) => Place::START,
        ((0, 0), 0, at) => Place { at: UnixTime(at - 1), clock: Place::LARGEST, tie: last },
        ((0, 0), clock, _) => Place { clock: clock - 1, tie: last, ..place },
        ((high, 0), _, _) => Place { tie: (high - 1, u32::MAX), ..place },
        ((high, low), _, _) => Place { tie: (high, low - 1), ..place },
    }
}
