//! The bytes of stored rows, held for ever.

use super::*;
use crate::envelope::Count;
use zajil_api::{Direction, MessageState, Preview, Receipts, Stage};

fn event() -> EventId {
    EventId::from_bytes([0xe1; 32])
}

fn peer() -> PublicKey {
    serde_json::from_str(&format!("\"{}\"", "ab".repeat(32))).unwrap()
}

fn relay() -> RelayUrl {
    RelayUrl::new("wss://r")
}

fn place() -> Place {
    Place { at: UnixTime(6), clock: 300, tie: (0xe1e1_e1e1, 0xe1e1_e1e1) }
}

fn chat() -> ChatRow {
    ChatRow {
        key: ChatKey([1; 16]),
        peer: peer(),
        peer_name: "B".to_owned(),
        stage: Stage::Open,
        groups: vec![GroupRow {
            id: vec![7],
            nostr_group_id: [2; 32],
            relays: vec![relay()],
            joined_at: UnixTime(5),
            keys: Vec::new(),
            pending_commit: true,
        }],
        wanted: Some(WantedRow { token: [3; 16], relays: vec![relay()] }),
        newest: place(),
        clock: 300,
        sent: 2,
        sent_at: UnixTime(6),
        received: 1,
        run: 7,
        heard: vec![Heard {
            run: 8,
            total: 3,
            missing: vec![MissingRow {
                from: 1,
                to: 2,
                before: place(),
                since: UnixTime(5),
                asks: 1,
                asked_at: UnixTime(6),
            }],
        }],
        read_up_to: place(),
        peer_read: Place::START,
        unread: 1,
        last: Some(Preview {
            text: "hi".to_owned(),
            direction: Direction::Outgoing(MessageState::Sent { on: 1, of: 2 }),
            sent_at: UnixTime(6),
        }),
        touched_at: UnixTime(7),
        to_confirm: vec![event()],
        to_mark_read: None,
        last_incoming: Some((place(), event())),
        done: vec![DoneRow { command: 9, place: place() }],
        made_at: UnixTime(8),
        must_renew: true,
        owes_name: false,
    }
}

fn message() -> MessageRow {
    MessageRow {
        id: event(),
        author: peer(),
        mine: true,
        text: "hi".to_owned(),
        sent_at: UnixTime(1),
        received_at: UnixTime(2),
        count: Count { run: 8, number: 3 },
        clock: 4,
    }
}

/// One of each: what is written today must be readable for ever.
fn rows() -> Vec<Record> {
    vec![
        Record::Header { version: VERSION },
        Record::Account(AccountRow {
            secret: [1; 32],
            leaf_secret: [2; 32],
            name: "A".to_owned(),
            slot: [3; 32],
            invite_token: [4; 16],
            key_packages: vec![KeyPackageRow { reference: vec![5], made_at: UnixTime(6) }],
        }),
        Record::Settings(Settings { receipts: Receipts::Withheld }),
        Record::Server(relay()),
        Record::Chat(Box::new(chat())),
        Record::Mls(MlsRow { key: vec![1], value: vec![2, 3] }),
        Record::Outgoing(OutgoingRow {
            id: 4,
            content: Outgoing::Welcome { to: peer(), rumor: EventJson("{}".to_owned()) },
            made: Some(MadeRow { id: event(), json: EventJson("{}".to_owned()), at: UnixTime(8) }),
            since: UnixTime(9),
            targets: vec![Target { relay: relay(), answer: Answer::Refused }],
            purpose: Purpose::Message { chat: ChatKey([1; 16]), place: place() },
        }),
        Record::Unsettled(UnsettledRow::new(
            ChatKey([1; 16]),
            place(),
            event(),
            MessageState::Delivered,
        )),
        Record::Cursor { relay: relay(), at: UnixTime(9) },
        Record::Blocked(peer()),
        Record::Queued(QueuedRow {
            chat: ChatKey([1; 16]),
            place: place(),
            rumor: "{}".to_owned(),
        }),
        Record::Held(relay(), 3),
        Record::Standing(StandingRow {
            relay: relay(),
            reachable: [1, 2],
            kept: [3, 4],
            taken: [5, 6],
            answers_in_ms: Some(7),
        }),
        Record::Doubted(DoubtedRow { chat: ChatKey([1; 16]), row: message() }),
        Record::Runs { chat: ChatKey([1; 16]), runs: vec![Count { run: 9, number: 4 }] },
        Record::Withdrawn { chat: ChatKey([1; 16]), counts: vec![Count { run: 9, number: 3 }] },
        Record::Receipts(ReceiptsRow {
            chat: ChatKey([1; 16]),
            from: UnixTime(10),
            peer_read_at: UnixTime(11),
        }),
        Record::Delivered(
            UnsettledRow::new(ChatKey([1; 16]), place(), event(), MessageState::Delivered),
            UnixTime(12),
        ),
        Record::State(Box::new(StateRow {
            group: [8; 32],
            id: StateId([0xd1; 32]),
            epoch: 5,
            parent: Some(StateId([0xd0; 32])),
            committer: [0xab; 32],
            privileged: true,
            key: crate::envelope::GroupEventKey::from_bytes([9; 32]),
            witnesses: vec![[0xab; 32]],
            records: Some(crate::mls::GroupRecords::default()),
            ours: Some(OwnCommitRow { outgoing: 3, is_out: true }),
            fresh: false,
        })),
    ]
}

#[test]
fn stored_rows_keep_their_bytes() {
    let mut dump = String::new();
    for row in rows() {
        let bytes = postcard::to_stdvec(&row).unwrap();
        assert_eq!(postcard::from_bytes::<Record>(&bytes).unwrap(), row);
        dump.push_str(&hex::encode(bytes));
        dump.push('\n');
    }
    dump.push_str(&hex::encode(postcard::to_stdvec(&message()).unwrap()));
    let target = Target { relay: relay(), answer: Answer::Held };
    dump.push('\n');
    let delivery = DeliveryRow { copies: vec![target] };
    dump.push_str(&hex::encode(postcard::to_stdvec(&delivery).unwrap()));
    insta::assert_snapshot!(dump);
}

#[test]
fn debug_shows_no_secret_and_no_words() {
    let dump = format!("{:?}", rows());
    for secret in
        ["\"hi\"", "\"A\"", "\"B\"", "0101", "1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1"]
    {
        assert!(!dump.contains(secret), "{secret} in {dump}");
    }
    insta::assert_snapshot!(dump);
}
