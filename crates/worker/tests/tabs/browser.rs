//! A browser with many tabs: a lock, a channel, a store with its fence, and a clock that
//! moves when told.

use std::collections::{BTreeMap, VecDeque};
use zajil_api::{ChatId, Command, CommandId, Request, Update};
use zajil_worker::tabs::{Action, Event, Means, Moment, Note, PeerId, Sight, Tabs};

/// How long it takes to open an engine.
const OPENING_MS: u64 = 50;

/// No engine survives it.
pub const POISON: &str = "poison";
/// Its chat is not there any more.
pub const GONE: &str = "gone";

/// What lies on the disk: the fence, and the texts that were sent.
#[derive(Default)]
pub struct Disk {
    pub fence: Option<(usize, u64)>,
    pub texts: Vec<(CommandId, String)>,
    pub renamed: usize,
    /// What is read from it comes later than this history goes on.
    pub is_slow: bool,
}

pub struct Browser {
    pub now: Moment,
    pub disk: Disk,
    pub opening_ms: u64,
    means: Means,
    tabs: BTreeMap<usize, Tab>,
    /// Who holds the lock, and who waits for it.
    holder: Option<usize>,
    queue: VecDeque<usize>,
    terms: u64,
}

pub struct Tab {
    tabs: Tabs,
    /// What reached the worker and was not looked at: a hung one looks at nothing.
    events: VecDeque<Event>,
    pub is_hung: bool,
    pub told: Vec<Update>,
    pub closed: bool,
    pub engine: Option<Engine>,
    /// How often its store was to be tried again.
    pub retries: usize,
    asked: u64,
}

pub struct Engine {
    pub term: u64,
    ready_at: Moment,
    runs: bool,
}

impl Browser {
    pub fn new(means: Means) -> Self {
        Self {
            now: Moment(1_000_000),
            disk: Disk::default(),
            opening_ms: OPENING_MS,
            means,
            tabs: BTreeMap::new(),
            holder: None,
            queue: VecDeque::new(),
            terms: 0,
        }
    }

    /// Opens a tab, which asks for everything there is.
    pub fn open(&mut self, tab: usize) {
        let tabs = Tabs::new(PeerId(tab as u64), self.means, self.now);
        let empty = Tab {
            tabs,
            events: VecDeque::new(),
            is_hung: false,
            told: Vec::new(),
            closed: false,
            engine: None,
            retries: 0,
            asked: 0,
        };
        self.tabs.insert(tab, empty);
        self.see(tab, Sight::Visible);
        self.ask(tab, Command::Attach);
    }

    /// Closes or kills it: its lock is free at once, and nothing is said.
    pub fn close(&mut self, tab: usize) {
        self.tabs.remove(&tab);
        self.queue.retain(|it| *it != tab);
        if self.holder == Some(tab) {
            self.holder = None;
        }
        self.settle();
    }

    pub fn hang(&mut self, tab: usize) {
        self.tab(tab).is_hung = true;
    }

    pub fn wake(&mut self, tab: usize) {
        self.tab(tab).is_hung = false;
        self.settle();
    }

    pub fn see(&mut self, tab: usize, sight: Sight) {
        self.event(tab, Event::Sight(sight));
    }

    pub fn ask(&mut self, tab: usize, command: Command) -> CommandId {
        let it = self.tab(tab);
        it.asked += 1;
        let id = CommandId(((tab as u64) << 20) + it.asked);
        self.event(tab, Event::FromTab(Request { id, command }));
        self.settle();
        id
    }

    pub fn send(&mut self, tab: usize, text: &str) -> CommandId {
        let chat = ChatId::new("c");
        self.ask(tab, Command::SendMessage { chat, text: text.to_owned() })
    }

    pub fn event(&mut self, tab: usize, event: Event) {
        self.tab(tab).events.push_back(event);
    }

    pub fn tab(&mut self, tab: usize) -> &mut Tab {
        self.tabs.get_mut(&tab).unwrap()
    }

