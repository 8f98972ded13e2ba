use super::idb::new_name;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::{FutureExt, StreamExt};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::BroadcastChannel;
use zajil_api::{ChatId, Command, CommandId, Lead, Request, Update};
use zajil_worker::Clock;
use zajil_worker::tabs::{Body, Event, Note, PeerId, VERSION};
use zajil_worker::web::{BrowserClock, Channel};

fn open(name: &str) -> (Channel, UnboundedReceiver<Event>) {
    let (sender, events) = unbounded();
    let channel = Channel::open(name, move |event| drop(sender.unbounded_send(event))).unwrap();
    (channel, events)
}

async fn next(events: &mut UnboundedReceiver<Event>) -> Event {
    futures::select! {
        event = events.next() => event.unwrap(),
        () = BrowserClock.sleep(5_000).fuse() => panic!("nothing was heard"),
    }
}

#[wasm_bindgen_test]
async fn every_kind_of_note_arrives_as_it_was_said_and_not_at_its_author() {
    let name = new_name();
    let (one, mut of_one) = open(&name);
    let (_two, mut of_two) = open(&name);
    let largest = (1 << 53) - 1;
    let text = "hello, مرحبا".to_owned();
    let command = Command::SendMessage { chat: ChatId::new("c"), text };
    let bodies = [
        Body::Asking,
        Body::Starting,
        Body::Leading,
        Body::Request { to: PeerId(largest), request: Request { id: CommandId(largest), command } },
        Body::Update(Update::LeadChanged(Lead::Working)),
        Body::Done(vec![CommandId(1), CommandId(largest)]),
    ];
    for body in bodies {
        let note = Note { from: PeerId(largest), body };
        one.post(&note).unwrap();
        let Event::Heard(heard) = next(&mut of_two).await else { panic!("{note:?}") };
        assert_eq!(heard, note);
    }
    assert!(of_one.next().now_or_never().is_none());
}

#[wasm_bindgen_test]
async fn what_is_no_note_is_ignored_and_another_version_is_told_from_it() {
    let name = new_name();
    let (_channel, mut events) = open(&name);
    let stranger = BroadcastChannel::new(&name).unwrap();
    let message = |version: f64, note: JsValue| {
        let message = Object::new();
        Reflect::set(&message, &"version".into(), &version.into()).unwrap();
        Reflect::set(&message, &"note".into(), &note).unwrap();
        JsValue::from(message)
    };
    let ours = f64::from(VERSION);
    let no_note = Uint8Array::from([255; 3].as_slice());
    let notes = ["?".into(), no_note.into()].map(|note| message(ours, note));
    let others = [JsValue::NULL, "text".into(), Object::new().into()];
    for rubbish in others.into_iter().chain(notes) {
        stranger.post_message(&rubbish).unwrap();
    }
    stranger.post_message(&message(ours + 1.0, "?".into())).unwrap();
    let Event::OtherVersion(version) = next(&mut events).await else { panic!("a note?") };
    assert_eq!(version, VERSION + 1);
}
