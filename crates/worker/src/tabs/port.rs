//! The edge of [`Tabs`](super::Tabs): what goes in, what comes out.

use super::note::Note;
use zajil_api::{CommandId, Request, Update};

/// What keeps two engines of one account apart in this browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Web Locks, and the store's fence.
    Locks,
    /// The fence alone: the first tab leads, and the others only read.
    FenceAlone,
}

/// Whether a person can see the tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    Visible,
    Hidden,
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    FromTab(Request),
    Sight(Sight),
    Heard(Note),
    /// Somebody spoke in the words of another version.
    OtherVersion(u32),
    LockGranted,
    /// Somebody took it from us.
    LockLost,
    /// The engine asked for by [`Action::StartEngine`] runs.
    EngineStarted,
    /// It found that another leads: what it had not saved is void.
    EngineFenced,
    Update(Update),
    Done(Vec<CommandId>),
    TimedOut,
}

/// Something to do. In this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Say it to the other workers.
    Post(Note),
    /// Say it to this worker's tab.
    Tell(Update),
    /// Give it to the engine, which runs here.
    Handle(Request),
    /// Get into the queue for the lock, unless this worker stands there or holds it.
    QueueForLock,
    /// Take the lock, whoever holds it.
    StealLock,
    /// Give the lock back, if this worker holds it.
    ReleaseLock,
    StartEngine,
    /// Let nothing more come from the engine, whether it runs or starts.
    DropEngine,
    /// End this worker.
    Close,
}
