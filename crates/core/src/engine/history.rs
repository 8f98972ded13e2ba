//! Pages of a chat, read from the store when somebody looks.

use super::chat::PREVIEW;
use super::record::{ChatKey, DoubtedRow, MessageRow};
use super::save::{MessagePart, message_key};
use super::{Engine, LoadToken, Output};
use crate::envelope::Count;
use crate::sorted::SortedMap;
use crate::store::{Order, Range, Row, Table};
use zajil_api::{CommandId, Failure, Message, MessageState, Page, Place, Preview, Update};

/// Messages of one page at most.
const MAX_PAGE: u16 = 200;
/// A message has so many rows at most: what was said, what became of it, where it lies.
const ROWS: u32 = 3;

/// Pages that were asked for and not yet read.
#[derive(Debug, Default)]
pub(super) struct Pages {
    waiting: SortedMap<LoadToken, Wanted>,
    next: u64,
}

#[derive(Debug)]
pub(super) enum Wanted {
    Page {
        answers: CommandId,
        chat: ChatKey,
        page: Page,
        limit: u16,
    },
    /// One message, for the tab whose command came twice.
    Message {
        answers: CommandId,
        chat: ChatKey,
    },
    /// The same, to tell where it lies.
    Delivery {
        answers: CommandId,
        chat: ChatKey,
        place: Place,
    },
    /// The same, to take it back.
    Withdrawn {
        answers: CommandId,
        chat: ChatKey,
        place: Place,
    },
    /// An own message that may have been lost to the other, to be written again.
    Resent {
        chat: ChatKey,
        place: Place,
    },
    /// The last message of a chat, now that this one is gone.
    Last {
        chat: ChatKey,
        gone: Place,
    },
    /// Whether a message is here.
    Known {
        chat: ChatKey,
        row: Box<MessageRow>,
    },
    /// What was read just now, further back than is remembered.
    Read {
        chat: ChatKey,
    },
    /// Own messages that the other misses.
    Again {
        chat: ChatKey,
        missed: Vec<Count>,
    },
}

/// All rows of one message.
fn rows_of(chat: ChatKey, place: Place) -> Range {
    Range {
        table: Table::Messages,
        from: message_key(chat, place, 0),
        to: Some(message_key(chat, place, u8::MAX)),
        order: Order::Ascending,
        limit: None,
    }
}

impl Engine {
    pub(super) fn load_messages(
        &mut self,
        answers: CommandId,
        chat: ChatKey,
        page: Page,
        limit: u16,
    ) {
        let limit = limit.clamp(1, MAX_PAGE);
        let (from, to, order) = match page {
            Page::Newest => (Place::START, Place::END, Order::Descending),
            Page::Before(place) => (Place::START, place, Order::Descending),
            Page::After(place) => (place, Place::END, Order::Ascending),
        };
        // Behind all of that message's rows, where it is the first that is not wanted.
        let first_part = if matches!(page, Page::After(_)) { u8::MAX } else { 0 };
        let range = Range {
            table: Table::Messages,
            from: message_key(chat, from, first_part),
            to: Some(message_key(chat, to, 0)),
            order,
            limit: Some(u32::from(limit) * ROWS),
        };
        self.load(range, Wanted::Page { answers, chat, page, limit });
    }

    /// A command came again: its message is shown again to whoever asked.
    pub(super) fn answer_again(&mut self, answers: CommandId, chat: ChatKey, place: Place) {
        self.load(rows_of(chat, place), Wanted::Message { answers, chat });
    }

    pub(super) fn load_message(&mut self, chat: ChatKey, place: Place, wanted: Wanted) {
        self.load(rows_of(chat, place), wanted);
    }

    /// The message at `place` is gone: another may be the chat's last.
    pub(super) fn preview_anew(&mut self, chat: ChatKey, place: Place) {
        let previewed = self.chats.get_mut(&chat).filter(|chat| chat.row.newest == place);
        if let Some(previewed) = previewed {
            // Were we to end now, nobody would look for another.
            previewed.row.last = None;
            self.chat_changed(chat);
            let range = Range {
                table: Table::Messages,
                from: message_key(chat, Place::START, 0),
                to: Some(message_key(chat, Place::END, 0)),
                order: Order::Descending,
                limit: Some(ROWS),
            };
            self.load(range, Wanted::Last { chat, gone: place });
        }
    }

