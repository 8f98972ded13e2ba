use super::talk::talk;
use super::{servers, trouble};
use std::collections::HashMap;
use zajil_api::{
    Account, CatchUp, Chat, ChatId, Command, CommandId, Contact, Direction, Lead, Message,
    MessageState, Page, Place, Preview, PublicKey, RelayUrl, Server, Settings, Snapshot, Stage,
    Storage, UnixTime, Update,
};

/// What the preview pretends is on this device.
pub struct Scene {
    pub(super) name: String,
    account: Option<Account>,
    chats: Vec<Chat>,
    pub(super) messages: HashMap<ChatId, Vec<Message>>,
    pub servers: Vec<Server>,
}

pub fn now() -> UnixTime {
    UnixTime((js_sys::Date::now() / 1000.0) as u64)
}

pub fn me() -> PublicKey {
    PublicKey::new("0".repeat(64))
}

pub fn contact(name: &str, key: char) -> Contact {
    Contact { public_key: PublicKey::new(key.to_string().repeat(64)), name: name.to_owned() }
}

fn chat_id(nth: usize) -> ChatId {
    ChatId::new(format!("{nth:032x}"))
}

fn account(name: &str) -> Account {
    let invite = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9g";
    Account { public_key: me(), name: name.to_owned(), invite: invite.to_owned() }
}

impl Scene {
    pub fn from_address() -> Self {
        let search = web_sys::window().and_then(|w| w.location().search().ok()).unwrap_or_default();
        let name = search.split("scene=").nth(1).unwrap_or("busy").to_owned();
        let (chats, messages, servers) = (Vec::new(), HashMap::new(), servers::all(&name));
        let mut scene = Self { name, account: None, chats, messages, servers };
        if !matches!(scene.name.as_str(), "first" | "invite" | "evicted" | "loading") {
            scene.account = Some(account("Carol"));
        }
        if !matches!(scene.name.as_str(), "first" | "invite" | "evicted" | "empty" | "loading") {
            scene.fill();
        }
        scene
    }

    fn fill(&mut self) {
        let rows = [
            (
                "Alice Adams",
                "Thank you, see you all there.",
                Some(MessageState::Sending),
                0,
                60,
                Stage::Open,
            ),
            ("سارة خالد", "وصلتني الصور، ما أجملها! شكرًا جزيلًا لك", None, 3, 1_900, Stage::Open),
            ("Bob", "", None, 1, 4_000, Stage::Requested),
            (
                "Dana",
                "We moved the meeting to Thursday, same place",
                Some(MessageState::Read),
                0,
                9_000,
                Stage::Open,
            ),
            ("Omar 🚲", "Tyres are pumped. Ready when you are!", None, 12, 80_000, Stage::Open),
            ("", "", None, 0, 90_000, Stage::Connecting),
            (
                "Grandmother",
                "Call me when you have time, my dear, nothing urgent at all but I would love to hear your voice",
                None,
                0,
                200_000,
                Stage::Open,
            ),
            ("ليلى", "تمام", Some(MessageState::Delivered), 0, 300_000, Stage::Open),
            ("Z̸̢̛͖̱̬̫̘̈́̓a̵̧̘͔̥͋l̷̲̥͚͖͒̍̚g̴̨̳̖̈́o", "<script>alert(1)</script> & <b>bold</b>", None, 0, 700_000, Stage::Open),
            (
                "Mechanic on Harbour Street with a very long business name",
                "Your bicycle is done.",
                Some(MessageState::NotSent),
                0,
                1_700_000,
                Stage::Open,
            ),
        ];
        for (at, (name, text, state, unread, ago, stage)) in rows.into_iter().enumerate() {
            let with = contact(name, char::from_digit(at as u32 % 16, 16).unwrap_or('a'));
            let touched_at = UnixTime(now().0.saturating_sub(ago));
            let id = chat_id(at);
            let direction = state.map_or(Direction::Incoming, Direction::Outgoing);
            // Whoever was away has hundreds to read.
            let away = self.name == "away" && with.name.starts_with("Omar");
            let earlier = if away { 600 } else { 300 };
            let mut messages = if stage == Stage::Open { talk(&with, earlier) } else { Vec::new() };
            if let Some(last) = messages.last_mut().filter(|_| at > 0) {
                last.text = text.to_owned();
                last.direction = direction;
                last.sent_at = touched_at;
            }
            if self.name == "waiting" && with.name == "Dana" {
                messages = messages.split_off(messages.len().saturating_sub(1));
                let sent = Direction::Outgoing(MessageState::Sent { on: 1, of: 3 });
                messages.iter_mut().for_each(|message| message.direction = sent);
            }
            let behind = if away { 520 } else { unread as usize };
            let at = messages.len().checked_sub(1 + behind);
            let read_up_to = at.and_then(|at| messages.get(at)).map_or(Place::START, |m| m.place);
            let incoming =
                |m: &&Message| m.place > read_up_to && m.direction == Direction::Incoming;
            let unread = match away {
                true => messages.iter().filter(incoming).count() as u32,
                false => unread,
            };
            let gaps = if self.name == "gaps" { trouble::gaps(&messages) } else { Vec::new() };
            let last = (!text.is_empty()).then(|| Preview {
                text: text.to_owned(),
                direction,
                sent_at: touched_at,
            });
            self.messages.insert(id.clone(), messages);
            let servers = self.home_urls();
            let chat =
                Chat { id, with, stage, last, unread, touched_at, read_up_to, gaps, servers };
            self.chats.push(chat);
        }
    }

