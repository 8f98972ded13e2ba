//! The relay as a client meets it, over a real WebSocket.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

mod common;

use common::{Running, note, relay};
use hyper::StatusCode;
use nostr::{ClientMessage, EventBuilder, JsonUtil, Keys, Kind, Tag, Timestamp};
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;
use zajil_devserver::{Config, Limits};

async fn start(limits: Limits) -> (Running, TempDir) {
    let data = TempDir::new().unwrap();
    (Running::start(Config { limits, ..relay(data.path()) }).await, data)
}

#[tokio::test]
async fn bob_reads_what_alice_published_before_and_after_he_asked() {
    let (server, _data) = start(Limits::default()).await;
    let (mut alice, mut bob) = (server.connect("/").await, server.connect("/").await);
    let (first, second) = (note("one", vec![]), note("two", vec![]));
    assert_eq!(alice.publish(&first).await, json!(["OK", first.id, true, ""]));
    let stored = bob.stored("{\"kinds\":[445]}").await;
    assert_eq!(stored, [serde_json::from_str::<serde_json::Value>(&first.as_json()).unwrap()]);
    alice.publish(&second).await;
    let live = bob.hear().await;
    assert_eq!((&live[0], &live[2]["content"]), (&json!("EVENT"), &json!("two")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_a_client_that_has_gone_is_handed_to_the_others() {
    let (server, _data) = start(Limits::default()).await;
    let mut bob = server.connect("/").await;
    bob.stored("{\"kinds\":[445]}").await;
    for number in 0..30 {
        let events: Vec<_> = (0..5).map(|n| note(&format!("{number}-{n}"), vec![])).collect();
        let mut alice = server.connect("/").await;
        for event in &events {
            alice.say(ClientMessage::event(event.clone()).as_json()).await;
        }
        drop(alice);
        // All is kept by now, if not before.
        let mut alice = server.connect("/").await;
        for event in &events {
            alice.publish(event).await;
        }
        let mut missing: HashSet<_> = events.iter().map(|event| json!(event.id)).collect();
        while !missing.is_empty() {
            let heard = bob.hear().await;
            missing.remove(&heard[2]["id"]);
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_restart() {
    let (server, data) = start(Limits::default()).await;
    let kept = note("kept", vec![]);
    let mut alice = server.connect("/").await;
    assert_eq!(alice.publish(&kept).await[2], true);
    server.stop().await;
    let again = Running::start(relay(data.path())).await;
    let stored = again.connect("/").await.stored("{\"kinds\":[445]}").await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0]["id"], json!(kept.id));
}

#[tokio::test]
async fn what_has_a_successor_here_need_not_be_sent_again() {
    let (server, _data) = start(Limits::default()).await;
    let mut alice = server.connect("/").await;
    let keys = Keys::generate();
    let list = |at: u64| {
        let list = EventBuilder::new(Kind::from(10_002), "").custom_created_at(Timestamp::from(at));
        list.sign_with_keys(&keys).unwrap()
    };
    let (older, newer) = (list(1_800_000_000), list(1_800_000_001));
    assert_eq!(alice.publish(&newer).await[2], true);
    let answer = alice.publish(&older).await;
    assert_eq!((&answer[1], &answer[2]), (&json!(older.id), &json!(true)), "{answer}");
    assert!(answer[3].as_str().unwrap().starts_with("duplicate: "), "{answer}");
    assert_eq!(alice.stored("{\"kinds\":[10002]}").await.len(), 1);
}

#[tokio::test]
async fn what_comes_over_two_connections_at_once_is_taken_twice() {
    let (server, _data) = start(Limits::default()).await;
    let (mut alice, mut again) = (server.connect("/").await, server.connect("/").await);
    for number in 0..20 {
        let event = note(&number.to_string(), vec![]);
        let (first, second) = tokio::join!(alice.publish(&event), again.publish(&event));
        assert_eq!((&first[2], &second[2]), (&json!(true), &json!(true)), "{first} {second}");
    }
}

#[tokio::test]
async fn a_stopping_server_says_goodbye() {
    let (server, _data) = start(Limits::default()).await;
    let mut alice = server.connect("/").await;
    alice.publish(&note("hello", vec![])).await;
    let (_, farewell) = tokio::join!(server.stop(), async {
        loop {
            match alice.next().await {
                Some(Message::Ping(_)) => {}
                other => return other,
            }
        }
    });
    let Some(Message::Close(Some(frame))) = farewell else { panic!("{farewell:?}") };
    assert_eq!(u16::from(frame.code), 1001);
}

#[tokio::test]
async fn an_event_above_64_kib_is_refused_and_not_kept() {
    let (server, _data) = start(Limits::default()).await;
    let mut alice = server.connect("/").await;
    for bytes in [66_000, 200_000] {
        let large = note(&"x".repeat(bytes), vec![]);
        let answer = alice.publish(&large).await;
        assert_eq!((&answer[1], &answer[2]), (&json!(large.id), &json!(false)), "{bytes}");
        assert!(answer[3].as_str().unwrap().starts_with("invalid: "));
    }
    let fits = note(&"x".repeat(60_000), vec![]);
    assert_eq!(alice.publish(&fits).await[2], true);
    assert_eq!(alice.stored("{}").await.len(), 1);
}

#[tokio::test]
async fn a_frame_beyond_all_measure_ends_the_connection_only() {
    let (server, _data) = start(Limits::default()).await;
    let (mut alice, mut bob) = (server.connect("/").await, server.connect("/").await);
    // It may be cut off while still sending.
    let _ = futures::SinkExt::send(&mut alice.0, Message::text("x".repeat(4 << 20))).await;
    while let Some(message) = alice.next().await {
        assert!(!matches!(message, Message::Text(_)), "{message:?}");
    }
    assert_eq!(bob.publish(&note("still here", vec![])).await[2], true);
}

#[tokio::test]
async fn an_expired_event_is_refused_and_one_that_expires_is_no_longer_given_out() {
    let (server, _data) = start(Limits::default()).await;
    let mut alice = server.connect("/").await;
    let old = note("old", vec![Tag::expiration(Timestamp::now() - 10)]);
    let answer = alice.publish(&old).await;
    assert_eq!(answer[2], false);
    assert!(answer[3].as_str().unwrap().starts_with("invalid: "), "{answer}");
    let brief = note("brief", vec![Tag::expiration(Timestamp::now() + 2)]);
    assert_eq!(alice.publish(&brief).await[2], true);
    assert_eq!(alice.stored("{}").await.len(), 1);
    tokio::time::sleep(Duration::from_millis(3100)).await;
    assert_eq!(alice.stored("{}").await.len(), 0);
}

#[tokio::test]
async fn a_forged_or_unreadable_message_is_answered_and_the_connection_lives() {
    let (server, _data) = start(Limits::default()).await;
    let mut alice = server.connect("/").await;
    let honest = note("I owe you 1", vec![]);
    let forged = honest.as_json().replace("owe you 1", "owe you 9");
    alice.say(format!("[\"EVENT\",{forged}]")).await;
    let answer = alice.hear().await;
    assert_eq!((&answer[0], &answer[2]), (&json!("OK"), &json!(false)));
    alice.say("this is not a message").await;
    assert_eq!(alice.hear().await[0], "NOTICE");
    futures::SinkExt::send(&mut alice.0, Message::binary(vec![0, 1])).await.unwrap();
    assert_eq!(alice.hear().await[0], "NOTICE");
    assert_eq!(alice.publish(&honest).await[2], true);
}

#[tokio::test]
async fn who_sends_too_fast_is_slowed_not_cut_off() {
    let (server, _data) =
        start(Limits { burst: 2, messages_per_second: 2, ..Limits::default() }).await;
    let mut alice = server.connect("/").await;
    let notes = [note("1", vec![]), note("2", vec![]), note("3", vec![])];
    assert_eq!(alice.publish(&notes[0]).await[2], true);
    assert_eq!(alice.publish(&notes[1]).await[2], true);
    let answer = alice.publish(&notes[2]).await;
    assert_eq!((&answer[1], &answer[2]), (&json!(notes[2].id), &json!(false)));
    assert!(answer[3].as_str().unwrap().starts_with("rate-limited: "));
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(alice.publish(&notes[2]).await[2], true);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_others_go_on() {
    let (server, _data) = start(Limits { waiting_frames: 50, ..Limits::default() }).await;
    let (mut deaf, mut alice) = (server.connect("/").await, server.connect("/").await);
    deaf.say("[\"REQ\",\"s\",{\"kinds\":[445]}]").await;
    assert_eq!(deaf.hear().await[0], "EOSE");
    // More than the sockets between the two can hold.
    let large = "x".repeat(60_000);
    for _ in 0..300 {
        assert_eq!(alice.publish(&note(&large, vec![])).await[2], true);
    }
    let mut heard = 0;
    while let Some(Message::Text(_) | Message::Ping(_)) = deaf.next().await {
        heard += 1;
    }
    assert!(heard < 300, "it was cut off, having heard {heard}");
}

#[tokio::test]
async fn places_are_limited_and_come_free_again() {
    let (server, _data) = start(Limits { connections_per_address: 1, ..Limits::default() }).await;
    let first = server.connect("/").await;
    let upgrade = [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let refused = server.get("/", &upgrade).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
    drop(first);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut second = server.connect("/").await;
    assert_eq!(second.publish(&note("x", vec![])).await[2], true);
}

#[tokio::test]
async fn the_relay_describes_itself_to_any_origin() {
    let (server, _data) = start(Limits::default()).await;
    let info = server.get("/", &[("accept", "application/nostr+json")]).await;
    assert_eq!(info.header("content-type"), "application/nostr+json");
    assert_eq!(info.header("access-control-allow-origin"), "*");
    let info = info.json();
    assert!(info["supported_nips"].as_array().unwrap().contains(&json!(40)));
    assert_eq!(info["limitation"]["max_message_length"], 131_072);
}