    fn last_loaded(&mut self, key: ChatKey, gone: Place, rows: &[Row]) {
        let last = self.read_messages(key, rows).pop();
        // Another may have come since the rows were read.
        let chat = self.chats.get_mut(&key).filter(|chat| chat.row.newest == gone);
        let Some(chat) = chat else { return };
        chat.row.newest = last.as_ref().map_or(Place::START, |message| message.place);
        chat.row.last = last.map(|message| Preview {
            text: message.text.chars().take(PREVIEW).collect(),
            direction: message.direction,
            sent_at: message.sent_at,
        });
        self.chat_changed(key);
    }

    /// Whether a message is here already is looked up; until then it is kept aside, because
    /// nothing opens it a second time.
    pub(super) fn look_for_known(&mut self, chat: ChatKey, row: MessageRow) {
        let is_same = |wanted: &Wanted| matches!(wanted, Wanted::Known { row: other, .. } if other.id == row.id);
        if self.pages.waiting.values().any(is_same) {
            return;
        }
        self.save_doubted(&DoubtedRow { chat, row: row.clone() });
        self.load(rows_of(chat, row.place()), Wanted::Known { chat, row: Box::new(row) });
    }

    pub(super) fn load(&mut self, range: Range, wanted: Wanted) {
        let token = LoadToken(self.pages.next);
        self.pages.next += 1;
        self.pages.waiting.insert(token, wanted);
        self.outputs.push_back(Output::Load { token, range });
    }

    pub(super) fn handle_loaded(&mut self, token: LoadToken, rows: &[Row]) {
        match self.pages.waiting.remove(&token) {
            Some(Wanted::Page { answers, chat, page, limit }) => {
                self.page_loaded(answers, chat, page, limit, rows);
            }
            Some(Wanted::Message { answers, chat }) => {
                let answer = match self.read_messages(chat, rows).pop() {
                    Some(message) => {
                        let chat = chat.to_id();
                        Update::MessageAdded { answers: Some(answers), chat, message }
                    }
                    // It was taken back since.
                    None => Update::Refused { answers, failure: Failure::MessageUnknown },
                };
                self.update(answer);
            }
            Some(Wanted::Delivery { answers, chat, place }) => {
                self.delivery_loaded(answers, chat, place, rows);
            }
            Some(Wanted::Withdrawn { answers, chat, place }) => {
                self.withdrawn_loaded(answers, chat, place, rows);
            }
            Some(Wanted::Resent { chat, place }) => {
                if let Some(row) = self.said_in(rows).filter(|row| row.mine) {
                    self.resent_loaded(chat, place, row);
                }
            }
            Some(Wanted::Last { chat, gone }) => self.last_loaded(chat, gone, rows),
            Some(Wanted::Known { chat, row }) => self.known_loaded(chat, &row, rows),
            Some(Wanted::Read { chat }) => self.read_loaded(chat, rows),
            Some(Wanted::Again { chat, missed }) => self.found_again(chat, missed, rows),
            None => {}
        }
    }

    /// What was said, by the rows of one message.
    pub(super) fn said_in(&self, rows: &[Row]) -> Option<MessageRow> {
        rows.iter().find_map(|(key, sealed)| match self.read_message(key, sealed) {
            Some((_, MessagePart::Said(row))) => Some(row),
            _ => None,
        })
    }

    /// The messages of these rows, oldest first, each in its present state.
    fn read_messages(&self, chat: ChatKey, rows: &[Row]) -> Vec<Message> {
        let mut said: SortedMap<Place, MessageRow> = SortedMap::new();
        let mut states: SortedMap<Place, MessageState> = SortedMap::new();
        for (key, sealed) in rows {
            match self.read_message(key, sealed) {
                Some((place, MessagePart::Said(row))) => {
                    said.insert(place, row);
                }
                Some((place, MessagePart::State(state))) => {
                    states.insert(place, state);
                }
                Some((_, MessagePart::Delivery(_))) => {}
                None => tracing::error!("a message's row does not open"),
            }
        }
        let state = |place: &Place| {
            let state = self.unsettled.state_at(chat, *place).or(states.get(place).copied());
            state.unwrap_or(MessageState::Sending)
        };
        said.iter().map(|(place, row)| row.view(state(place))).collect()
    }

    fn page_loaded(
        &mut self,
        answers: CommandId,
        chat: ChatKey,
        page: Page,
        limit: u16,
        rows: &[Row],
    ) {
        let limit = usize::from(limit);
        let mut messages = self.read_messages(chat, rows);
        let is_last = rows.len() < limit * ROWS as usize && messages.len() <= limit;
        match page {
            Page::After(_) => messages.truncate(limit),
            Page::Newest | Page::Before(_) => {
                messages.drain(..messages.len().saturating_sub(limit));
            }
        }
        self.update(Update::PageLoaded { answers, chat: chat.to_id(), messages, is_last });
    }
}
