//! Several tabs' workers on one real browser: its lock, its channel and its database. They
//! share a thread here, so that a test can let one of them hang.

use super::idb::{self, new_name, stub_config};
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::{FutureExt, StreamExt};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};
use zajil_api::{ChatId, Command, CommandId, Failure, Page, Request, StopReason, Update};
use zajil_worker::Clock;
use zajil_worker::tabs::{Event, Sight};
use zajil_worker::web::{BrowserClock, Desk, Names, Tray};

/// A tab and its worker; closed when dropped.
pub(super) struct Tab {
    tray: Tray,
    pub told: UnboundedReceiver<Update>,
    worker: Rc<Worker>,
    asked: u64,
}

/// A worker's loop, which a test may stop and let go on.
struct Worker {
    life: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    hangs: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Worker {
    fn start(life: impl Future<Output = ()> + 'static) -> Rc<Self> {
        let life = RefCell::new(Some(Box::pin(life) as Pin<Box<dyn Future<Output = ()>>>));
        let (hangs, waker) = (Cell::new(false), RefCell::new(None));
        let worker = Rc::new(Self { life, hangs, waker });
        let polled = worker.clone();
        spawn_local(poll_fn(move |context| {
            *polled.waker.borrow_mut() = Some(context.waker().clone());
            match polled.life.borrow_mut().as_mut() {
                Some(life) if !polled.hangs.get() => life.as_mut().poll(context),
                Some(_) => Poll::Pending,
                None => Poll::Ready(()),
            }
        }));
        worker
    }

    fn hang(&self) {
        self.hangs.set(true);
    }

    fn wake(&self) {
        self.hangs.set(false);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let life = self.worker.life.take();
        drop(life);
        self.worker.wake();
    }
}

impl Tab {
    pub fn open(names: Names) -> Self {
        let (sender, told) = unbounded();
        let tell = move |update: &Update| drop(sender.unbounded_send(update.clone()));
        let (tray, desk) = Desk::new(names, tell);
        tray.event(Event::Sight(Sight::Visible));
        let worker = Worker::start(desk.run());
        let number = (js_sys::Math::random() * 1e9) as u64;
        Self { tray, told, worker, asked: number << 20 }
    }

    pub fn ask(&mut self, command: Command) -> CommandId {
        self.asked += 1;
        let id = CommandId(self.asked);
        self.tray.event(Event::FromTab(Request { id, command }));
        id
    }

    /// The first of what is told that `find` finds something in.
    pub async fn hear<T>(&mut self, find: impl Fn(&Update) -> Option<T>) -> T {
        loop {
            let update = futures::select! {
                update = self.told.next() => update.unwrap(),
                () = BrowserClock.sleep(20_000).fuse() => panic!("nothing was told"),
            };
            if let Update::Stopped { reason, detail } = &update {
                panic!("stopped: {reason:?} {detail}");
            }
            if let Some(found) = find(&update) {
                return found;
            }
        }
    }

    pub async fn answer(&mut self, id: CommandId) -> Update {
        self.hear(|update| (update.answers() == Some(id)).then(|| update.clone())).await
    }

    pub async fn attach(&mut self) -> Update {
        let id = self.ask(Command::Attach);
        self.answer(id).await
    }

    /// A chat with somebody who does not answer.
    async fn start_chat(&mut self, link: String) -> ChatId {
        let id = self.ask(Command::StartChat { link });
        match self.answer(id).await {
            Update::ChatOpened { chat, .. } => chat,
            other => panic!("{other:?}"),
        }
    }

