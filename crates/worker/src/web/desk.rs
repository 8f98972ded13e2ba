//! The worker's one loop: what comes from its tab, the other workers, the lock and its
//! own engine goes into [`Tabs`], and what that wants done is done.

use super::Channel;
use super::lead::{Halt, Stop, lead};
use super::lock::{Lock, LockEvent};
use super::scope::scope;
use crate::tabs::{Action, Event, Means, Moment, PeerId, Sight, Tabs};
use crate::{Arrival, Effect, Inbox, Mouth};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{AbortHandle, Either, abortable, select};
use gloo_timers::future::TimeoutFuture;
use std::pin::pin;
use wasm_bindgen_futures::spawn_local;
use zajil_api::{StopReason, Update};
use zajil_core::engine::Input;

/// The names under which the workers of one account meet.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The lock's and the channel's.
    pub engine: &'static str,
    pub database: &'static str,
}

/// Something for the desk. What comes from an engine bears its term: one that was let go
/// may still have said something.
enum Item {
    Event(Event),
    FromEngine { term: u32, event: Event },
    Halted { term: u32, halt: Halt },
    Stop(Stop),
}

/// Where things for the desk are dropped in.
#[derive(Clone)]
pub struct Tray(UnboundedSender<Item>);

impl Tray {
    pub fn event(&self, event: Event) {
        self.drop_in(Item::Event(event));
    }

    fn drop_in(&self, item: Item) {
        // The desk lives as long as the worker: a closed queue means the worker is ending.
        let _ = self.0.unbounded_send(item);
    }
}

pub struct Desk {
    names: Names,
    tabs: Tabs,
    tell: Box<dyn Fn(&Update)>,
    tray: Tray,
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
    /// `tell` hears what the tab is to be told, and must return at once.
    pub fn new(names: Names, tell: impl Fn(&Update) + 'static) -> (Tray, Self) {
        let (sender, arrived) = unbounded();
        let tray = Tray(sender);
        let heard = tray.clone();
        let channel = Channel::open(names.engine, move |event| heard.event(event));
        let of_lock = tray.clone();
        let lock = Lock::find(names.engine, move |event| match event {
            LockEvent::Granted => of_lock.event(Event::LockGranted),
            LockEvent::Lost => of_lock.event(Event::LockLost),
            LockEvent::Refused(detail) => {
                of_lock.drop_in(Item::Stop(Stop::new(StopReason::Unsupported, detail)));
            }
        });
        let means = match (&lock, &channel) {
            (Some(_), Some(_)) => Means::Locks,
            // Who cannot be heard cannot be worked through either.
            (_, None) | (None, Some(_)) => Means::FenceAlone,
        };
        let tabs = Tabs::new(PeerId::draw(), means, now());
        let (tell, desk_tray) = (Box::new(tell), tray.clone());
        let desk = Self {
            names,
            tabs,
            tell,
            tray: desk_tray,
            arrived,
            lock,
            channel,
            engine: None,
            term: 0,
        };
        (tray, desk)
    }

    /// Returns when this worker is of no more use; the tab was told why.
    pub async fn run(mut self) {
        loop {
            while let Some(action) = self.tabs.poll_action() {
                if action == Action::Close {
                    return;
                }
                self.carry_out(action);
            }
            let event = match self.next().await {
                Item::Event(event) => event,
                Item::FromEngine { term, event } if term == self.term => event,
                Item::Halted { term, halt } if term == self.term => match halt {
                    Halt::Fenced => Event::EngineFenced,
                    Halt::Stop(stop) => return self.stop(stop),
                },
                Item::FromEngine { .. } | Item::Halted { .. } => continue,
                Item::Stop(stop) => return self.stop(stop),
            };
            if let (Event::Sight(Sight::Visible), Some(engine)) = (&event, &self.engine) {
                // Whoever comes back wants to know at once what is still connected. Only
                // frames are ever refused.
                let _ = engine.mouth.drop_in(Arrival::Said(Input::Woke));
            }
            self.tabs.handle(now(), event);
        }
    }

    fn stop(&self, Stop { reason, detail }: Stop) {
        (self.tell)(&Update::Stopped { reason, detail });
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
                    self.tray.drop_in(Item::Stop(Stop::new(StopReason::Fault, detail)));
                }
            }
            Action::Tell(update) => (self.tell)(&update),
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
            // The loop's.
            Action::Close => {}
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
        let tray = self.tray.clone();
        let told = tray.clone();
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
            told.drop_in(Item::FromEngine { term, event });
        };
        let opening = lead(self.names.database, mouth.clone(), inbox, tell);
        let life = async move {
            let halt = match opening.await {
                Ok(life) => {
                    tray.drop_in(Item::FromEngine { term, event: Event::EngineStarted });
                    life.await
                }
                Err(halt) => halt,
            };
            tray.drop_in(Item::Halted { term, halt });
        };
        let (life, abort) = abortable(life);
        self.engine = Some(Running { mouth, abort });
        spawn_local(async move {
            // Ended or let go: the desk knows which.
            let _ = life.await;
        });
    }
}

/// Milliseconds since the worker began, whatever is done to the device's clock.
fn now() -> Moment {
    let passed = scope().performance().map_or(0.0, |clock| clock.now());
    Moment(passed as u64)
}
