//! The one queue of everything that comes in.

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::{StreamExt, future};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use zajil_api::{Command, RelayUrl, Request};
use zajil_core::engine::Input;
use zajil_core::sorted::SortedMap;

/// Frames may wait for up to so many bytes before sockets are closed: while a disk is full nothing
/// is taken in, and a server must not fill the memory meanwhile. Each server that has frames
/// waiting has an equal part of it for itself, whatever the others send.
const MOST_BYTES_WAITING: usize = 32 << 20;
/// What a frame costs beside its text, however short.
const BYTES_BESIDE: usize = 200;

/// Tells a server's sockets apart in time: each connecting is a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(u32);

/// Something that came in from a tab or a socket.
#[derive(Clone, Debug)]
pub enum Arrival {
    Request(Request),
    Link {
        relay: RelayUrl,
        generation: Generation,
        event: LinkEvent,
    },
    /// What the browser says besides: documents, the network, waking.
    Said(Input),
}

/// What happened on a socket.
#[derive(Clone, Debug)]
pub enum LinkEvent {
    Opened,
    Closed { reason: String },
    Frame { text: String },
}

/// Where arrivals are dropped in.
#[derive(Clone, Debug)]
pub struct Mouth {
    sender: UnboundedSender<Arrival>,
    waiting: Rc<RefCell<Waiting>>,
}

/// Bytes that wait, of each server that has any.
#[derive(Debug, Default)]
struct Waiting(SortedMap<RelayUrl, usize>);

impl Waiting {
    fn has_room(&self, relay: &RelayUrl, size: usize) -> bool {
        let fits = |most: usize, used: usize| used.saturating_add(size) <= most;
        let own = self.0.get(relay).copied().unwrap_or(0);
        let others = self.0.keys().filter(|other| *other != relay).count();
        fits(MOST_BYTES_WAITING, self.0.values().sum())
            || fits(MOST_BYTES_WAITING / (others + 1), own)
    }

    fn add(&mut self, relay: &RelayUrl, size: usize) {
        *self.0.entry(relay.clone()).or_default() += size;
    }

    fn take(&mut self, relay: &RelayUrl, size: usize) {
        let left = self.0.get(relay).map_or(0, |bytes| bytes.saturating_sub(size));
        match left {
            0 => drop(self.0.remove(relay)),
            left => drop(self.0.insert(relay.clone(), left)),
        }
    }
}

/// More waits already than may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overfull;

impl Mouth {
    /// Refuses a frame when too much is waiting; everything else always goes in.
    pub fn drop_in(&self, arrival: Arrival) -> Result<(), Overfull> {
        if let Some((relay, size)) = arrival.size() {
            let mut waiting = self.waiting.borrow_mut();
            if !waiting.has_room(relay, size) {
                return Err(Overfull);
            }
            waiting.add(relay, size);
        }
        // The inbox lives as long as the worker: a closed one means the worker is ending.
        let _ = self.sender.unbounded_send(arrival);
        Ok(())
    }
}

impl Arrival {
    /// What a frame costs while it waits, and whose it is.
    fn size(&self) -> Option<(&RelayUrl, usize)> {
        match self {
            Arrival::Link { relay, event: LinkEvent::Frame { text }, .. } => {
                Some((relay, text.len().saturating_add(BYTES_BESIDE)))
            }
            _ => None,
        }
    }
}

/// Hands out inputs in the order in which they arrived, without those of sockets
/// that the engine has since given up.
#[derive(Debug)]
pub struct Inbox {
    receiver: UnboundedReceiver<Arrival>,
    waiting: Rc<RefCell<Waiting>>,
    /// Taken from the queue but not handed out yet.
    set_aside: VecDeque<Arrival>,
    /// Answers of our own, which go before everything else.
    answers: VecDeque<Input>,
    current: SortedMap<RelayUrl, Generation>,
    latest: u32,
}

impl Inbox {
    pub fn new() -> (Mouth, Self) {
        let (sender, receiver) = unbounded();
        let waiting = Rc::<RefCell<Waiting>>::default();
        let mouth = Mouth { sender, waiting: waiting.clone() };
        let inbox = Self {
            receiver,
            waiting,
            set_aside: VecDeque::new(),
            answers: VecDeque::new(),
            current: SortedMap::new(),
            latest: 0,
        };
        (mouth, inbox)
    }

    /// Waits for the next input. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Input {
        loop {
            if let Some(input) = self.next_waiting() {
                return input;
            }
            match self.receiver.next().await {
                Some(arrival) => self.set_aside.push_back(arrival),
                None => return future::pending().await,
            }
        }
    }

    /// The next input, if there is one already.
    pub fn next_waiting(&mut self) -> Option<Input> {
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        loop {
            let arrival = match self.set_aside.pop_front() {
                Some(arrival) => arrival,
                None => self.receiver.try_recv().ok()?,
            };
            if let Some((relay, size)) = arrival.size() {
                self.waiting.borrow_mut().take(relay, size);
            }
            if let Some(input) = self.admit(arrival) {
                return Some(input);
            }
        }
    }

    /// Waits until somebody asks to try the store again; what else arrives is kept.
    pub async fn wait_for_retry(&mut self) {
        while let Some(arrival) = self.receiver.next().await {
            if matches!(&arrival, Arrival::Request(Request { command: Command::RetryStorage, .. }))
            {
                return;
            }
            self.set_aside.push_back(arrival);
        }
        future::pending().await
    }

    pub(crate) fn answer(&mut self, input: Input) {
        self.answers.push_back(input);
    }

    /// From now on events of this server count when they bear the returned generation.
    pub(crate) fn expect(&mut self, relay: RelayUrl) -> Generation {
        self.latest = self.latest.wrapping_add(1);
        let generation = Generation(self.latest);
        self.current.insert(relay, generation);
        generation
    }

    /// From now on no event of this server counts.
    pub(crate) fn forget(&mut self, relay: &RelayUrl) {
        self.current.remove(relay);
    }

    fn admit(&self, arrival: Arrival) -> Option<Input> {
        match arrival {
            // Ours to hear, and only while a write waits: see `wait_for_retry`.
            Arrival::Request(Request { command: Command::RetryStorage, .. }) => None,
            Arrival::Request(request) => Some(Input::Request(request)),
            Arrival::Said(input) => Some(input),
            Arrival::Link { relay, generation, .. }
                if self.current.get(&relay) != Some(&generation) =>
            {
                None
            }
            Arrival::Link { relay, event, .. } => Some(match event {
                LinkEvent::Opened => Input::RelayOpened(relay),
                LinkEvent::Closed { reason } => Input::RelayClosed { relay, reason },
                LinkEvent::Frame { text } => Input::RelayFrame { relay, text },
            }),
        }
    }
}
