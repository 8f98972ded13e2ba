//! The tab's end of the port to the engine.

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use js_sys::Uint8Array;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, VisibilityState, Worker, WorkerOptions, WorkerType};
use zajil_api::{Command, CommandId, Request, StopReason, Update};

/// The element whose `href` says where this build's worker is.
const WORKER_ELEMENT: &str = "zajil-worker";

/// A handle on the tab's worker, which ends with the page. Through it the tab reaches the
/// engine, wherever that runs.
pub struct Client {
    worker: Option<Worker>,
    ids: Rc<Ids>,
}

impl Client {
    /// Starts the worker. `on_update` is never called before this returns.
    pub fn connect(on_update: impl Fn(Update) + 'static) -> Client {
        let ids = Rc::new(Ids::draw());
        let tell = Rc::new(until_stopped(on_update));
        let worker = start_worker();
        match &worker {
            Some(worker) => {
                listen(worker, ids.clone(), tell);
                tell_sight(worker);
                tell_network(worker);
            }
            None => wasm_bindgen_futures::spawn_local(async move {
                tell(stopped(StopReason::Unsupported, "no worker could be started"));
            }),
        }
        Client { worker, ids }
    }

    /// The command's answer bears the returned id. May be called at once: the worker
    /// keeps what comes before it is ready.
    pub fn send(&self, command: Command) -> CommandId {
        let id = self.ids.next();
        if let Some(worker) = &self.worker
            && let Ok(request) = postcard::to_allocvec(&Request { id, command })
        {
            // Bytes always clone.
            let _ = worker.post_message(&Uint8Array::from(request.as_slice()));
        }
        id
    }

    /// Somebody looks, and wants to know at once what can be reached.
    pub fn look_again(&self) {
        if let Some(worker) = &self.worker {
            let _ = worker.post_message(&"visible".into());
        }
    }
}

/// The ids that this tab gives its commands: a number of its own, times 2²⁰, plus a count.
struct Ids {
    first: Cell<u64>,
    next: Cell<u64>,
}

impl Ids {
    const COUNT: u64 = 1 << 20;

    fn draw() -> Self {
        Self::of(draw_number())
    }

    fn of(number: u64) -> Self {
        let first = number * Self::COUNT;
        Self { first: Cell::new(first), next: Cell::new(first) }
    }

    fn next(&self) -> CommandId {
        if self.next.get() + 1 >= self.first.get() + Self::COUNT {
            let fresh = Self::draw();
            self.first.set(fresh.first.get());
            self.next.set(fresh.next.get());
        }
        self.next.set(self.next.get() + 1);
        CommandId(self.next.get())
    }

    fn has_given(&self, CommandId(id): CommandId) -> bool {
        (self.first.get() + 1..=self.next.get()).contains(&id)
    }
}

/// Thirty-two random bits tell tabs apart.
fn draw_number() -> u64 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u64
}

fn start_worker() -> Option<Worker> {
    let address =
        web_sys::window()?.document()?.get_element_by_id(WORKER_ELEMENT)?.get_attribute("href")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&address, &options).ok()
}

fn listen(worker: &Worker, ids: Rc<Ids>, tell: Rc<impl Fn(Update) + 'static>) {
    let tell_of_end = tell.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        // What is no update comes from no engine of this version: nothing to draw.
        if let Some(mut update) = read(event.data()) {
            forget_foreign(&mut update, &ids);
            tell(update);
        }
    });
    let broken = worker.clone();
    let on_error = Closure::<dyn Fn(Event)>::new(move |_: Event| {
        // Nothing may run on in a state that cannot be trusted.
        broken.terminate();
        tell_of_end(stopped(StopReason::Fault, "the worker could not be loaded, or broke off"));
    });
    // Heard for as long as the page lives.
    worker.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    worker.set_onerror(Some(on_error.into_js_value().unchecked_ref()));
}

fn read(message: JsValue) -> Option<Update> {
    postcard::from_bytes(&message.dyn_into::<Uint8Array>().ok()?.to_vec()).ok()
}

