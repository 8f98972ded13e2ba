//! The Web Lock that the leading worker holds.

use super::fault::describe;
use super::scope::scope;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// Declared here because web-sys keeps it behind a compiler flag.
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        granted: &Function,
    ) -> Result<Promise, JsValue>;
}

/// What became of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockEvent {
    Granted,
    /// Another took it.
    Lost,
    /// The browser does not let this page ask for locks.
    Refused(String),
}

/// One lock and this worker's place in its queue. The lock is given back when this is
/// dropped, and by the browser when the worker ends in whatever way.
pub struct Lock {
    manager: LockManager,
    name: String,
    state: Rc<State>,
}

struct State {
    tell: Box<dyn Fn(LockEvent)>,
    requests: Cell<u32>,
    is_queued: Cell<bool>,
    /// Which request is granted now, and what gives the lock back.
    held: RefCell<Option<(u32, Function)>>,
}

/// How a lock is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Queue,
    Steal,
}

impl Lock {
    /// `None` where the browser has no Web Locks.
    pub fn find(name: &str, tell: impl Fn(LockEvent) + 'static) -> Option<Self> {
        let manager: LockManager = Reflect::get(&scope().navigator(), &"locks".into())
            .ok()
            .filter(JsValue::is_object)?
            .unchecked_into();
        let state = Rc::new(State {
            tell: Box::new(tell),
            requests: Cell::default(),
            is_queued: Cell::default(),
            held: RefCell::default(),
        });
        Some(Self { manager, name: name.to_owned(), state })
    }

    /// Gets into the queue, unless this worker stands there or holds the lock.
    pub fn queue(&self) {
        if !self.state.is_queued.get() && self.state.held.borrow().is_none() {
            self.state.is_queued.set(true);
            self.request(Manner::Queue);
        }
    }

    /// Takes the lock from whoever holds it. A place in the queue stays.
    pub fn steal(&self) {
        self.request(Manner::Steal);
    }

    pub fn release(&self) {
        self.state.release();
    }

    fn request(&self, manner: Manner) {
        let number = self.state.requests.get().wrapping_add(1);
        self.state.requests.set(number);
        let options = Object::new();
        if manner == Manner::Steal {
            // A plain object takes any field.
            let _ = Reflect::set(&options, &"steal".into(), &true.into());
        }
        let state = self.state.clone();
        // The browser holds the lock until the promise that this returns settles.
        let granted = Closure::once_into_js(move |_lock: JsValue| {
            if manner == Manner::Queue {
                state.is_queued.set(false);
            }
            Promise::new(&mut |resolve, _| state.take(number, resolve))
        });
        let asked = self.manager.request(&self.name, &options, granted.unchecked_ref());
        let state = self.state.clone();
        spawn_local(async move {
            let ended = match asked {
                Ok(asked) => JsFuture::from(asked).await,
                Err(thrown) => Err(thrown),
            };
            // It settles without a fault when the lock is given back.
            if let Err(thrown) = ended {
                state.end(number, &thrown);
            }
        });
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.state.release();
    }
}

impl State {
    fn take(&self, number: u32, release: Function) {
        let before = self.held.borrow_mut().replace((number, release));
        match before {
            // Stolen from ourselves.
            Some((_, release)) => give_back(&release),
            None => (self.tell)(LockEvent::Granted),
        }
    }

    fn release(&self) {
        let held = self.held.borrow_mut().take();
        if let Some((_, release)) = held {
            give_back(&release);
        }
    }

    fn end(&self, number: u32, thrown: &JsValue) {
        let is_held = self.held.borrow().as_ref().is_some_and(|(held, _)| *held == number);
        if is_held {
            *self.held.borrow_mut() = None;
            (self.tell)(LockEvent::Lost);
        } else if number == 1 && self.held.borrow().is_none() && self.is_queued.get() {
            // Never granted, and asked for when nothing else was.
            (self.tell)(LockEvent::Refused(describe(thrown)));
        }
    }
}

fn give_back(release: &Function) {
    // Settling a promise cannot throw.
    let _ = release.call0(&JsValue::UNDEFINED);
}
