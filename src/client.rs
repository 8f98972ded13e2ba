//! The tab's end of the port to the engine.

use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};
use zajil_api::{Command, CommandId, Request, Update};

/// The element whose `href` says where this build's worker is.
const WORKER_ELEMENT: &str = "zajil-worker";

/// A handle on the engine's worker, which ends with the page.
pub struct Client {
    worker: Option<Worker>,
    next: Cell<u32>,
}

impl Client {
    /// Starts the worker. `on_update` is never called before this returns.
    pub fn connect(on_update: impl Fn(Update) + 'static) -> Client {
        let tell = Rc::new(until_stopped(on_update));
        let worker = start_worker();
        match &worker {
            Some(worker) => listen(worker, tell),
            None => wasm_bindgen_futures::spawn_local(async move {
                tell(stopped("The engine could not be started."));
            }),
        }
        Client { worker, next: Cell::new(1) }
    }

    /// The command's answer bears the returned id. May be called at once: the worker
    /// keeps what comes before it is ready.
    pub fn send(&self, command: Command) -> CommandId {
        let id = CommandId(self.next.get());
        self.next.set(id.0.wrapping_add(1));
        if let Some(worker) = &self.worker
            && let Ok(request) = serde_wasm_bindgen::to_value(&Request { id, command })
        {
            // Plain data always clones.
            let _ = worker.post_message(&request);
        }
        id
    }
}

fn start_worker() -> Option<Worker> {
    let address =
        web_sys::window()?.document()?.get_element_by_id(WORKER_ELEMENT)?.get_attribute("href")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&address, &options).ok()
}

fn listen(worker: &Worker, tell: Rc<impl Fn(Update) + 'static>) {
    let tell_of_end = tell.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        // What is no update comes from no engine of this version: nothing to draw.
        if let Ok(update) = serde_wasm_bindgen::from_value(event.data()) {
            tell(update);
        }
    });
    let broken = worker.clone();
    let on_error = Closure::<dyn Fn(Event)>::new(move |_: Event| {
        // Nothing may run on in a state that cannot be trusted.
        broken.terminate();
        tell_of_end(stopped("The engine could not be loaded, or broke off."));
    });
    // Heard for as long as the page lives.
    worker.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    worker.set_onerror(Some(on_error.into_js_value().unchecked_ref()));
}

/// Lets nothing through after the first [`Update::Stopped`]: a worker that has said why
/// it ends also breaks off, and the first reason is the one that counts.
fn until_stopped(on_update: impl Fn(Update) + 'static) -> impl Fn(Update) + 'static {
    let has_stopped = Cell::new(false);
    move |update| {
        if !has_stopped.get() {
            has_stopped.set(matches!(update, Update::Stopped { .. }));
            on_update(update);
        }
    }
}

fn stopped(detail: &str) -> Update {
    Update::Stopped { detail: detail.to_owned() }
}