/// What answers a command of another tab is news in this one.
fn forget_foreign(update: &mut Update, ids: &Ids) {
    if let Update::MessageAdded { answers, .. } | Update::MessageRemoved { answers, .. } = update
        && answers.is_some_and(|id| !ids.has_given(id))
    {
        *answers = None;
    }
}

/// How often a tab that is seen says so again: whoever stops saying it is taken to be gone.
const SEEN_AGAIN_MS: u32 = 5 * 60_000;

/// Says whether a person can see this tab, now, whenever that changes, and now and then.
fn tell_sight(worker: &Worker) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let (port, page) = (worker.clone(), document.clone());
    let is_hidden = move || page.visibility_state() == VisibilityState::Hidden;
    let tell = {
        let is_hidden = is_hidden.clone();
        // A text always clones.
        move || drop(port.post_message(&if is_hidden() { "hidden" } else { "visible" }.into()))
    };
    tell();
    let again = tell.clone();
    EventListener::new(&document, "visibilitychange", move |_| tell()).forget();
    let again = move || {
        if !is_hidden() {
            again();
        }
    };
    Interval::new(SEEN_AGAIN_MS, again).forget();
}

/// Hands on what the browser says of the device's network: some tell only the page.
fn tell_network(worker: &Worker) {
    let Some(window) = web_sys::window() else { return };
    if !window.navigator().on_line() {
        let _ = worker.post_message(&"offline".into());
    }
    for word in ["online", "offline"] {
        let port = worker.clone();
        let tell = move |_: &Event| drop(port.post_message(&word.into()));
        EventListener::new(&window, word, tell).forget();
    }
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

fn stopped(reason: StopReason, detail: &str) -> Update {
    Update::Stopped { reason, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zajil_api::{CatchUp, ChatId, MessageState, Page, Place};

    fn removed(answers: Option<CommandId>) -> Update {
        Update::MessageRemoved { answers, chat: ChatId::new("c"), place: Place::START }
    }

    #[test]
    fn what_crosses_the_port_arrives_as_it_was_sent() {
        let (chat, place) = (ChatId::new("c"), Place::END);
        let updates = [
            removed(None),
            removed(Some(CommandId((1 << 53) - 1))),
            Update::MessageStateChanged {
                chat: chat.clone(),
                place,
                state: MessageState::Sent { on: 1, of: 3 },
            },
            Update::CatchUpChanged(CatchUp::Running { fetched: 7, of: None }),
            Update::Stopped { reason: StopReason::NewerVersion, detail: "لماذا".to_owned() },
        ];
        for update in updates {
            let bytes = postcard::to_allocvec(&update).unwrap();
            assert_eq!(postcard::from_bytes::<Update>(&bytes).unwrap(), update);
        }
        let command = Command::LoadMessages { chat, page: Page::Before(place), limit: 80 };
        let request = Request { id: CommandId(9), command };
        let bytes = postcard::to_allocvec(&request).unwrap();
        assert_eq!(postcard::from_bytes::<Request>(&bytes).unwrap(), request);
        assert!(postcard::from_bytes::<Update>(&[0xff, 0xff]).is_err());
    }

    #[test]
    fn ids_of_two_tabs_never_meet_and_stay_numbers_that_javascript_tells_apart() {
        let (low, high) = (Ids::of(7), Ids::of(8));
        let last_of_low = 8 * Ids::COUNT - 1;
        assert!(low.next().0 > 7 * Ids::COUNT && low.next().0 <= last_of_low);
        assert!(high.next().0 > last_of_low);
        assert!(Ids::of(u64::from(u32::MAX)).next().0 + Ids::COUNT < 1 << 53);
    }

    #[test]
    fn what_answers_another_tab_is_news_here() {
        let ids = Ids::of(7);
        let ours = ids.next();
        for (said, heard) in [(ours, Some(ours)), (CommandId(ours.0 + 1), None)] {
            let mut update = removed(Some(said));
            forget_foreign(&mut update, &ids);
            assert_eq!(update, removed(heard));
        }
    }
}
