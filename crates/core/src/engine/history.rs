//! Pages of a chat, read from the store when somebody looks.

use super::record::{ChatKey, MessageRow};
use super::save::{MessagePart, message_key};
use super::{Engine, LoadToken, Output};
use crate::store::{Order, Range, Row, Table};
use std::collections::BTreeMap;
use zajil_api::{CommandId, Message, MessageState, Seq, Update};

/// Messages of one page at most.
const MAX_PAGE: u16 = 200;
/// A message has so many rows at most: what was said, and what became of it.
const ROWS: u32 = 2;

/// Pages that were asked for and not yet read.
#[derive(Debug, Default)]
pub(super) struct Pages {
    waiting: BTreeMap<LoadToken, Page>,
    next: u64,
}

#[derive(Debug)]
struct Page {
    answers: CommandId,
    chat: ChatKey,
    limit: u16,
}

impl Engine {
    pub(super) fn load_messages(
        &mut self,
        answers: CommandId,
        chat: ChatKey,
        before: Option<Seq>,
        limit: u16,
    ) {
        let limit = limit.clamp(1, MAX_PAGE);
        let token = LoadToken(self.pages.next);
        self.pages.next += 1;
        self.pages.waiting.insert(token, Page { answers, chat, limit });
        let range = Range {
            table: Table::Messages,
            from: message_key(chat, Seq(0), 0),
            to: Some(message_key(chat, before.unwrap_or(Seq(u64::MAX)), 0)),
            order: Order::Descending,
            limit: Some(u32::from(limit) * ROWS),
        };
        self.outputs.push_back(Output::Load { token, range });
    }

    pub(super) fn handle_loaded(&mut self, token: LoadToken, rows: &[Row]) {
        let Some(Page { answers, chat, limit }) = self.pages.waiting.remove(&token) else { return };
        let mut said: BTreeMap<Seq, MessageRow> = BTreeMap::new();
        let mut states: BTreeMap<Seq, MessageState> = BTreeMap::new();
        for (key, sealed) in rows {
            match self.read_message(key, sealed) {
                Some((seq, MessagePart::Said(row))) => {
                    said.insert(seq, row);
                }
                Some((seq, MessagePart::State(state))) => {
                    states.insert(seq, state);
                }
                None => tracing::error!("a message's row does not open"),
            }
        }
        let exhausted = rows.len() < usize::from(limit) * ROWS as usize;
        let surplus = said.len().saturating_sub(usize::from(limit));
        let messages: Vec<Message> = said
            .into_iter()
            .skip(surplus)
            .map(|(seq, row)| {
                let state = self.unsettled.state_at(chat, seq).or(states.get(&seq).copied());
                row.view(seq, state.unwrap_or(MessageState::Sending))
            })
            .collect();
        let reached_start = exhausted && surplus == 0;
        self.update(Update::PageLoaded { answers, chat: chat.to_id(), messages, reached_start });
    }
}
