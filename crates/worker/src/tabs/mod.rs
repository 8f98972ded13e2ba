//! One engine for all tabs: who leads, and how the others work through it.
//!
//! Every tab has a worker of its own. The one that leads has the engine; the others pass
//! their tab's requests on to it and its updates back. When the leader goes away or hangs,
//! the next takes over, asks again what was not answered, and the tabs hardly notice.
//!
//! ```text
//!  tab ─FromTab─▶ Tabs ─Handle─▶ engine, where this worker leads
//!                  │ ▲ ─Post──▶ the other workers, where it does not
//!  locks, notes ───┘ └──Update, Done── engine
//! ```
//!
//! Like the engine it does nothing by itself: [`Tabs::handle`] takes what happened, then
//! [`Tabs::poll_action`] is drained. It does not keep two leaders apart: the lock mostly
//! does, and where a lock was taken from a leader that hangs, the store's fence does.

mod lead;
mod note;
mod pending;
mod port;
mod storage;
mod watch;

pub use note::{Body, Note, PeerId, VERSION};
pub use port::{Action, Event, Means, Sight};
pub use watch::Moment;

use lead::Role;
use pending::{Pending, Way, is_a_look};
use std::collections::VecDeque;
use watch::{Look, Watch};
use zajil_api::{Command, CommandId, Failure, Lead, Request, StopReason, Storage, Update};

/// A leader that hangs is deposed after this time and up to `STAGGER_MS` more, so that
/// not all of its followers do it at once.
const PATIENCE_MS: u64 = 1_300;
const STAGGER_MS: u64 = 300;
/// Without locks: how long the first question waits for a leader to answer.
const FIRST_QUESTION_MS: u64 = 300;
/// Without locks, taking the lead from a leader that is only slow leaves its tab unable
/// to write.
const PATIENCE_WITHOUT_LOCKS_MS: u64 = 6_000;

/// One worker's part.
#[derive(Debug)]
pub struct Tabs {
    id: PeerId,
    means: Means,
    role: Role,
    /// What the tab was told last.
    lead: Lead,
    /// What it was told last of the store: our own engine's word, or the leader's.
    storage: Storage,
    /// Who said last that they open the engine.
    opener: Option<PeerId>,
    pending: Pending,
    watch: Watch,
    sight: Sight,
    /// Whether there is anybody to post to.
    has_peers: bool,
    /// Without locks: whether this worker may take the lead where nobody answers. One that
    /// was fenced and never heard of anybody may not.
    may_claim: bool,
    actions: VecDeque<Action>,
}

impl Tabs {
    pub fn new(id: PeerId, means: Means, now: Moment) -> Self {
        let patience = match means {
            Means::Locks => PATIENCE_MS + id.0 % STAGGER_MS,
            Means::FenceAlone => FIRST_QUESTION_MS,
        };
        let mut tabs = Self {
            id,
            means,
            role: Role::Following(None),
            lead: Lead::Working,
            storage: Storage::Working,
            opener: None,
            pending: Pending::default(),
            watch: Watch::new(patience),
            sight: Sight::Hidden,
            has_peers: false,
            may_claim: true,
            actions: VecDeque::new(),
        };
        if means == Means::Locks {
            tabs.actions.push_back(Action::QueueForLock);
        }
        tabs.look(now);
        tabs
    }

