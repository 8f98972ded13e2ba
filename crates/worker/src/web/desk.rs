//! The worker's one loop: what comes from its tab, the other workers, the lock and its
//! own engine goes into [`Tabs`], and what that wants done is done.

use super::lead::{Halt, Stop, lead};
use super::lock::{Lock, LockEvent};
use super::scope::scope;
use super::{Channel, tab};
use crate::tabs::{Action, Event, Means, Moment, PeerId, Tabs};
use crate::{Arrival, Effect, Inbox, Mouth};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{AbortHandle, Either, abortable, select};
use gloo_timers::future::TimeoutFuture;
use std::pin::pin;
use wasm_bindgen_futures::spawn_local;
use zajil_api::StopReason;

/// The lock's and the channel's name for the first account.
const ENGINE: &str = "zajil-engine-1";

/// Something for the desk. What comes from an engine bears its term: one that was let go
/// may still have said something.
pub(super) enum Item {
    Event(Event),
    FromEngine { term: u32, event: Event },
    Halted { term: u32, halt: Halt },
    Stop(Stop),
}

pub(super) type Events = UnboundedSender<Item>;

pub(super) fn queue() -> (Events, UnboundedReceiver<Item>) {
    unbounded()
}

pub(super) struct Desk {
    tabs: Tabs,
    events: Events,
    arrived: UnboundedReceiver<Item>,
    lock: Option<Lock>,
    channel: Option<Channel>,
    engine: Option<Running>,
    term: u32,
}

/// The engine here; ended when dropped.
struct Running {
    mouth: Mouth,
    abort: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

impl Desk {
    pub fn new(events: Events, arrived: UnboundedReceiver<Item>) -> Result<Self, Stop> {
        let heard = events.clone();
        let channel = Channel::open(ENGINE, move |event| drop_in(&heard, Item::Event(event)));
        let of_lock = events.clone();
        let lock = Lock::find(ENGINE, move |event| {
            drop_in(
                &of_lock,
                match event {
                    LockEvent::Granted => Item::Event(Event::LockGranted),
                    LockEvent::Lost => Item::Event(Event::LockLost),
                    LockEvent::Refused(detail) => {
                        Item::Stop(Stop::new(StopReason::Unsupported, detail))
                    }
                },
            );
        });
        let means = match (&lock, &channel) {
            (Some(_), Some(_)) => Means::Locks,
            // Who cannot be heard cannot be worked through either.
            (_, None) | (None, Some(_)) => Means::FenceAlone,
        };
        let tabs = Tabs::new(draw_id()?, means, now());
        Ok(Self { tabs, events, arrived, lock, channel, engine: None, term: 0 })
    }

    /// Ends with the worker.
    pub async fn run(mut self) {
        loop {
            while let Some(action) = self.tabs.poll_action() {
                self.carry_out(action);
            }
            let event = match self.next().await {
                Item::Event(event) => event,
                Item::FromEngine { term, event } if term == self.term => event,
                Item::Halted { term, halt } if term == self.term => match halt {
                    Halt::Fenced => Event::EngineFenced,
                    Halt::Stop(stop) => return stop.tell(),
                },
                Item::FromEngine { .. } | Item::Halted { .. } => continue,
                Item::Stop(stop) => return stop.tell(),
            };
            self.tabs.handle(now(), event);
        }
    }

    async fn next(&mut self) -> Item {
        let arrived = self.arrived.next();
        let Some(due) = self.tabs.poll_timeout() else {
            // We hold a sender ourselves: the queue never ends.
            return arrived.await.unwrap_or(Item::Event(Event::TimedOut));
        };
        let left = u32::try_from(due.0.saturating_sub(now().0)).unwrap_or(u32::MAX);
        match select(arrived, pin!(TimeoutFuture::new(left))).await {
            Either::Left((Some(item), _)) => item,
            Either::Left((None, _)) | Either::Right(_) => Item::Event(Event::TimedOut),
        }
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Post(note) => {
                if let Some(Err(error)) = self.channel.as_ref().map(|it| it.post(&note)) {
                    let detail = format!("an update could not be handed on: {error}");
                    drop_in(&self.events, Item::Stop(Stop::new(StopReason::Fault, detail)));
                }
            }
            Action::Tell(update) => tab::tell(&update),
            Action::Handle(request) => {
                if let Some(engine) = &self.engine {
                    // Only frames are ever refused.
                    let _ = engine.mouth.drop_in(Arrival::Request(request));
                }
            }
            Action::QueueForLock => self.on_lock(Lock::queue),
            Action::StealLock => self.on_lock(Lock::steal),
            Action::ReleaseLock => self.on_lock(Lock::release),
            Action::StartEngine => self.start_engine(),
            Action::DropEngine => self.engine = None,
            Action::Close => scope().close(),
        }
    }

    fn on_lock(&self, act: impl FnOnce(&Lock)) {
        if let Some(lock) = &self.lock {
            act(lock);
        }
    }

    fn start_engine(&mut self) {
        self.term = self.term.wrapping_add(1);
        let term = self.term;
        let (mouth, inbox) = Inbox::new();
        let events = self.events.clone();
        let told = events.clone();
        let tell = move |effect| {
            let event = match effect {
                Effect::Tell(update) => Event::Update(update),
                Effect::Done(ids) => Event::Done(ids),
                // The sockets' business.
                Effect::Connect { .. }
                | Effect::Disconnect(_)
                | Effect::Send { .. }
                | Effect::FetchInfo(_) => return,
            };
            drop_in(&told, Item::FromEngine { term, event });
        };
        let opening = lead(mouth.clone(), inbox, tell);
        let life = async move {
            let halt = match opening.await {
                Ok(life) => {
                    drop_in(&events, Item::FromEngine { term, event: Event::EngineStarted });
                    life.await
                }
                Err(halt) => halt,
            };
            drop_in(&events, Item::Halted { term, halt });
        };
        let (life, abort) = abortable(life);
        self.engine = Some(Running { mouth, abort });
        spawn_local(async move {
            // Ended or let go: the desk knows which.
            let _ = life.await;
        });
    }
}

pub(super) fn drop_in(events: &Events, item: Item) {
    // The desk lives as long as the worker: a closed queue means the worker is ending.
    let _ = events.unbounded_send(item);
}

/// Milliseconds since the worker began, whatever is done to the device's clock.
fn now() -> Moment {
    let passed = scope().performance().map_or(0.0, |clock| clock.now());
    Moment(passed as u64)
}

fn draw_id() -> Result<PeerId, Stop> {
    let mut bytes = [0; 8];
    getrandom04::fill(&mut bytes).map_err(|error| Stop::new(StopReason::Unsupported, error))?;
    // As many bits as JavaScript's numbers hold exactly.
    Ok(PeerId(u64::from_le_bytes(bytes) >> 11))
}
