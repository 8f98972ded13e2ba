use futures::FutureExt;
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_api::RelayUrl;
use zajil_core::engine::{Input, Output};
use zajil_core::store::MemoryStore;
use zajil_worker::web::{BrowserClock, Sockets};
use zajil_worker::{Carrier, Clock, Effect, Inbox};

fn browser() -> Carrier<MemoryStore, BrowserClock, impl FnMut(Effect)> {
    let (mouth, inbox) = Inbox::new();
    let mut sockets = Sockets::new(mouth);
    let perform = move |effect| match effect {
        Effect::Connect { relay, generation } => sockets.connect(relay, generation),
        Effect::Disconnect(relay) => sockets.disconnect(&relay),
        Effect::Send { relay, text } => sockets.send(&relay, &text),
        Effect::FetchInfo(_) | Effect::Tell(_) | Effect::Done(_) => {}
    };
    Carrier::new(MemoryStore::default(), BrowserClock, perform, inbox)
}

/// Nothing listens there.
fn dead() -> RelayUrl {
    RelayUrl::new("ws://127.0.0.1:9")
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_reported_closed() {
    let mut browser = browser();
    browser.carry_out(Output::Connect(dead())).await.unwrap();
    browser.carry_out(Output::Send { relay: dead(), text: "too early".to_owned() }).await.unwrap();
    let Input::RelayClosed { relay, reason } = browser.inbox().next().await else {
        panic!("it cannot have opened");
    };
    assert_eq!(relay, dead());
    assert_eq!(reason, "closed (1006)");
}

#[wasm_bindgen_test]
async fn an_address_that_the_browser_refuses_is_reported_closed() {
    let mut browser = browser();
    let wrong = RelayUrl::new("ws://[");
    browser.carry_out(Output::Connect(wrong.clone())).await.unwrap();
    let Some(Input::RelayClosed { relay, reason }) = browser.inbox().next_waiting() else {
        panic!("it cannot have opened");
    };
    assert_eq!(relay, wrong);
    assert!(reason.contains("SyntaxError"), "{reason}");
}

#[wasm_bindgen_test]
async fn after_disconnecting_nothing_is_heard() {
    let mut browser = browser();
    browser.carry_out(Output::Connect(dead())).await.unwrap();
    browser.carry_out(Output::Disconnect(dead())).await.unwrap();
    futures::select! {
        input = browser.inbox().next().fuse() => panic!("{input:?}"),
        () = BrowserClock.sleep(500).fuse() => {}
    }
}