    /// Takes in what happened. Afterwards [`poll_action`](Self::poll_action) must be drained.
    pub fn handle(&mut self, now: Moment, event: Event) {
        match event {
            Event::FromTab(request) => self.ask(now, request),
            Event::Sight(sight) => self.sight = sight,
            Event::Heard(note) => self.hear(now, note),
            Event::OtherVersion(version) if version > VERSION => self.end_outdated(),
            Event::OtherVersion(_) | Event::TimedOut => {}
            Event::LockGranted => self.claim(),
            Event::LockLost | Event::EngineFenced => self.step_down(now),
            Event::EngineStarted => self.begin_to_lead(now),
            Event::Update(update) => self.pass_on(update),
            Event::Done(ids) => self.settle(ids),
        }
        self.look(now);
    }

    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When to call with [`Event::TimedOut`], if nothing else comes first.
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.is_watching().then(|| self.watch.next())
    }

    fn ask(&mut self, now: Moment, request: Request) {
        let settled = self.lead == Lead::ReadOnly;
        if settled && !is_a_look(&request.command) {
            return self.refuse(request.id, Failure::ReadOnly);
        }
        let way = match self.role {
            Role::Leading | Role::Following(Some(_)) => Way::Open,
            Role::Following(None) | Role::Claiming | Role::Starting | Role::Over => Way::Closed,
        };
        if matches!(self.role, Role::Following(Some(_))) {
            self.watch.hurry(now);
        }
        self.pending.add(now, request.clone(), way);
        self.forward(request);
    }

    /// To whoever leads. Where nobody does, it waits or is worth nothing.
    fn forward(&mut self, request: Request) {
        match self.role {
            Role::Leading => self.actions.push_back(Action::Handle(request)),
            Role::Following(Some(to)) => self.post(Body::Request { to, request }),
            Role::Following(None) | Role::Starting => self.retry_opening(request),
            Role::Claiming | Role::Over => {}
        }
    }

    fn ask_again(&mut self, now: Moment) {
        let (again, tired) = self.pending.again(now);
        for request in again {
            self.forward(request);
        }
        for id in tired {
            self.refuse(id, Failure::Internal);
        }
    }

    fn refuse(&mut self, answers: CommandId, failure: Failure) {
        self.tell(Update::Refused { answers, failure });
    }

    fn hear(&mut self, now: Moment, Note { from, body }: Note) {
        self.has_peers = true;
        self.may_claim = true;
        let of_leader = self.role == Role::Following(Some(from));
        if of_leader {
            self.watch.heard(now);
        }
        match body {
            Body::Asking => match self.role {
                Role::Starting => {
                    self.post(Body::Starting);
                    self.post_trouble();
                }
                Role::Leading => self.post(Body::Leading),
                Role::Following(_) | Role::Claiming | Role::Over => {}
            },
            Body::Starting => self.hear_start(now, from),
            Body::Leading => self.hear_leader(now, from),
            Body::Request { to, request } if to == self.id => self.hear_request(request),
            Body::Update(Update::StorageChanged(storage)) if self.works_with_store(from) => {
                self.tell_storage(storage);
            }
            Body::Update(update) if of_leader => self.answer(update),
            Body::Done(ids) if of_leader => self.pending.done(&ids),
            // For somebody else, or from somebody who only thinks that they lead.
            Body::Request { .. } | Body::Update(_) | Body::Done(_) => {}
        }
    }

    fn hear_request(&mut self, request: Request) {
        if self.role == Role::Leading && request.command == Command::Attach {
            self.post_trouble();
        }
        if matches!(self.role, Role::Leading | Role::Starting) {
            self.forward(request);
        }
    }

    /// What our own engine told.
    fn pass_on(&mut self, update: Update) {
        if let Update::StorageChanged(storage) = update {
            return self.pass_on_storage(storage);
        }
        if self.role != Role::Leading {
            return;
        }
        let ours = update.answers().is_some_and(|id| self.pending.knows(id));
        let only_ours = ours && update.is_for_asker();
        if self.has_peers && !only_ours {
            self.post(Body::Update(update.clone()));
        }
        self.answer(update);
    }

    fn answer(&mut self, update: Update) {
        if let Some(update) = self.pending.answer(update) {
            self.tell(update);
        }
    }

    fn settle(&mut self, ids: Vec<CommandId>) {
        self.pending.done(&ids);
        if self.has_peers && self.role == Role::Leading {
            self.post(Body::Done(ids));
        }
    }

    fn is_watching(&self) -> bool {
        let awaited = self.pending.is_open() || self.sight == Sight::Visible;
        match (&self.role, self.means) {
            (Role::Following(_), Means::Locks) => awaited,
            (Role::Following(None), Means::FenceAlone) => self.may_claim,
            (Role::Following(Some(_)), Means::FenceAlone) => awaited,
            (Role::Claiming | Role::Starting | Role::Leading | Role::Over, _) => false,
        }
    }

    /// Looks after the leader, where there is a reason to.
    fn look(&mut self, now: Moment) {
        if !self.is_watching() {
            return self.watch.rest();
        }
        match self.watch.look(now) {
            Look::Wait => {}
            Look::Ask => self.post(Body::Asking),
            Look::Depose => self.depose(),
        }
    }

    fn end_outdated(&mut self) {
        if self.role == Role::Over {
            return;
        }
        self.role = Role::Over;
        self.actions.push_back(Action::DropEngine);
        let detail = "another tab runs a newer version".to_owned();
        self.tell(Update::Stopped { reason: StopReason::NewerVersion, detail });
        self.actions.push_back(Action::ReleaseLock);
        self.actions.push_back(Action::Close);
    }

    fn post(&mut self, body: Body) {
        self.actions.push_back(Action::Post(Note { from: self.id, body }));
    }

    fn tell(&mut self, update: Update) {
        self.actions.push_back(Action::Tell(update));
    }

    /// Says how the tab reaches the engine, when that differs from what was said last.
    fn tell_lead(&mut self, lead: Lead) {
        if self.lead != lead {
            self.lead = lead;
            self.tell(Update::LeadChanged(lead));
        }
    }
}
