//! Whatever a relay answers to a comparison: an answer or an error, and bounded work.

use proptest::prelude::*;
use zajil_api::UnixTime;
use zajil_core::nostr::nip77::{Nip77Error, Reconciler};
use zajil_core::nostr::{ClientMessage, EventId, RelayMessage};

fn known(count: u64) -> Vec<(EventId, UnixTime)> {
    let id = |number: u64| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        EventId::from_bytes(bytes)
    };
    (0..count).map(|number| (id(number), UnixTime(1_700_000_000 + number))).collect()
}

/// Plausible pieces of a message: bounds, modes, counts, fingerprints and ids of any kind.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(vec![0, 0, 1]),
        Just(vec![0, 0, 2, 1]),
        Just(vec![1, 0, 0]),
        Just(vec![0xff; 12]),
        proptest::collection::vec(any::<u8>(), 16),
        proptest::collection::vec(any::<u8>(), 32),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| {
        let mut message = vec![0x61];
        message.extend(pieces.concat());
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_message_panics_or_makes_up_more_than_it_says(message in pieces(), count in 0u64..200) {
        let (mut ours, _) = Reconciler::new(known(count)).unwrap();
        if let Ok(difference) = ours.answer(&message) {
            prop_assert!(difference.wanted.len() <= message.len() / 32);
            prop_assert!(difference.lacking.len() <= count as usize);
            prop_assert!(difference.next.is_none_or(|next| next.len() <= 31_000));
        }
    }

    #[test]
    fn no_bytes_panic(message in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (mut ours, _) = Reconciler::new(known(40)).unwrap();
        let _ = ours.answer(&message);
    }

    #[test]
    fn no_words_of_comparing_panic(
        name in "(NEG-MSG|NEG-ERR|NEG-OPEN|NEG-CLOSE)", rest in "[\\PC]{0,60}"
    ) {
        let frame = format!("[\"{name}\",{rest}]");
        let _ = RelayMessage::parse(&frame);
        let _ = ClientMessage::parse(&frame);
    }
}

#[test]
fn a_count_without_the_ids_is_refused_at_once() {
    let (mut ours, _) = Reconciler::new(known(3)).unwrap();
    // Up to the end of time, a list of 2^63 ids, and nothing.
    let message = [&[0x61, 0, 0, 2][..], &[0xff; 8], &[0x7f]].concat();
    assert_eq!(ours.answer(&message), Err(Nip77Error::Malformed));
}

#[test]
fn the_longest_frame_full_of_ranges_is_answered_within_the_limit() {
    let (mut ours, _) = Reconciler::new(known(5_000)).unwrap();
    // As many ranges as fit, each with a fingerprint of nothing.
    let range = [&[2, 0, 1][..], &[7; 16]].concat();
    let message = [&[0x61][..], &range.repeat(500_000 / range.len())].concat();
    let answer = ours.answer(&message).unwrap();
    assert!(answer.next.unwrap().len() <= 31_000);
}
