use super::{AppState, Part, Phase, Typing};
use zajil_api::{
    Chat, ChatId, CommandId, Direction, LinkState, Message, RelayUrl, Server, Snapshot, UnixTime,
    Update,
};

impl AppState {
    /// Folds one update in; answers which parts of the screen it touches.
    pub fn apply(&mut self, update: Update) -> Vec<Part> {
        match update {
            Update::Attached { snapshot, .. } => self.attach(snapshot),
            Update::AccountChanged(account) => {
                self.account = Some(account);
                vec![Part::Account]
            }
            Update::ChatChanged(chat) => self.put_chat(chat),
            Update::ChatRemoved(id) => self.remove_chat(id),
            Update::MessageAdded { chat, message, .. } => self.add_message(chat, message),
            Update::MessageStateChanged { chat, seq, state } => {
                let open = self.timeline.as_mut().filter(|open| open.chat == chat);
                match open.is_some_and(|timeline| timeline.set_state(seq, state)) {
                    true => vec![Part::Message(seq)],
                    false => Vec::new(),
                }
            }
            Update::PageLoaded { answers, chat, messages, reached_start } => {
                self.take_page(answers, &chat, messages, reached_start)
            }
            Update::TypingStarted { chat, who, until } => {
                self.typing.retain(|typing| typing.chat != chat);
                self.typing.push(Typing { chat: chat.clone(), who, until });
                vec![Part::Typing(chat)]
            }
            Update::ServerChanged(server) => self.put_server(server),
            Update::ServerRemoved(url) => self.remove_server(&url),
            Update::SettingsChanged(settings) => {
                self.settings = settings;
                vec![Part::Settings]
            }
            Update::StorageChanged(storage) => {
                self.storage = storage;
                vec![Part::Storage]
            }
            Update::RunningElsewhere => self.enter(Phase::Elsewhere),
            Update::Stopped { detail } => {
                self.stopped_detail = detail;
                self.enter(Phase::Stopped)
            }
            Update::Refused { answers, .. } => {
                if let Some(timeline) = &mut self.timeline {
                    timeline.unask(answers);
                }
                Vec::new()
            }
            Update::InviteRead { .. } | Update::ChatOpened { .. } => Vec::new(),
        }
    }

    /// Forgets typing notices that have run out.
    pub fn expire(&mut self, now: UnixTime) -> Vec<Part> {
        let mut over = Vec::new();
        self.typing.retain(|typing| {
            let lasts = typing.until > now;
            if !lasts {
                over.push(Part::Typing(typing.chat.clone()));
            }
            lasts
        });
        over
    }

    fn enter(&mut self, phase: Phase) -> Vec<Part> {
        self.phase = phase;
        vec![Part::Phase]
    }

    /// A snapshot replaces what was known: it also comes when this tab takes over
    /// from another.
    fn attach(&mut self, snapshot: Snapshot) -> Vec<Part> {
        let mut parts = vec![
            Part::Account,
            Part::Settings,
            Part::Order,
            Part::ServerList,
            Part::Reach,
            Part::Storage,
        ];
        parts.extend(self.order().into_iter().map(Part::Chat));
        parts.extend(self.servers.iter().map(|server| Part::Server(server.url.clone())));
        self.account = snapshot.account;
        self.settings = snapshot.settings;
        self.servers = snapshot.servers;
        self.failed.clear();
        for server in &self.servers {
            note_link(&mut self.failed, server);
        }
        self.chats = snapshot.chats;
        parts.extend(self.order().into_iter().map(Part::Chat));
        parts.extend(self.servers.iter().map(|server| Part::Server(server.url.clone())));
        self.sort();
        parts.extend(self.enter(Phase::Ready));
        parts
    }

    fn put_chat(&mut self, chat: Chat) -> Vec<Part> {
        let mut parts = vec![Part::Chat(chat.id.clone())];
        let before = self.order();
        match self.chats.iter_mut().find(|held| held.id == chat.id) {
            Some(held) => *held = chat,
            None => self.chats.push(chat),
        }
        self.sort();
        if before != self.order() {
            parts.push(Part::Order);
        }
        parts
    }

    fn remove_chat(&mut self, id: ChatId) -> Vec<Part> {
        self.chats.retain(|chat| chat.id != id);
        self.typing.retain(|typing| typing.chat != id);
        self.keep_draft(&id, "");
        let mut parts = vec![Part::Order];
        if self.timeline.as_ref().is_some_and(|timeline| timeline.chat == id) {
            self.timeline = None;
            parts.push(Part::Timeline);
        }
        parts.push(Part::Chat(id));
        parts
    }

    /// Newest first; ties by id, so that the order never flickers.
    fn sort(&mut self) {
        self.chats
            .sort_unstable_by(|a, b| b.touched_at.cmp(&a.touched_at).then_with(|| a.id.cmp(&b.id)));
    }

    fn add_message(&mut self, chat: ChatId, message: Message) -> Vec<Part> {
        let mut parts = Vec::new();
        let incoming = message.direction == Direction::Incoming;
        let before = self.typing.len();
        self.typing.retain(|typing| typing.chat != chat || typing.who != message.author);
        if self.typing.len() != before {
            parts.push(Part::Typing(chat.clone()));
        }
        if let Some(timeline) = self.timeline.as_mut().filter(|open| open.chat == chat) {
            if timeline.message(message.seq).is_some() {
                return parts;
            }
            if !incoming {
                timeline.unread_after = None;
            }
            timeline.add(message);
            parts.push(Part::Timeline);
        }
        parts
    }

    fn take_page(
        &mut self,
        answers: CommandId,
        chat: &ChatId,
        messages: Vec<Message>,
        reached_start: bool,
    ) -> Vec<Part> {
        let open = self.timeline.as_mut().filter(|open| open.chat == *chat);
        match open.is_some_and(|window| window.take_page(answers, messages, reached_start)) {
            true => vec![Part::Timeline],
            false => Vec::new(),
        }
    }

    fn put_server(&mut self, server: Server) -> Vec<Part> {
        let mut parts = vec![Part::Server(server.url.clone()), Part::Reach];
        note_link(&mut self.failed, &server);
        match self.servers.iter_mut().find(|held| held.url == server.url) {
            Some(held) => *held = server,
            None => {
                self.servers.push(server);
                parts.push(Part::ServerList);
            }
        }
        parts
    }

    fn remove_server(&mut self, url: &RelayUrl) -> Vec<Part> {
        self.servers.retain(|server| server.url != *url);
        self.failed.retain(|failed| failed != url);
        vec![Part::ServerList, Part::Reach]
    }
}

fn note_link(failed: &mut Vec<RelayUrl>, server: &Server) {
    if server.link != LinkState::Connecting {
        failed.retain(|url| *url != server.url);
    }
    if matches!(server.link, LinkState::Offline { .. }) {
        failed.push(server.url.clone());
    }
}
