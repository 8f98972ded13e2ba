use super::{AppState, Part};
use zajil_api::{ChatId, Direction, LinkState, Message, MessageState, Place, UnixTime};

/// An outage that is being practised, and what got through all the same.
#[derive(Debug)]
pub struct Practice {
    pub until: UnixTime,
    /// The most servers that were cut at once.
    pub cut: usize,
    came: u32,
    /// One's own messages that were written since it began, and whether a server has them.
    written: Vec<(ChatId, Place, bool)>,
}

/// What a practice showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Practised {
    pub came: u32,
    pub went: u32,
    /// Written, and on no server when it ended.
    pub waiting: u32,
}

impl AppState {
    pub fn practice(&self) -> Option<&Practice> {
        self.practice.as_ref()
    }

    /// The result of a practice that ended since the last call.
    pub fn take_practised(&mut self) -> Option<Practised> {
        self.practised.take()
    }

    /// Which servers a practice cuts unless the person chooses otherwise: all but one that
    /// works, and of those the one most chats go on through.
    pub fn choose_cut(&mut self) {
        let spared = self.servers.iter().enumerate().min_by_key(|(_, server)| {
            (server.link != LinkState::Connected, std::cmp::Reverse(server.chats))
        });
        let spared = spared.map(|(at, _)| at);
        let others = self.servers.iter().enumerate().filter(|(at, _)| Some(*at) != spared);
        self.to_cut = others.map(|(_, server)| server.url.clone()).collect();
    }

    /// Whether something is cut and something left.
    pub fn can_cut(&self) -> bool {
        (1..self.servers.len()).contains(&self.to_cut.len())
    }

    /// Begins or ends with the servers' own state, so that every tab tells the same.
    pub(super) fn note_practice(&mut self) -> Option<Part> {
        let untils = self.servers.iter().filter_map(|server| match server.link {
            LinkState::Cut { until } => Some(until),
            _ => None,
        });
        let (cut, until) = (untils.clone().count(), untils.max());
        match (until, &mut self.practice) {
            (Some(until), Some(practice)) if (until, cut) == (practice.until, practice.cut) => None,
            (Some(until), Some(practice)) => {
                practice.until = until;
                practice.cut = practice.cut.max(cut);
                Some(Part::Practice)
            }
            (Some(until), none) => {
                *none = Some(Practice { until, cut, came: 0, written: Vec::new() });
                Some(Part::Practice)
            }
            (None, practice) => practice.take().map(|over| {
                let count = |is: bool| over.written.iter().filter(|(_, _, out)| *out == is).count();
                let [went, waiting] =
                    [true, false].map(|is| u32::try_from(count(is)).unwrap_or(u32::MAX));
                self.practised = Some(Practised { came: over.came, went, waiting });
                Part::Practice
            }),
        }
    }

    pub(super) fn count_added(&mut self, chat: &ChatId, message: &Message) {
        let Some(practice) = &mut self.practice else { return };
        match message.direction {
            Direction::Incoming => practice.came = practice.came.saturating_add(1),
            Direction::Outgoing(_) => practice.written.push((chat.clone(), message.place, false)),
        }
    }

    pub(super) fn uncount(&mut self, chat: &ChatId, place: Place) {
        if let Some(practice) = &mut self.practice {
            practice.written.retain(|(c, p, _)| (c, *p) != (chat, place));
        }
    }

    pub(super) fn count_out(&mut self, chat: &ChatId, place: Place, state: MessageState) {
        let written = self.practice.iter_mut().flat_map(|practice| &mut practice.written);
        if state >= (MessageState::Sent { on: 0, of: 0 })
            && let Some((_, _, out)) =
                written.into_iter().find(|(c, p, _)| c == chat && *p == place)
        {
            *out = true;
        }
    }
}
