use std::collections::HashMap;
use zajil_api::{
    Account, Chat, ChatId, CommandId, Contact, Direction, LinkState, Message, MessageId,
    MessageState, Preview, PublicKey, RelayUrl, Seq, Server, Settings, Snapshot, Stage, Storage,
    UnixTime, Update,
};

/// What the preview pretends is on this device.
pub struct Scene {
    name: String,
    account: Option<Account>,
    chats: Vec<Chat>,
    messages: HashMap<ChatId, Vec<Message>>,
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

const TALK: [(&str, bool, u64); 14] = [
    ("Good morning! Did the parcel arrive?", false, 90_000),
    ("Yes, yesterday evening 🎉", true, 89_900),
    ("Perfect.", false, 89_700),
    (
        "Then everything is here for Saturday. I will bring the long table and the two lamps, and if the weather holds we can sit outside until late.",
        false,
        89_650,
    ),
    ("Sounds great", true, 89_000),
    ("صباح الخير! هل نلتقي عند الجسر كالعادة؟", false, 5_400),
    ("نعم، الساعة السابعة إن شاء الله. سأحضر القهوة والكتاب الذي وعدتك به.", true, 5_300),
    ("ممتاز 👌", false, 5_200),
    ("Bob asked whether he can join with his sister. Is that fine with you?", false, 1_400),
    ("Of course", true, 1_200),
    ("Tell them to bring a chair each :)", true, 1_190),
    (
        "https://example.org/a-very-long-address/that-has-no-place-to-break/0123456789abcdefghijklmnopqrstuvwxyz0123456789",
        false,
        900,
    ),
    ("That is the map.", false, 880),
    ("Thank you, see you all there.", true, 60),
];

fn talk(with: &Contact) -> Vec<Message> {
    let earlier =
        (1..=300).map(|n| (format!("Earlier message {n}"), n % 3 == 0, 200_000 - n * 300));
    let talk = TALK.iter().map(|(text, mine, ago)| ((*text).to_owned(), *mine, *ago));
    let states = [MessageState::Sent { on: 2, of: 3 }, MessageState::Delivered, MessageState::Read];
    let all: Vec<_> = earlier.chain(talk).collect();
    let count = all.len();
    let message = |(at, (text, mine, ago)): (usize, (String, bool, u64))| {
        let state = match count - at {
            1 => MessageState::Sending,
            4 => MessageState::Sent { on: 2, of: 3 },
            5 => MessageState::Delivered,
            _ => states.last().copied().unwrap_or(MessageState::Read),
        };
        Message {
            id: MessageId::new(format!("{at:064x}")),
            seq: Seq(at as u64 + 1),
            direction: if mine { Direction::Outgoing(state) } else { Direction::Incoming },
            author: if mine { me() } else { with.public_key.clone() },
            text,
            sent_at: UnixTime(now().0.saturating_sub(ago)),
        }
    };
    all.into_iter().enumerate().map(message).collect()
}

impl Scene {
    pub fn from_address() -> Self {
        let search = web_sys::window().and_then(|w| w.location().search().ok()).unwrap_or_default();
        let name = search.split("scene=").nth(1).unwrap_or("busy").to_owned();
        let mut scene = Self { name, account: None, chats: Vec::new(), messages: HashMap::new() };
        if !matches!(scene.name.as_str(), "first" | "invite" | "loading") {
            scene.account = Some(account("Carol"));
        }
        if !matches!(scene.name.as_str(), "first" | "invite" | "empty" | "loading") {
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
            let mut messages = if stage == Stage::Open { talk(&with) } else { Vec::new() };
            if let Some(last) = messages.last_mut().filter(|_| at > 0) {
                last.text = text.to_owned();
                last.direction = direction;
                last.sent_at = touched_at;
            }
            let newest = messages.len() as u64;
            let last = (!text.is_empty()).then(|| Preview {
                text: text.to_owned(),
                direction,
                sent_at: touched_at,
            });
            let read_up_to = Seq(newest.saturating_sub(u64::from(unread)));
            self.messages.insert(id.clone(), messages);
            self.chats.push(Chat { id, with, stage, last, unread, touched_at, read_up_to });
        }
    }

    pub fn attach(&mut self, answers: CommandId) -> Vec<Update> {
        match self.name.as_str() {
            "loading" => return Vec::new(),
            "elsewhere" => return vec![Update::RunningElsewhere],
            "stopped" => {
                return vec![Update::Stopped {
                    detail: "store: the database could not be opened".to_owned(),
                }];
            }
            _ => {}
        }
        let down = self.name == "outage";
        let offline = LinkState::Offline { retry_at: Some(UnixTime(now().0 + 40)) };
        let up = if down { offline } else { LinkState::Connected };
        let server = |url: &str, link, opened_in_ms, said: Option<&str>| Server {
            url: RelayUrl::new(url),
            link,
            opened_in_ms,
            said: said.map(str::to_owned),
        };
        let servers = vec![
            server("wss://relay.example.org/", up, Some(43), None),
            server(
                "wss://nostr.example.net/",
                up,
                Some(118),
                Some("rate-limited: slow down a little"),
            ),
            server(
                "ws://localhost:8080/relay",
                if down { offline } else { LinkState::Connecting },
                None,
                None,
            ),
            server("wss://old.example.com/", offline, None, None),
        ];
        let snapshot = Snapshot {
            account: self.account.clone(),
            chats: self.chats.clone(),
            servers,
            settings: Settings::default(),
        };
        let mut updates = vec![Update::Attached { answers, snapshot }];
        if self.name == "full" {
            updates.push(Update::StorageChanged(Storage::Full));
        }
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
            read_up_to: Seq(0),
        };
        self.messages.insert(id, Vec::new());
        self.chats.push(chat.clone());
        chat
    }

    pub fn newest(&self, chat: &ChatId) -> Seq {
        self.messages.get(chat).and_then(|all| all.last()).map_or(Seq(0), |last| last.seq)
    }

    pub fn keep(&mut self, chat: &ChatId, message: Message) {
        self.messages.entry(chat.clone()).or_default().push(message);
    }

    pub fn page(&self, chat: &ChatId, before: Option<Seq>, limit: u16) -> (Vec<Message>, bool) {
        let all = self.messages.get(chat).map(Vec::as_slice).unwrap_or_default();
        let older = all.iter().filter(|m| before.is_none_or(|before| m.seq < before));
        let mut page: Vec<Message> = older.rev().take(usize::from(limit)).cloned().collect();
        page.reverse();
        let reached_start = page.first().is_none_or(|first| first.seq == Seq(1));
        (page, reached_start)
    }

    pub fn read(&mut self, chat: &ChatId, up_to: Seq) -> Option<Chat> {
        let newest = self.newest(chat);
        let chat = self.chats.iter_mut().find(|held| held.id == *chat)?;
        chat.read_up_to = up_to;
        chat.unread = u32::try_from(newest.0 - up_to.0).unwrap_or(0).min(chat.unread);
        Some(chat.clone())
    }

    pub fn accept(&mut self, chat: &ChatId) -> Option<Chat> {
        let chat = self.chats.iter_mut().find(|held| held.id == *chat)?;
        chat.stage = Stage::Open;
        Some(chat.clone())
    }
}
