//! Development only (`--features preview`): the interface with nothing behind it.
//!
//! Stands where the port to the engine stands and answers from fixtures, so that
//! every screen can be looked at and photographed without a server. Which scene is
//! shown is the address's query: `?scene=busy`, `first`, `empty`, `outage`, `away`, `alone`, `single`, `waiting`,
//! `guest`, `breaking`, `full`, `gaps`, `late`, `fetching`, `changing`, `readonly`, `evicted`, `stopped` (and
//! `stopped-newer` and its like), `loading`, `invite`.

mod fixtures;
mod servers;
mod talk;
mod trouble;

use fixtures::Scene;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use zajil_api::{
    ChatId, Command, CommandId, Direction, Failure, Invite, LinkState, Message, MessageId,
    MessageState, Place, Server, Settings, Storage, UnixTime, Update,
};

#[derive(Clone)]
pub struct Client {
    next: Rc<Cell<u64>>,
    scene: Rc<RefCell<Scene>>,
    /// What is to be kept once there is room.
    unkept: Rc<RefCell<Vec<(CommandId, Command)>>>,
    tell: Rc<dyn Fn(Update)>,
}

impl Client {
    pub fn connect(on_update: impl Fn(Update) + 'static) -> Self {
        Self {
            next: Rc::default(),
            scene: Rc::new(RefCell::new(Scene::from_address())),
            unkept: Rc::default(),
            tell: Rc::new(on_update),
        }
    }

    pub fn send(&self, command: Command) -> CommandId {
        let id = CommandId(self.next.get());
        self.next.set(id.0 + 1);
        let client = self.clone();
        let wait = self.scene.borrow().takes(&command);
        Timeout::new(wait, move || client.answer(id, command)).forget();
        id
    }

    /// No server of a scene comes back by itself.
    pub fn look_again(&self) {}

    fn tell_later(&self, after: u32, update: Update) {
        let tell = Rc::clone(&self.tell);
        Timeout::new(after, move || tell(update)).forget();
    }

    /// A message's way, in fast motion.
    fn deliver(&self, chat: &ChatId, place: Place) {
        let states =
            [MessageState::Sent { on: 2, of: 3 }, MessageState::Delivered, MessageState::Read];
        for (nth, state) in (1..).zip(states) {
            let chat = chat.clone();
            self.tell_later(nth * 900, Update::MessageStateChanged { chat, place, state });
        }
    }

    /// Tells what comes of a command, once all of it came: whoever hears it may ask again.
    fn answer(&self, id: CommandId, command: Command) {
        for update in self.answers(id, command) {
            (self.tell)(update);
        }
    }

    fn answers(&self, id: CommandId, command: Command) -> Vec<Update> {
        let told = RefCell::new(Vec::new());
        let tell = |update| told.borrow_mut().push(update);
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
            Command::SendMessage { .. } if scene.name == "breaking" => {
                tell(trouble::stopped("stopped-gone"));
            }
            Command::SendMessage { .. } | Command::WithdrawMessage { .. } if scene.is_full() => {
                self.unkept.borrow_mut().push((id, command));
            }
            Command::SendMessage { chat, text } => {
                let (before, now) = (scene.newest(&chat), fixtures::now());
                let at = UnixTime(now.0.max(before.at.0));
                let message = Message {
                    id: MessageId::new(format!("{:064}", id.0)),
                    place: Place { at, clock: before.clock + 1, tie: (1, id.0 as u32) },
                    direction: Direction::Outgoing(MessageState::Sending),
                    author: fixtures::me(),
                    text,
                    sent_at: now,
                    received_at: now,
                };
                let place = message.place;
                let row = scene.keep(&chat, message.clone());
                if !scene.homes().iter().all(is_down) {
                    self.deliver(&chat, place);
                }
                tell(Update::MessageAdded { answers: Some(id), chat, message });
                if let Some(row) = row {
                    tell(Update::ChatChanged(row));
                }
            }
            Command::LoadMessages { chat, page, limit } => {
                let (messages, is_last) = scene.page(&chat, page, limit);
                let added = scene.comes_late(&chat);
                tell(Update::PageLoaded { answers: id, chat: chat.clone(), messages, is_last });
                if let Some(message) = added {
                    self.tell_later(150, Update::MessageAdded { answers: None, chat, message });
                }
            }
            Command::LoadDelivery { chat, place } => match scene.state_of(&chat, place) {
                Some(state) => {
                    let delivery = servers::delivery(scene.homes(), state);
                    tell(Update::DeliveryLoaded { answers: id, chat, place, delivery });
                }
                None => refuse(Failure::MessageUnknown),
            },
            Command::RetryMessage { chat, place } => {
                let state = MessageState::Sending;
                scene.retry(&chat, place);
                tell(Update::MessageStateChanged { chat: chat.clone(), place, state });
                if !scene.homes().iter().all(is_down) {
                    self.deliver(&chat, place);
                }
            }
            Command::WithdrawMessage { chat, place } => {
                scene.withdraw(&chat, place);
                tell(Update::MessageRemoved { answers: Some(id), chat, place });
            }
            Command::PractiseOutage { servers, seconds } => {
                let before = servers::cut(&mut scene.servers, &servers, seconds);
                scene.servers.iter().flat_map(|server| scene.told(server)).for_each(tell);
                for update in before.iter().flat_map(|server| scene.told(server)) {
                    self.tell_later(u32::from(seconds) * 1000, update);
                }
            }
            Command::EndPractice => {
                scene.servers = servers::all(&scene.name);
                scene.servers.iter().flat_map(|server| scene.told(server)).for_each(tell);
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
                let server = servers::server(&url, LinkState::Connecting);
                tell(Update::ServerChanged(server));
            }
            Command::AddServer { .. } => refuse(Failure::ServerInvalid),
            Command::RemoveServer { url } => tell(Update::ServerRemoved(url)),
            Command::SetReceipts { receipts } => {
                tell(Update::SettingsChanged(Settings { receipts }))
            }
            Command::RetryStorage => {
                scene.make_room();
                tell(Update::StorageChanged(Storage::Working));
                for (id, command) in self.unkept.take() {
                    let client = self.clone();
                    Timeout::new(5, move || client.answer(id, command)).forget();
                }
            }
            Command::RenewInvite | Command::Typing { .. } => {}
        }
        told.into_inner()
    }
}

fn is_down(server: &Server) -> bool {
    matches!(server.link, LinkState::Cut { .. } | LinkState::Offline { .. })
}
