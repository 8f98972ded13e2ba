use super::timeline::Added;
use super::{AppState, Part, Phase, Typing};
use zajil_api::{
    Chat, ChatId, CommandId, Direction, Message, MessageState, Place, Snapshot, UnixTime, Update,
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
            Update::MessageStateChanged { chat, place, state } => {
                self.set_state(&chat, place, state)
            }
            Update::MessageRemoved { chat, place, .. } => self.remove_message(&chat, place),
            Update::PageLoaded { answers, chat, messages, is_last } => {
                self.take_page(answers, &chat, messages, is_last)
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
            Update::CatchUpChanged(catch_up) => {
                self.catch_up = catch_up;
                vec![Part::CatchUp]
            }
            Update::LeadChanged(lead) => {
                self.lead = lead;
                vec![Part::Lead, Part::Reach]
            }
            Update::Stopped { reason, detail } => {
                self.stopped = Some((reason, detail));
                self.enter(Phase::Stopped)
            }
            Update::Refused { answers, .. } => {
                if let Some(timeline) = &mut self.timeline {
                    timeline.unask(answers);
                }
                Vec::new()
            }
            // Another's story may be told by now, or none.
            Update::DeliveryLoaded { place, .. } if self.story != Some(place) => Vec::new(),
            Update::DeliveryLoaded { delivery, .. } => {
                self.delivery = Some(delivery);
                vec![Part::Story]
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
            Part::Timeline,
            Part::Account,
            Part::Settings,
            Part::Order,
            Part::ServerList,
            Part::Reach,
            Part::Storage,
            Part::CatchUp,
        ];
        parts.extend(self.order().into_iter().map(Part::Chat));
        parts.extend(self.servers.iter().map(|server| Part::Server(server.url.clone())));
        self.account = snapshot.account;
        self.settings = snapshot.settings;
        self.catch_up = snapshot.catch_up;
        self.take_servers(snapshot.servers);
        parts.extend(self.note_practice());
        if let Some(timeline) = &mut self.timeline {
            timeline.doubt();
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
            Some(held) => {
                if held.servers != chat.servers || held.stage != chat.stage {
                    parts.push(Part::Reach);
                }
                *held = chat;
            }
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
        self.drop_waiting(&id);
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
        self.count_added(&chat, &message);
        if let Some(timeline) = self.timeline.as_mut().filter(|open| open.chat == chat) {
            if timeline.message(message.place).is_some() {
                return parts;
            }
            if !incoming {
                timeline.unread_after = None;
            }
            if timeline.add(message) == Added::Late {
                parts.push(Part::Late);
            }
            parts.push(Part::Timeline);
        }
        parts
    }

    fn take_page(
        &mut self,
        answers: CommandId,
        chat: &ChatId,
        messages: Vec<Message>,
        is_last: bool,
    ) -> Vec<Part> {
        let open = self.timeline.as_mut().filter(|open| open.chat == *chat);
        let taken = open.and_then(|window| window.take_page(answers, messages, is_last));
        let Some(changed) = taken else { return Vec::new() };
        let changed = changed.into_iter().map(Part::Message);
        [Part::Timeline, Part::Late].into_iter().chain(changed).collect()
    }

    /// What becomes of a message is also told of chats that are not on the screen.
    fn set_state(&mut self, chat: &ChatId, place: Place, state: MessageState) -> Vec<Part> {
        self.count_out(chat, place, state);
        let open = self.timeline.as_mut().filter(|open| open.chat == *chat);
        match open.is_some_and(|timeline| timeline.set_state(place, state)) {
            true => vec![Part::Message(place)],
            false => Vec::new(),
        }
    }

    fn remove_message(&mut self, chat: &ChatId, place: Place) -> Vec<Part> {
        self.uncount(chat, place);
        let open = self.timeline.as_mut().filter(|open| open.chat == *chat);
        match open.is_some_and(|timeline| timeline.remove(place)) {
            true => {
                self.tell_story(self.story.filter(|told| *told != place));
                vec![Part::Timeline, Part::Message(place), Part::Story]
            }
            false => Vec::new(),
        }
    }
}
