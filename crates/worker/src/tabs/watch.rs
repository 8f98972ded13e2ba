//! Whether the leader lives: asked while somebody waits for it.

/// Milliseconds on a clock that is never set. It may stand still while the device sleeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    #[must_use]
    pub fn after(self, milliseconds: u64) -> Moment {
        Moment(self.0.saturating_add(milliseconds))
    }
}

const BETWEEN_QUESTIONS_MS: u64 = 500;
/// A leader says nothing while it rebuilds an engine from a long history.
const WHILE_STARTING_MS: u64 = 10_000;
/// So much later than planned means that we did not run ourselves.
const NOTICEABLY_LATE_MS: u64 = 1_000;
const MOST_PATIENCE_MS: u64 = 30_000;
/// Where answers come so soon, the device is not slow.
const AT_ONCE_MS: u64 = 250;

/// What is to be done about a leader that was not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Wait,
    Ask,
    Depose,
}

#[derive(Debug)]
pub(super) struct Watch {
    patience: u64,
    least_patience: u64,
    /// The first question since it was last heard.
    asked_at: Option<Moment>,
    next_question: Moment,
    /// When we meant to look again; `None` while nobody waits.
    due: Option<Moment>,
}

impl Watch {
    pub fn new(patience: u64) -> Self {
        let (least_patience, next_question) = (patience, Moment(0));
        Self { patience, least_patience, asked_at: None, next_question, due: None }
    }

    /// It was heard.
    pub fn heard(&mut self, now: Moment) {
        let is_quick = |asked_at: Moment| now <= asked_at.after(AT_ONCE_MS);
        if self.asked_at.take().is_some_and(is_quick) {
            self.patience = (self.patience / 2).max(self.least_patience);
        }
        self.next_question = now.after(BETWEEN_QUESTIONS_MS);
    }

    /// Somebody said that they are about to lead.
    pub fn heard_start(&mut self, now: Moment) {
        self.asked_at = None;
        self.next_question = now.after(WHILE_STARTING_MS);
    }

    /// From now on asks anew, at once.
    pub fn restart(&mut self, now: Moment) {
        self.asked_at = None;
        self.next_question = now;
    }

    /// Somebody began to wait: asks at once, unless that was asked already.
    pub fn hurry(&mut self, now: Moment) {
        if self.asked_at.is_none() {
            self.next_question = self.next_question.min(now);
        }
    }

    /// Whoever was deposed for nothing, because the device is slow, must not be deposed
    /// again and again. It passes as soon as answers come at once.
    pub fn be_more_patient(&mut self) {
        self.patience = self.patience.saturating_mul(2).min(MOST_PATIENCE_MS);
    }

    pub fn set_patience(&mut self, patience: u64) {
        (self.patience, self.least_patience) = (patience, patience);
    }

    /// Nobody waits for anything.
    pub fn rest(&mut self) {
        self.asked_at = None;
        self.due = None;
    }

    /// Called when somebody waits, at any time.
    pub fn look(&mut self, now: Moment) -> Look {
        let late = self.due.is_some_and(|due| now > due.after(NOTICEABLY_LATE_MS));
        if late && self.asked_at.is_some() {
            // The answer may lie before us, unread.
            self.asked_at = Some(now);
        }
        let look = if self.asked_at.is_some_and(|at| now >= at.after(self.patience)) {
            self.asked_at = None;
            Look::Depose
        } else if now >= self.next_question {
            self.asked_at.get_or_insert(now);
            self.next_question = now.after(BETWEEN_QUESTIONS_MS);
            Look::Ask
        } else {
            Look::Wait
        };
        self.due = Some(self.next());
        look
    }

    /// When to look again.
    pub fn next(&self) -> Moment {
        let end = self.asked_at.map(|at| at.after(self.patience));
        end.map_or(self.next_question, |end| end.min(self.next_question))
    }
}
