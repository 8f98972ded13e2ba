//! What the engine says when it catches up, to a relay of another's making (NIP-77).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

mod common;

use common::{Client, Running, note, relay};
use nostr::{JsonUtil, Tag};
use std::collections::BTreeSet;
use tempfile::TempDir;
use zajil_core::nostr::nip77::Reconciler;
use zajil_core::nostr::{
    ClientMessage, Event, EventId, Filter, Kind, RelayMessage, SubscriptionId,
};

const CHAT: &str = "aa";

fn chat() -> Filter {
    Filter::new().kinds([Kind::GROUP_MESSAGE]).tags('h', [CHAT.repeat(32)])
}

fn name() -> SubscriptionId {
    SubscriptionId::new("g1").unwrap()
}

/// A relay with so many messages of a chat, and a client.
async fn with_messages(count: usize) -> (Running, TempDir, Client, Vec<Event>) {
    let data = TempDir::new().unwrap();
    let server = Running::start(relay(data.path())).await;
    let mut client = server.connect("/").await;
    let mut events = Vec::new();
    for number in 0..count {
        let tag = Tag::parse(["h", &CHAT.repeat(32)]).unwrap();
        let event = note(&number.to_string(), vec![tag]);
        assert_eq!(client.publish(&event).await[2], true);
        let ClientMessage::Event(event) =
            ClientMessage::parse(&format!("[\"EVENT\",{}]", event.as_json())).unwrap()
        else {
            panic!("an event");
        };
        events.push(*event);
    }
    (server, data, client, events)
}

async fn hear(client: &mut Client) -> RelayMessage {
    loop {
        match RelayMessage::parse(&client.hear().await.to_string()).unwrap() {
            // It ends by itself what it has handed out whole.
            RelayMessage::Closed { .. } => {}
            message => return message,
        }
    }
}

/// What the relay has besides, and the rounds it took to find out.
async fn compare(client: &mut Client, known: &[Event]) -> (Vec<EventId>, usize) {
    let known = known.iter().map(|event| (event.id, event.created_at));
    let (mut ours, message) = Reconciler::new(known).unwrap();
    let open = ClientMessage::NegOpen { subscription: name(), filter: chat(), message };
    client.say(open.to_json()).await;
    let (mut wanted, mut rounds) = (Vec::new(), 0);
    loop {
        let RelayMessage::NegMsg { subscription, message } = hear(client).await else {
            panic!("not an answer");
        };
        assert_eq!(subscription, name());
        rounds += 1;
        let difference = ours.answer(&message).unwrap();
        assert_eq!(difference.lacking, []);
        wanted.extend(difference.wanted.into_iter().map(|(_, id)| id));
        let Some(message) = difference.next else { break };
        client.say(ClientMessage::NegMsg { subscription: name(), message }.to_json()).await;
    }
    client.say(ClientMessage::NegClose(name()).to_json()).await;
    (wanted, rounds)
}

#[tokio::test]
async fn what_we_lack_is_found_and_handed_out_by_id() {
    let (_server, _data, mut client, events) = with_messages(150).await;
    for known in [0, 1, 40, 149] {
        let (wanted, _) = compare(&mut client, &events[..known]).await;
        let missing: BTreeSet<EventId> = events[known..].iter().map(|event| event.id).collect();
        assert_eq!(BTreeSet::from_iter(wanted.iter().copied()), missing, "of {known} known");
        let chunk: Vec<EventId> = wanted.iter().copied().take(100).collect();
        let request = ClientMessage::Req {
            subscription: SubscriptionId::new("f1").unwrap(),
            filters: vec![Filter::new().ids(chunk.iter().copied())],
        };
        client.say(request.to_json()).await;
        let mut handed_out = BTreeSet::new();
        loop {
            match hear(&mut client).await {
                RelayMessage::Event { event, .. } => {
                    event.verify().unwrap();
                    handed_out.insert(event.id);
                }
                RelayMessage::Eose(_) => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(handed_out, BTreeSet::from_iter(chunk));
    }
}

#[tokio::test]
async fn where_both_have_the_same_it_is_one_round() {
    let (_server, _data, mut client, events) = with_messages(150).await;
    let (wanted, rounds) = compare(&mut client, &events).await;
    assert_eq!((wanted.len(), rounds), (0, 1));
}

#[tokio::test]
async fn asked_for_nothing_stored_it_hands_out_only_what_comes() {
    let (server, _data, mut client, _) = with_messages(5).await;
    let request = ClientMessage::Req { subscription: name(), filters: vec![chat().limit(0)] };
    client.say(request.to_json()).await;
    assert_eq!(hear(&mut client).await, RelayMessage::Eose(name()));
    let live = note("live", vec![Tag::parse(["h", &CHAT.repeat(32)]).unwrap()]);
    server.connect("/").await.publish(&live).await;
    assert!(matches!(hear(&mut client).await, RelayMessage::Event { .. }));
}
