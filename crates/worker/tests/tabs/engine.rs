//! An engine as small as can be: it keeps texts, once for each id, before it tells of them.
//! For some answers it has to read, and is done with the request before it did.

use super::browser::{Browser, Disk, GONE, POISON};
use zajil_api::{
    CatchUp, Command, CommandId, Direction, Failure, Message, MessageId, MessageState, Place,
    PublicKey, Request, Settings, Snapshot, UnixTime, Update,
};
use zajil_worker::tabs::Event;

impl Browser {
    /// The engine: keeps before it tells, and keeps nothing when another leads.
    pub fn handle(&mut self, tab: usize, Request { id, command }: Request) {
        if command == Command::RetryStorage {
            self.tab(tab).retries += 1;
            return;
        }
        let term = self.tab(tab).engine.as_ref().unwrap().term;
        let is_fenced = self.disk.fence != Some((tab, term));
        let update = match command {
            Command::SendMessage { .. } | Command::Rename { .. } if is_fenced => {
                return self.event(tab, Event::EngineFenced);
            }
            Command::SendMessage { .. } if self.disk.is_slow && self.disk.has(id) => None,
            Command::WithdrawMessage { .. } if self.disk.is_slow => None,
            Command::SendMessage { text, .. } if text == POISON => {
                self.tab(tab).is_hung = true;
                return;
            }
            Command::SendMessage { text, .. } if text == GONE => {
                Some(Update::Refused { answers: id, failure: Failure::ChatUnknown })
            }
            Command::SendMessage { chat, text } => {
                if !self.disk.has(id) {
                    self.disk.texts.push((id, text.clone()));
                }
                Some(Update::MessageAdded { answers: Some(id), chat, message: message(&text) })
            }
            Command::Attach => Some(Update::Attached { answers: id, snapshot: snapshot() }),
            Command::LoadMessages { chat, .. } => {
                let messages = self.disk.texts.iter().map(|(_, text)| message(text)).collect();
                Some(Update::PageLoaded { answers: id, chat, messages, is_last: true })
            }
            Command::StartChat { .. } => {
                Some(Update::Refused { answers: id, failure: Failure::InviteBroken })
            }
            Command::WithdrawMessage { chat, place } => Some(match self.disk.texts.pop() {
                Some(_) => Update::MessageRemoved { answers: Some(id), chat, place },
                None => Update::Refused { answers: id, failure: Failure::MessageUnknown },
            }),
            Command::RemoveServer { .. } => {
                Some(Update::Refused { answers: id, failure: Failure::ServerInvalid })
            }
            Command::Rename { .. } => {
                self.disk.renamed += 1;
                None
            }
            _ => None,
        };
        if let Some(update) = update {
            self.event(tab, Event::Update(update));
        }
        self.event(tab, Event::Done(vec![id]));
    }
}

impl Disk {
    fn has(&self, id: CommandId) -> bool {
        self.texts.iter().any(|(kept, _)| *kept == id)
    }
}

fn snapshot() -> Snapshot {
    Snapshot {
        account: None,
        chats: Vec::new(),
        servers: Vec::new(),
        settings: Settings::default(),
        catch_up: CatchUp::Done,
    }
}

fn message(text: &str) -> Message {
    Message {
        id: MessageId::new("00"),
        place: Place::START,
        direction: Direction::Outgoing(MessageState::Sending),
        author: PublicKey::new("11"),
        text: text.to_owned(),
        sent_at: UnixTime(1),
        received_at: UnixTime(1),
    }
}