    /// Until a command is answered, in milliseconds: whoever takes over answers late.
    pub fn takes(&self, command: &Command) -> u32 {
        let waits = self.name == "changing" && matches!(command, Command::SendMessage { .. });
        if waits { 1_500 } else { 5 }
    }

    pub fn attach(&mut self, answers: CommandId) -> Vec<Update> {
        match self.name.as_str() {
            "loading" => return Vec::new(),
            name if name.starts_with("stopped") => return vec![trouble::stopped(name)],
            _ => {}
        }
        let snapshot = Snapshot {
            account: self.account.clone(),
            chats: self.chats.clone(),
            servers: self.servers.clone(),
            settings: Settings::default(),
            catch_up: CatchUp::Done,
        };
        let mut updates = vec![Update::Attached { answers, snapshot }];
        updates.extend(match self.name.as_str() {
            "full" => Some(Update::StorageChanged(Storage::Full)),
            "readonly" => Some(Update::LeadChanged(Lead::ReadOnly)),
            "changing" => Some(Update::LeadChanged(Lead::Changing)),
            "fetching" => {
                Some(Update::CatchUpChanged(CatchUp::Running { fetched: 120, of: Some(900) }))
            }
            _ => None,
        });
        updates.extend(self.servers.iter().skip(1).flat_map(|server| self.told(server)));
        if self.name == "busy" {
            let who = contact("", '3').public_key;
            updates.push(Update::TypingStarted {
                chat: chat_id(3),
                who,
                until: UnixTime(now().0 + 30),
            });
        }
        updates
    }

    pub fn rename(&mut self, name: String) -> Account {
        let account = account(&name);
        self.account = Some(account.clone());
        account
    }

    pub fn start(&mut self) -> Chat {
        let id = chat_id(self.chats.len() + 40);
        let chat = Chat {
            id: id.clone(),
            with: contact("Alice Adams", 'a'),
            stage: Stage::Connecting,
            last: None,
            unread: 0,
            touched_at: now(),
            read_up_to: Place::START,
            gaps: Vec::new(),
            servers: self.home_urls(),
        };
        self.messages.insert(id, Vec::new());
        self.chats.push(chat.clone());
        chat
    }

