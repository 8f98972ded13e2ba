//! What is heard beside the sockets: documents, and the network.

use futures::FutureExt;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{BroadcastChannel, Event};
use zajil_api::RelayUrl;
use zajil_core::engine::{Input, Network};
use zajil_worker::web::{BrowserClock, NetworkEar, fetch_info};
use zajil_worker::{Clock, Inbox};

#[wasm_bindgen_test]
async fn a_server_that_says_nothing_about_itself_is_reported_without_a_document() {
    let (mouth, mut inbox) = Inbox::new();
    let nowhere = RelayUrl::new("ws://127.0.0.1:9");
    fetch_info(nowhere.clone(), mouth);
    let Input::RelayInfo { relay, document } = inbox.next().await else {
        panic!("it asked for nothing else");
    };
    assert_eq!((relay, document), (nowhere, None));
}

#[wasm_bindgen_test]
async fn the_network_is_heard_coming_and_going_until_nobody_listens() {
    let scope: web_sys::EventTarget = js_sys::global().unchecked_into();
    let happen = |name: &str| scope.dispatch_event(&Event::new(name).unwrap()).unwrap();
    let (mouth, mut inbox) = Inbox::new();
    let ear = NetworkEar::listen(&mouth);
    for (name, expected) in [("offline", Network::Offline), ("online", Network::Online)] {
        happen(name);
        let Some(Input::NetworkChanged(network)) = inbox.next_waiting() else {
            panic!("{name} was not heard");
        };
        assert_eq!(network, expected);
    }
    drop(ear);
    happen("offline");
    futures::select! {
        input = inbox.next().fuse() => panic!("{input:?}"),
        () = BrowserClock.sleep(50).fuse() => {}
    }
}

#[wasm_bindgen_test]
async fn what_any_tab_says_of_the_network_is_heard_where_the_engine_is() {
    let (mouth, mut inbox) = Inbox::new();
    let ear = NetworkEar::listen(&mouth);
    let tab = BroadcastChannel::new("zajil-network").unwrap();
    for word in ["nonsense", "offline", "online", "visible"] {
        tab.post_message(&word.into()).unwrap();
    }
    for expected in [Network::Offline, Network::Online] {
        let Input::NetworkChanged(network) = inbox.next().await else { panic!("{expected:?}") };
        assert_eq!(network, expected);
    }
    assert!(matches!(inbox.next().await, Input::Woke));
    drop(ear);
    tab.post_message(&"offline".into()).unwrap();
    futures::select! {
        input = inbox.next().fuse() => panic!("{input:?}"),
        () = BrowserClock.sleep(50).fuse() => {}
    }
    tab.close();
}
