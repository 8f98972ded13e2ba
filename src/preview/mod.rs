//! Development only (`--features preview`): the interface with nothing behind it.
//!
//! Stands where the port to the engine stands and answers from fixtures, so that
//! every screen can be looked at and photographed without a server. Which scene is
//! shown is the address's query: `?scene=busy`, `first`, `empty`, `outage`, `full`,
//! `elsewhere`, `stopped`, `loading`, `invite`.

mod fixtures;

use fixtures::Scene;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use zajil_api::{
    Command, CommandId, Direction, Failure, Invite, LinkState, Message, MessageId, MessageState,
    RelayUrl, Seq, Server, Settings, Update,
};

#[derive(Clone)]
pub struct Client {
    next: Rc<Cell<u32>>,
    scene: Rc<RefCell<Scene>>,
    tell: Rc<dyn Fn(Update)>,
}

impl Client {
    pub fn connect(on_update: impl Fn(Update) + 'static) -> Self {
        Self {
            next: Rc::default(),
            scene: Rc::new(RefCell::new(Scene::from_address())),
            tell: Rc::new(on_update),
        }
    }

    pub fn send(&self, command: Command) -> CommandId {
        let id = CommandId(self.next.get());
        self.next.set(id.0 + 1);
        let client = self.clone();
        Timeout::new(5, move || client.answer(id, command)).forget();
        id
    }

    fn tell_later(&self, after: u32, update: Update) {
        let tell = Rc::clone(&self.tell);
        Timeout::new(after, move || tell(update)).forget();
    }

    fn answer(&self, id: CommandId, command: Command) {
        let tell = &self.tell;
        let mut scene = self.scene.borrow_mut();
        let refuse = |failure| tell(Update::Refused { answers: id, failure });
        match command {
            Command::Attach => {
                for update in scene.attach(id) {
                    tell(update);
                }
            }
            Command::CreateAccount { name } | Command::Rename { name } => {
                tell(Update::AccountChanged(scene.rename(name)));
            }
            Command::ReadInvite { link } if link.is_empty() => refuse(Failure::InviteBroken),
            Command::ReadInvite { .. } => {
                let invite = Invite { from: fixtures::contact("Alice Adams", 'a'), chat: None };
                tell(Update::InviteRead { answers: id, invite });
            }
            Command::StartChat { link } => match link.contains("#/i/") || link == "alice" {
                true => {
                    let chat = scene.start();
                    tell(Update::ChatChanged(chat.clone()));
                    tell(Update::ChatOpened { answers: id, chat: chat.id });
                }
                false => refuse(Failure::InviteBroken),
            },
            Command::SendMessage { chat, text } => {
                let message = Message {
                    id: MessageId::new(format!("{:064}", id.0)),
                    seq: Seq(scene.newest(&chat).0 + 1),
                    direction: Direction::Outgoing(MessageState::Sending),
                    author: fixtures::me(),
                    text,
                    sent_at: fixtures::now(),
                };
                let seq = message.seq;
                scene.keep(&chat, message.clone());
                let states = [
                    MessageState::Sent { on: 2, of: 3 },
                    MessageState::Delivered,
                    MessageState::Read,
                ];
                for (nth, state) in (1..).zip(states) {
                    let chat = chat.clone();
                    self.tell_later(nth * 600, Update::MessageStateChanged { chat, seq, state });
                }
                tell(Update::MessageAdded { answers: Some(id), chat, message });
            }
            Command::LoadMessages { chat, before, limit } => {
                let (messages, reached_start) = scene.page(&chat, before, limit);
                tell(Update::PageLoaded { answers: id, chat, messages, reached_start });
            }
            Command::MarkRead { chat, up_to } => {
                if let Some(chat) = scene.read(&chat, up_to) {
                    tell(Update::ChatChanged(chat));
                }
            }
            Command::AcceptRequest { chat } => {
                if let Some(chat) = scene.accept(&chat) {
                    tell(Update::ChatChanged(chat));
                }
            }
            Command::DeclineRequest { chat } => tell(Update::ChatRemoved(chat)),
            Command::AddServer { url } if url.starts_with("ws") => {
                let url = RelayUrl::new(url);
                let link = LinkState::Connecting;
                tell(Update::ServerChanged(Server { url, link, opened_in_ms: None, said: None }));
            }
            Command::AddServer { .. } => refuse(Failure::ServerInvalid),
            Command::RemoveServer { url } => tell(Update::ServerRemoved(url)),
            Command::SetReceipts { receipts } => {
                tell(Update::SettingsChanged(Settings { receipts }))
            }
            Command::RenewInvite | Command::Typing { .. } | Command::RetryStorage => {}
        }
    }
}