    /// The servers that chats live on.
    pub fn homes(&self) -> &[Server] {
        match self.name.as_str() {
            "single" => self.servers.get(1..2).unwrap_or_default(),
            _ => &self.servers,
        }
    }

    fn home_urls(&self) -> Vec<RelayUrl> {
        self.homes().iter().map(|server| server.url.clone()).collect()
    }

    pub fn newest(&self, chat: &ChatId) -> Place {
        self.messages.get(chat).and_then(|all| all.last()).map_or(Place::START, |last| last.place)
    }

    /// Keeps a message; answers its chat's new row.
    pub fn keep(&mut self, chat: &ChatId, message: Message) -> Option<Chat> {
        let Message { direction, sent_at, .. } = message;
        let last = Preview { text: message.text.clone(), direction, sent_at };
        let all = self.messages.entry(chat.clone()).or_default();
        let at = all.partition_point(|held| held.place < message.place);
        all.insert(at, message);
        let chat = self.chats.iter_mut().find(|held| held.id == *chat)?;
        (chat.last, chat.touched_at) = (Some(last), sent_at);
        Some(chat.clone())
    }

    pub fn withdraw(&mut self, chat: &ChatId, place: Place) {
        if let Some(all) = self.messages.get_mut(chat) {
            all.retain(|message| message.place != place);
        }
    }

    /// In the scene of that name, a message of an hour ago comes now.
    pub fn comes_late(&mut self, chat: &ChatId) -> Option<Message> {
        let at = self.messages.get(chat)?.len().checked_sub(40)?;
        let before = self.messages.get(chat)?.get(at).filter(|_| self.name == "late")?.clone();
        self.name = "busy".to_owned();
        let place = Place { clock: before.place.clock + 1, ..before.place };
        let text = "This one was on a server that was down all morning.".to_owned();
        let direction = Direction::Incoming;
        let author = contact("", '0').public_key;
        let message = Message { place, author, text, direction, received_at: now(), ..before };
        self.keep(chat, message.clone());
        Some(message)
    }

    pub fn state_of(&self, chat: &ChatId, place: Place) -> Option<MessageState> {
        let message = self.messages.get(chat)?.iter().find(|message| message.place == place)?;
        match message.direction {
            Direction::Outgoing(state) => Some(state),
            Direction::Incoming => None,
        }
    }

    pub fn page(&self, chat: &ChatId, page: Page, limit: u16) -> (Vec<Message>, bool) {
        let all = self.messages.get(chat).map(Vec::as_slice).unwrap_or_default();
        // As the engine does.
        let limit = usize::from(limit.min(200));
        let (wanted, forward): (Vec<_>, _) = match page {
            Page::Newest => (all.iter().collect(), false),
            Page::Before(place) => (all.iter().filter(|m| m.place < place).collect(), false),
            Page::After(place) => (all.iter().filter(|m| m.place > place).collect(), true),
        };
        let skip = if forward { 0 } else { wanted.len().saturating_sub(limit) };
        let is_last = wanted.len() <= limit;
        (wanted.into_iter().skip(skip).take(limit).cloned().collect(), is_last)
    }

    pub fn read(&mut self, chat: &ChatId, up_to: Place) -> Option<Chat> {
        let unread = |m: &&Message| m.place > up_to && m.direction == Direction::Incoming;
        let left = self.messages.get(chat).map_or(0, |all| all.iter().filter(unread).count());
        let chat = self.chats.iter_mut().find(|held| held.id == *chat)?;
        chat.read_up_to = up_to;
        chat.unread = u32::try_from(left).unwrap_or(0).min(chat.unread);
        Some(chat.clone())
    }

    pub fn accept(&mut self, chat: &ChatId) -> Option<Chat> {
        let chat = self.chats.iter_mut().find(|held| held.id == *chat)?;
        chat.stage = Stage::Open;
        Some(chat.clone())
    }
}
