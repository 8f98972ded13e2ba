use zajil_api::{ChatId, CommandId, Direction, Message, MessageState, Seq};

/// How many messages one request to the engine asks for.
pub const PAGE: u16 = 80;

/// How many messages of one chat are ever held at once.
const WINDOW: usize = 400;

/// Which side of the window a page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Newest,
    Older,
    Newer,
}

/// A window on the open chat's history.
///
/// Never the whole history: pages come in at one side and leave at the other.
/// Sequence numbers have no gaps, which is how a page after the window can be
/// asked for with a request that only knows "before".
#[derive(Debug)]
pub struct Timeline {
    pub chat: ChatId,
    /// The unread line stands behind this message for as long as the chat is open.
    pub unread_after: Option<Seq>,
    /// Whether the newest message is on the screen; only then may the window
    /// move forward under the reader's eyes.
    pub following: bool,
    /// By sequence number, each once.
    messages: Vec<Message>,
    reached_start: bool,
    reached_end: bool,
    asked: Option<(CommandId, Edge)>,
}

impl Timeline {
    pub fn new(chat: ChatId, unread_after: Option<Seq>) -> Self {
        Self {
            chat,
            unread_after,
            following: true,
            messages: Vec::new(),
            reached_start: false,
            reached_end: false,
            asked: None,
        }
    }

    /// Oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter()
    }

    pub fn message(&self, seq: Seq) -> Option<&Message> {
        self.messages.get(self.place(seq).ok()?)
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

    /// Where a page on this side starts, or `None` when nothing is to be asked:
    /// a page is on its way, or there is nothing more there.
    pub fn wants(&self, edge: Edge) -> Option<Option<Seq>> {
        if edge == Edge::Newest {
            return Some(None);
        }
        if self.asked.is_some() {
            return None;
        }
        match edge {
            Edge::Older if !self.reached_start => {
                self.messages.first().map(|message| Some(message.seq))
            }
            Edge::Newer if !self.reached_end => self
                .messages
                .last()
                .map(|message| Some(Seq(message.seq.0.saturating_add(u64::from(PAGE) + 1)))),
            _ => None,
        }
    }

    pub fn asked(&mut self, command: CommandId, edge: Edge) {
        self.asked = Some((command, edge));
    }

    /// The engine refused; the person may scroll and so ask again.
    pub fn unask(&mut self, command: CommandId) {
        if self.asked.is_some_and(|(asked, _)| asked == command) {
            self.asked = None;
        }
    }

    /// Takes a page; `false` when it answers no question of this window.
    pub fn take_page(&mut self, to: CommandId, page: Vec<Message>, reached_start: bool) -> bool {
        let Some((_, edge)) = self.asked.filter(|(asked, _)| *asked == to) else {
            return false;
        };
        self.asked = None;
        match edge {
            Edge::Newest => {
                self.messages.clear();
                self.reached_end = true;
                self.reached_start = reached_start;
            }
            Edge::Older => self.reached_start = reached_start,
            Edge::Newer => {
                let wished = self.messages.last().map_or(0, |message| message.seq.0);
                let wished = wished.saturating_add(u64::from(PAGE));
                self.reached_end = page.last().is_none_or(|message| message.seq.0 < wished);
            }
        }
        for message in page {
            self.put(message);
        }
        self.trim(if edge == Edge::Older { Edge::Newer } else { Edge::Older });
        true
    }

    /// A new message: held when the window reaches the end and the reader is there or
    /// there is room. Otherwise it stays in the store until it is scrolled to.
    pub fn add(&mut self, message: Message) -> bool {
        if !self.reached_end {
            return false;
        }
        if !self.following && self.messages.len() >= WINDOW {
            self.reached_end = false;
            return false;
        }
        self.put(message);
        self.trim(Edge::Older);
        true
    }

    /// `false` when there is no such message of one's own in the window.
    pub fn set_state(&mut self, seq: Seq, state: MessageState) -> bool {
        let held = self.place(seq).ok().and_then(|place| self.messages.get_mut(place));
        match held.map(|message| &mut message.direction) {
            Some(direction @ Direction::Outgoing(_)) => {
                *direction = Direction::Outgoing(state);
                true
            }
            _ => false,
        }
    }

    fn place(&self, seq: Seq) -> Result<usize, usize> {
        self.messages.binary_search_by_key(&seq, |message| message.seq)
    }

    fn put(&mut self, message: Message) {
        match self.place(message.seq) {
            Ok(place) => {
                if let Some(held) = self.messages.get_mut(place) {
                    *held = message;
                }
            }
            Err(place) => self.messages.insert(place, message),
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
