use super::{AppState, Part, Phase};
use zajil_api::{
    Chat, ChatId, CommandId, Direction, Message, RelayUrl, Server, Snapshot, UnixTime, Update,
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
                self.typing.insert(chat.clone(), (who, until));
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
        let over: Vec<ChatId> = self
            .typing
            .iter()
            .filter(|(_, (_, until))| *until <= now)
            .map(|(chat, _)| chat.clone())
            .collect();
        for chat in &over {
            self.typing.remove(chat);
        }
        over.into_iter().map(Part::Typing).collect()
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
        parts.extend(self.chats.keys().cloned().map(Part::Chat));
        parts.extend(self.servers.iter().map(|server| Part::Server(server.url.clone())));
        self.account = snapshot.account;
        self.settings = snapshot.settings;
        self.servers = snapshot.servers;
        self.chats = snapshot.chats.into_iter().map(|chat| (chat.id.clone(), chat)).collect();
        parts.extend(self.chats.keys().cloned().map(Part::Chat));
        parts.extend(self.servers.iter().map(|server| Part::Server(server.url.clone())));
        self.sort();
        parts.extend(self.enter(Phase::Ready));
        parts
    }

    fn put_chat(&mut self, chat: Chat) -> Vec<Part> {
        let id = chat.id.clone();
        let moved = self.chats.get(&id).is_none_or(|held| held.touched_at != chat.touched_at);
        self.chats.insert(id.clone(), chat);
        let mut parts = vec![Part::Chat(id)];
        if moved {
            let before = std::mem::take(&mut self.order);
            self.sort();
            if before != self.order {
                parts.push(Part::Order);
            }
        }
        parts
    }

    fn remove_chat(&mut self, id: ChatId) -> Vec<Part> {
        self.chats.remove(&id);
        self.order.retain(|other| *other != id);
        self.typing.remove(&id);
        self.drafts.remove(&id);
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
        let mut chats: Vec<&Chat> = self.chats.values().collect();
        chats.sort_by(|a, b| b.touched_at.cmp(&a.touched_at).then_with(|| a.id.cmp(&b.id)));
        self.order = chats.into_iter().map(|chat| chat.id.clone()).collect();
    }

    fn add_message(&mut self, chat: ChatId, message: Message) -> Vec<Part> {
        let mut parts = Vec::new();
        let incoming = message.direction == Direction::Incoming;
        if incoming && self.typing.get(&chat).is_some_and(|(who, _)| *who == message.author) {
            self.typing.remove(&chat);
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
        vec![Part::ServerList, Part::Reach]
    }
}
