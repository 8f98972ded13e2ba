use super::*;
use crate::engine::record::{EventJson, MadeRow, Target};
use zajil_api::UnixTime;

const NOW: Timestamp = Timestamp(1_000);

fn row(id: u64, relay: &RelayUrl) -> OutgoingRow {
    let event = EventId::from_bytes([u8::try_from(id).unwrap(); 32]);
    let made = MadeRow { id: event, json: EventJson(String::new()), at: UnixTime(1) };
    let targets = vec![Target { relay: relay.clone(), answer: Answer::None }];
    let (content, purpose, since) = (Outgoing::Event, Purpose::Other, UnixTime(1));
    OutgoingRow { id, content, made: Some(made), targets, purpose, since }
}

#[test]
fn what_is_given_up_makes_room_for_what_waits_behind_it() {
    let relay = RelayUrl::new("wss://r");
    let mut outbox = Outbox::default();
    let window = u64::try_from(WINDOW).unwrap();
    for id in 0..=window {
        outbox.load(row(id, &relay));
    }
    for id in outbox.due(&relay) {
        outbox.asked(&relay, id, NOW);
    }
    assert_eq!((outbox.due(&relay), outbox.timed_out(NOW)), (vec![], vec![]));
    outbox.remove(0);
    assert_eq!(
        outbox.timed_out(NOW),
        std::slice::from_ref(&relay),
        "it is turned to again at once"
    );
    assert_eq!(outbox.due(&relay), [window]);
    assert_eq!(outbox.timed_out(NOW), [], "and once");
}