    pub async fn texts(&mut self, chat: &ChatId) -> Vec<String> {
        let id =
            self.ask(Command::LoadMessages { chat: chat.clone(), page: Page::Newest, limit: 99 });
        match self.answer(id).await {
            Update::PageLoaded { messages, .. } => {
                messages.into_iter().map(|message| message.text).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

pub(super) fn names() -> Names {
    let name: &'static str = Box::leak(new_name().into_boxed_str());
    Names { engine: name, database: name }
}

/// An account of that name; its invite.
pub(super) async fn account(tab: &mut Tab, name: &str) -> String {
    tab.attach().await;
    tab.ask(Command::CreateAccount { name: name.to_owned() });
    tab.hear(|update| match update {
        Update::AccountChanged(account) => Some(account.invite.clone()),
        _ => None,
    })
    .await
}

/// Two tabs of Alice's on one engine, and a chat with Bob.
pub(super) async fn alice() -> (Names, Tab, Tab, ChatId) {
    stub_config();
    let bob = account(&mut Tab::open(names()), "Bob").await;
    let names = names();
    let mut first = Tab::open(names);
    account(&mut first, "Alice").await;
    let mut second = Tab::open(names);
    second.attach().await;
    let chat = second.start_chat(bob).await;
    (names, first, second, chat)
}

fn say(chat: &ChatId, text: &str) -> Command {
    Command::SendMessage { chat: chat.clone(), text: text.to_owned() }
}

async fn kept(tab: &mut Tab, id: CommandId) {
    let answer = tab.answer(id).await;
    assert!(matches!(answer, Update::MessageAdded { .. }), "{answer:?}");
}

#[wasm_bindgen_test]
async fn a_second_tab_works_through_the_first() {
    let (_, mut first, mut second, chat) = alice().await;
    let before = BrowserClock.now().0;
    second.attach().await;
    console_log!("attached through the leader in {} ms", BrowserClock.now().0 - before);
    let id = second.ask(say(&chat, "from the second"));
    kept(&mut second, id).await;
    first.hear(|update| matches!(update, Update::MessageAdded { .. }).then_some(())).await;
    let id = first.ask(say(&chat, "from the first"));
    kept(&mut first, id).await;
    assert_eq!(second.texts(&chat).await, ["from the second", "from the first"]);
}

#[wasm_bindgen_test]
async fn when_the_leading_tab_is_closed_the_other_goes_on() {
    let (names, first, mut second, chat) = alice().await;
    let id = second.ask(say(&chat, "before"));
    kept(&mut second, id).await;
    let closed_at = BrowserClock.now().0;
    drop(first);
    let id = second.ask(say(&chat, "after"));
    kept(&mut second, id).await;
    console_log!("a closed leader was replaced in {} ms", BrowserClock.now().0 - closed_at);
    assert_eq!(second.texts(&chat).await, ["before", "after"]);
    drop(second);
    let mut third = Tab::open(names);
    assert_eq!(third.texts(&chat).await, ["before", "after"]);
}

#[wasm_bindgen_test]
async fn a_leader_that_hangs_is_replaced_and_finds_its_pending_words_kept_once() {
    let (names, mut first, mut second, chat) = alice().await;
    let id = second.ask(say(&chat, "before"));
    kept(&mut second, id).await;
    // Its engine and its sockets run on; nothing reaches them or comes from them.
    first.worker.hang();
    let slow = first.ask(say(&chat, "from the tab that hangs"));
    let hung_at = BrowserClock.now().0;
    let fast = second.ask(say(&chat, "in a hurry"));
    kept(&mut second, fast).await;
    let passed = BrowserClock.now().0 - hung_at;
    console_log!("a leader that hangs was replaced in {passed} ms");
    assert!(passed < 3_000, "{passed} ms");

    first.worker.wake();
    kept(&mut first, slow).await;
    let expected = ["before", "in a hurry", "from the tab that hangs"];
    for tab in [&mut first, &mut second] {
        assert_eq!(tab.texts(&chat).await, expected);
    }
    drop((first, second));
    assert_eq!(Tab::open(names).texts(&chat).await, expected);
}

#[wasm_bindgen_test]
async fn what_a_deposed_leader_was_about_to_save_is_void_and_kept_by_its_successor() {
    let (_, mut first, mut second, chat) = alice().await;
    // The request reaches the engine; what it wants to save waits at a closed fence.
    second.ask(say(&chat, "asked the old leader"));
    let pending = second.asked;
    first.worker.hang();
    let other = second.ask(say(&chat, "and once more"));
    kept(&mut second, CommandId(pending)).await;
    kept(&mut second, other).await;
    first.worker.wake();
    first.attach().await;
    let expected = ["asked the old leader", "and once more"];
    assert_eq!(first.texts(&chat).await, expected);
}

#[wasm_bindgen_test]
async fn without_locks_a_second_tab_reads_and_writes_nothing() {
    let (names, first, second, chat) = alice().await;
    drop((first, second));
    idb::hide_locks();
    let mut first = Tab::open(names);
    first.attach().await;
    let mut second = Tab::open(names);
    idb::show_locks();
    second.attach().await;
    let id = second.ask(say(&chat, "not from here"));
    let refused = Update::Refused { answers: id, failure: Failure::ReadOnly };
    assert_eq!(second.answer(id).await, refused);
    let id = first.ask(say(&chat, "from the first"));
    kept(&mut first, id).await;
    assert_eq!(second.texts(&chat).await, ["from the first"]);
}

#[wasm_bindgen_test]
async fn a_tab_whose_account_is_deleted_under_it_is_told_just_that() {
    let (names, mut first, second, chat) = alice().await;
    drop((second, chat));
    // At once, and not only when something is to be written.
    idb::remove(names.database).await;
    let told = async {
        loop {
            if let Some(Update::Stopped { reason, .. }) = first.told.next().await {
                return reason;
            }
        }
    };
    futures::select! {
        reason = Box::pin(told.fuse()) => assert_eq!(reason, StopReason::StorageGone),
        () = BrowserClock.sleep(20_000).fuse() => panic!("nothing was told"),
    }
}
