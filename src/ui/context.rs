//! What every view is given: reading the state, sending commands, a few signals.
//!
//! The state itself is plain; each [`Part`] of it has a trigger, made when the
//! first view reads that part. An update wakes the triggers of what it touched and
//! nothing else.

use crate::client::Client;
use crate::ui::failure::sentence_for;
use crate::ui::parts::result_words;
use crate::ui::prefs::{self, Theme};
use crate::ui::route::Route;
use crate::ui::state::{AppState, Part};
use crate::ui::words::Language;
use crate::ui::{format, keeping, page};
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use zajil_api::{ChatId, Command, CommandId, Failure, Invite, Place, Update};

/// What came of a command, for those that asked.
#[derive(Clone, Debug)]
pub enum Answer {
    Refused(Failure),
    InviteRead(Invite),
    ChatOpened(ChatId),
    MessageAdded,
    MessageRemoved,
}

type OnAnswer = Box<dyn FnOnce(Answer)>;

/// More triggers than this are looked through for those of messages that are not held any more.
const TRIGGERS: usize = 2_000;

/// How many unanswered questions are remembered: some commands answer with silence.
const QUESTIONS: usize = 64;

#[derive(Default)]
struct Inner {
    client: RefCell<Option<Client>>,
    state: RefCell<AppState>,
    /// The newest last, where it is found first. A map costs two kilobytes more.
    triggers: RefCell<Vec<(Part, ArcTrigger)>>,
    questions: RefCell<Vec<(CommandId, OnAnswer)>>,
}

impl Inner {
    #[inline(never)]
    fn trigger(&self, part: &Part) -> Option<ArcTrigger> {
        let triggers = self.triggers.borrow();
        triggers.iter().rev().find(|(known, _)| known == part).map(|(_, trigger)| trigger.clone())
    }
}

/// A handle, free to copy into every closure.
#[derive(Clone, Copy)]
pub struct Ctx {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
    pub route: RwSignal<Route>,
    pub language: RwSignal<Language>,
    pub theme: RwSignal<Theme>,
    /// The local day, so that "today" is true after midnight too.
    pub today: RwSignal<i64>,
    /// A sentence for the person about something that has no place of its own.
    pub notice: RwSignal<Option<String>>,
    /// Whether this browser remembers an account; false once one starts anew.
    pub was_here: RwSignal<bool>,
}

impl Ctx {
    pub fn new(language: Language, route: Route) -> Self {
        Self {
            inner: StoredValue::new_local(Rc::new(Inner::default())),
            route: RwSignal::new(route),
            language: RwSignal::new(language),
            theme: RwSignal::new(prefs::theme()),
            today: RwSignal::new(format::day_of(format::now())),
            notice: RwSignal::new(None),
            was_here: RwSignal::new(prefs::has_begun()),
        }
    }

    /// Takes an invite's payload out of the address bar, so that it stays neither on
    /// the screen nor in a bookmark. A reload finds it again.
    pub fn take_invite(&self) -> String {
        let Route::Invite(payload) = self.route.get_untracked() else { return String::new() };
        page::keep_invite(&payload);
        page::replace_address(&Route::Invite(String::new()));
        payload
    }

    /// Goes on from an invite without leaving it in the history.
    pub fn arrive(&self, route: &Route) {
        page::forget_invite();
        page::replace_address(route);
        self.route.set(route.clone());
    }

    /// Reaches for the engine and asks it for the first screen.
    pub fn connect(self) {
        let client = Client::connect(move |update| self.receive(update));
        *self.inner().client.borrow_mut() = Some(client);
        self.send(Command::Attach);
    }

    // Not inlined, and not generic: these two are called from every view.
    #[inline(never)]
    fn inner(&self) -> Rc<Inner> {
        self.inner.get_value()
    }

    /// Reads the state; the view that does so is drawn again when `part` changes.
    pub fn watch<T>(&self, part: Part, read: impl FnOnce(&AppState) -> T) -> T {
        let inner = self.tracked(part);
        let state = inner.state.borrow();
        read(&state)
    }

    #[inline(never)]
    fn tracked(&self, part: Part) -> Rc<Inner> {
        let inner = self.inner();
        let trigger = inner.trigger(&part).unwrap_or_else(|| {
            let trigger = ArcTrigger::new();
            inner.triggers.borrow_mut().push((part, trigger.clone()));
            trigger
        });
        trigger.track();
        inner
    }

    /// Reads the state without being told of changes: for event handlers.
    pub fn peek<T>(&self, read: impl FnOnce(&AppState) -> T) -> T {
        read(&self.inner().state.borrow())
    }

    /// Changes what only this tab knows (the open window, drafts).
    pub fn change<T>(&self, change: impl FnOnce(&mut AppState) -> T) -> T {
        change(&mut self.inner().state.borrow_mut())
    }