    /// What the tab was told since it was last asked.
    pub fn told(&mut self, tab: usize) -> Vec<Update> {
        std::mem::take(&mut self.tab(tab).told)
    }

    pub fn leads(&mut self) -> Vec<usize> {
        let runs = |tab: &Tab| tab.engine.as_ref().is_some_and(|engine| engine.runs);
        self.tabs.iter().filter(|(_, tab)| runs(tab)).map(|(id, _)| *id).collect()
    }

    /// Lets time pass in small steps.
    pub fn pass(&mut self, milliseconds: u64) {
        let end = self.now.after(milliseconds);
        while self.now < end {
            self.now = self.now.after(10);
            let due: Vec<usize> = self
                .tabs
                .iter()
                .filter(|(_, tab)| tab.tabs.poll_timeout().is_some_and(|at| at <= self.now))
                .map(|(id, _)| *id)
                .collect();
            for tab in due {
                if self.tab(tab).events.is_empty() {
                    self.event(tab, Event::TimedOut);
                }
            }
            self.settle();
        }
    }

    /// Lets everybody who does not hang do all there is to do.
    pub fn settle(&mut self) {
        loop {
            if self.holder.is_none()
                && let Some(next) = self.queue.pop_front()
            {
                self.holder = Some(next);
                self.event(next, Event::LockGranted);
            }
            self.start_engines();
            let next = self
                .tabs
                .iter_mut()
                .filter(|(_, tab)| !tab.is_hung)
                .find_map(|(id, tab)| tab.events.pop_front().map(|event| (*id, event)));
            let Some((id, event)) = next else { return };
            let now = self.now;
            self.tab(id).tabs.handle(now, event);
            while let Some(action) = self.tabs.get_mut(&id).and_then(|it| it.tabs.poll_action()) {
                self.carry_out(id, action);
            }
        }
    }

    fn start_engines(&mut self) {
        let now = self.now;
        for tab in self.tabs.values_mut().filter(|tab| !tab.is_hung) {
            if let Some(engine) = &mut tab.engine
                && !engine.runs
                && engine.ready_at <= now
            {
                engine.runs = true;
                tab.events.push_back(Event::EngineStarted);
            }
        }
    }

    fn carry_out(&mut self, id: usize, action: Action) {
        match action {
            Action::Post(note) => self.post(id, &note),
            Action::Tell(update) => self.tab(id).told.push(update),
            Action::Handle(request) => self.handle(id, request),
            Action::QueueForLock => {
                if self.holder != Some(id) && !self.queue.contains(&id) {
                    self.queue.push_back(id);
                }
            }
            Action::StealLock => {
                if let Some(victim) = self.holder.replace(id) {
                    self.event(victim, Event::LockLost);
                }
                self.event(id, Event::LockGranted);
            }
            Action::ReleaseLock => {
                if self.holder == Some(id) {
                    self.holder = None;
                }
            }
            Action::StartEngine => {
                self.terms += 1;
                let (term, ready_at) = (self.terms, self.now.after(self.opening_ms));
                self.disk.fence = Some((id, term));
                self.tab(id).engine = Some(Engine { term, ready_at, runs: false });
            }
            Action::DropEngine => {
                let tab = self.tab(id);
                tab.engine = None;
                tab.events.retain(|event| !is_of_engine(event));
            }
            Action::Close => {
                self.tab(id).closed = true;
                self.tab(id).is_hung = true;
            }
        }
    }

    fn post(&mut self, from: usize, note: &Note) {
        for (_, tab) in self.tabs.iter_mut().filter(|(id, _)| **id != from) {
            tab.events.push_back(Event::Heard(note.clone()));
        }
    }
}

fn is_of_engine(event: &Event) -> bool {
    matches!(event, Event::EngineStarted | Event::EngineFenced | Event::Update(_) | Event::Done(_))
}
