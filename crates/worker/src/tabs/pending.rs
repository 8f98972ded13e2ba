//! What a tab asked for and has not heard the end of.

use super::watch::Moment;
use zajil_api::{Command, CommandId, Failure, Request, Update};

/// A request that several leaders did not survive is not given to another one.
const MOST_TRIES: u8 = 4;
/// Leaders that were heard of closer together are one try: a tab that wakes reads of all
/// that led meanwhile, at once.
const BETWEEN_TRIES_MS: u64 = 250;

#[derive(Debug, Default)]
pub(super) struct Pending {
    /// The tab's wish to be told everything: renewed with every leader.
    attach: Option<Waiting>,
    /// In the order in which they were made.
    requests: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    request: Request,
    tries: u8,
    tried_at: Option<Moment>,
    /// Whether a leader may have carried it out without our hearing of it.
    is_repeated: bool,
    is_answered: bool,
}

/// Whether a request can be given to a leader at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Open,
    Closed,
}

impl Pending {
    pub fn add(&mut self, now: Moment, request: Request, way: Way) {
        let tried_at = (way == Way::Open).then_some(now);
        let waiting =
            Waiting { request, tries: 0, tried_at, is_repeated: false, is_answered: false };
        match waiting.request.command {
            Command::Attach => self.attach = Some(waiting),
            // Worth nothing later, and answered by silence.
            Command::Typing { .. } | Command::RetryStorage => {}
            _ => self.requests.push(waiting),
        }
    }

    /// Whether this tab asked it.
    pub fn knows(&self, id: CommandId) -> bool {
        self.waiting().any(|waiting| waiting.request.id == id)
    }

    /// Whether the tab waits for anything.
    pub fn is_open(&self) -> bool {
        self.waiting().any(|waiting| !waiting.is_answered)
    }

    /// What a new leader is to be asked, in order; and what it is not, because it may be
    /// the cause that leaders end.
    pub fn again(&mut self, now: Moment) -> (Vec<Request>, Vec<CommandId>) {
        let (tired, fresh) =
            std::mem::take(&mut self.requests).into_iter().partition(Waiting::is_tired);
        self.requests = fresh;
        let mut again = Vec::new();
        for waiting in self.attach.iter_mut().chain(&mut self.requests) {
            waiting.is_answered = false;
            waiting.is_repeated = waiting.tried_at.is_some();
            if waiting.tried_at.is_none_or(|at| now >= at.after(BETWEEN_TRIES_MS)) {
                waiting.tries = waiting.tries.saturating_add(1);
                waiting.tried_at = Some(now);
            }
            again.push(waiting.request.clone());
        }
        if let Some(attach) = &mut self.attach {
            attach.tries = 0;
        }
        let tired: Vec<Waiting> = tired;
        (again, tired.iter().map(|waiting| waiting.request.id).collect())
    }

    /// Takes note of an update that answers; what the tab is to be told.
    pub fn answer(&mut self, update: Update) -> Option<Update> {
        let Some(id) = update.answers() else { return Some(update) };
        let asked = self.waiting().find(|waiting| waiting.request.id == id);
        let known = asked.is_some();
        let done_before = asked.filter(|asked| {
            matches!(&update, Update::Refused { failure, .. } if asked.was_done_before(failure))
        });
        let done_before = done_before.map(|asked| asked.request.command.clone());
        for waiting in self.attach.iter_mut().filter(|waiting| waiting.request.id == id) {
            waiting.is_answered = true;
        }
        // Answered for good: the others are over when what they changed is durable, which
        // is said once for all of them.
        self.requests.retain(|waiting| waiting.request.id != id || !waiting.ends_with_answer());
        match done_before {
            // The tab waits for it: it gives the text back.
            Some(Command::WithdrawMessage { chat, place }) => {
                Some(Update::MessageRemoved { answers: Some(id), chat, place })
            }
            Some(_) => None,
            None => Some(update).filter(|update| !update.is_for_asker() || known),
        }
    }

    /// Forgets what was carried out; what is over with its answer goes on waiting for that.
    pub fn done(&mut self, ids: &[CommandId]) {
        let is_over = |it: &Waiting| !it.ends_with_answer() && ids.contains(&it.request.id);
        self.requests.retain(|waiting| !is_over(waiting));
    }

    /// Takes out everything that is more than a look.
    pub fn take_changes(&mut self) -> Vec<CommandId> {
        let (looks, changes) = std::mem::take(&mut self.requests)
            .into_iter()
            .partition(|waiting| is_a_look(&waiting.request.command));
        self.requests = looks;
        let changes: Vec<Waiting> = changes;
        changes.iter().map(|waiting| waiting.request.id).collect()
    }

    fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.attach.iter().chain(&self.requests)
    }
}

impl Waiting {
    fn is_tired(&self) -> bool {
        self.tries >= MOST_TRIES
    }

    /// Always answered, and maybe later than it is taken in: the engine has to read rows
    /// first. What it then changes is durable when it answers.
    fn ends_with_answer(&self) -> bool {
        matches!(
            self.request.command,
            Command::LoadMessages { .. }
                | Command::LoadDelivery { .. }
                | Command::WithdrawMessage { .. }
                // Read where it comes a second time.
                | Command::SendMessage { .. }
        )
    }

    /// Whether it is refused only because a leader before this one carried it out.
    fn was_done_before(&self, failure: &Failure) -> bool {
        let says_so = matches!(
            (&self.request.command, failure),
            (Command::CreateAccount { .. }, Failure::AccountExists)
                | (Command::AddServer { .. }, Failure::ServerKnown)
                // An address that names no server of the list.
                | (Command::RemoveServer { .. }, Failure::ServerInvalid)
                | (Command::DeclineRequest { .. }, Failure::ChatUnknown)
                | (Command::WithdrawMessage { .. }, Failure::MessageUnknown)
                // Nothing of it is left to be sent.
                | (Command::RetryMessage { .. }, Failure::MessageUnknown)
        );
        says_so && self.is_repeated
    }
}

/// Whether a command changes nothing, so that a tab that may only read may ask it.
pub(super) fn is_a_look(command: &Command) -> bool {
    matches!(
        command,
        Command::Attach
            | Command::LoadMessages { .. }
            | Command::LoadDelivery { .. }
            | Command::ReadInvite { .. }
    )
}