    pub fn wake(&self, parts: impl IntoIterator<Item = Part>) {
        let inner = self.inner();
        for part in parts {
            if let Some(trigger) = inner.trigger(&part) {
                trigger.notify();
            }
        }
    }

    /// Forgets the triggers of rows that are no longer drawn.
    pub fn forget_messages(&self) {
        self.inner().triggers.borrow_mut().retain(|(part, _)| !matches!(part, Part::Message(_)));
    }

    /// The same of what left the window, once those are many.
    fn forget_undrawn(&self) {
        let inner = self.inner();
        let (mut triggers, state) = (inner.triggers.borrow_mut(), inner.state.borrow());
        if triggers.len() > TRIGGERS {
            triggers.retain(|(part, _)| match part {
                Part::Message(place) => state.message(*place).is_some(),
                _ => true,
            });
        }
    }

    #[inline(never)]
    pub fn send(&self, command: Command) -> Option<CommandId> {
        self.inner().client.borrow().as_ref().map(|client| client.send(command))
    }

    /// Has servers that are waited for tried now.
    pub fn look_again(&self) {
        if let Some(client) = &*self.inner().client.borrow() {
            client.look_again();
        }
    }

    /// Sends a command and runs `then` on what comes of it.
    pub fn ask(&self, command: Command, then: impl FnOnce(Answer) + 'static) -> Option<CommandId> {
        self.ask_boxed(command, Box::new(then))
    }

    #[inline(never)]
    fn ask_boxed(&self, command: Command, then: OnAnswer) -> Option<CommandId> {
        let id = self.send(command)?;
        let inner = self.inner();
        let mut questions = inner.questions.borrow_mut();
        questions.push((id, then));
        if questions.len() > QUESTIONS {
            drop(questions.remove(0));
        }
        Some(id)
    }

    fn receive(self, update: Update) {
        let answer = answer_in(&update);
        let parts = self.change(|state| state.apply(update));
        let typing = parts.iter().any(|part| matches!(part, Part::Typing(_)));
        self.wake(parts);
        if self.peek(|state| state.account.is_some()) {
            prefs::set_begun();
            if !self.was_here.get_untracked() {
                self.was_here.set(true);
            }
        }
        self.forget_undrawn();
        if let Some(result) = self.change(AppState::take_practised) {
            self.notice.set(Some(result_words(result)));
        }
        page::set_unread(self.peek(AppState::unread));
        if typing {
            self.schedule_expiry();
        }
        let Some((id, answer)) = answer else { return };
        let inner = self.inner();
        let asked = inner.questions.borrow().iter().position(|(asked, _)| *asked == id);
        let question = asked.map(|place| inner.questions.borrow_mut().remove(place));
        if let Some((_, then)) = question {
            then(answer);
        }
    }

    /// Sends what answers only when it is refused, and says so then.
    #[inline(never)]
    pub fn command(self, command: Command) {
        self.ask(command, move |answer| {
            if let Answer::Refused(failure) = answer {
                self.notice.set(Some(sentence_for(&failure)));
            }
        });
    }

    #[inline(never)]
    pub fn tell_story(&self, of: Option<Place>) {
        self.change(|state| state.tell_story(of));
        self.wake([Part::Story]);
    }

    fn schedule_expiry(self) {
        let Some(until) = self.peek(AppState::next_expiry) else { return };
        let wait = until.0.saturating_sub(format::now().0).clamp(1, 60);
        let over = move || {
            let parts = self.change(|state| state.expire(format::now()));
            self.wake(parts);
        };
        Timeout::new(u32::try_from(wait).unwrap_or(60) * 1000, over).forget();
    }
}

fn answer_in(update: &Update) -> Option<(CommandId, Answer)> {
    match update {
        Update::Refused { answers, failure } => Some((*answers, Answer::Refused(failure.clone()))),
        Update::InviteRead { answers, invite } => {
            Some((*answers, Answer::InviteRead(invite.clone())))
        }
        Update::ChatOpened { answers, chat } => Some((*answers, Answer::ChatOpened(chat.clone()))),
        Update::MessageRemoved { answers: Some(answers), .. } => {
            Some((*answers, Answer::MessageRemoved))
        }
        Update::MessageAdded { answers: Some(answers), .. } => {
            // There is something to lose now.
            keeping::ask_once();
            Some((*answers, Answer::MessageAdded))
        }
        _ => None,
    }
}

/// A value kept as long as what it is made from is the same. All memos of one type
/// share their code, which is why this stands in place of [`Memo::new`].
pub fn memo<T>(make: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed_memo(Box::new(make))
}

#[inline(never)]
fn boxed_memo<T>(make: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| make())
}

/// The context of the app that this view is part of.
#[inline(never)]
pub fn ctx() -> Ctx {
    expect_context()
}
