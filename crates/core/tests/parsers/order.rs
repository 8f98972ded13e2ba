//! Messages that come in another order than they were written.

use crate::joined;
use zajil_core::mls::{MlsError, Processed};

/// The size of the group's largest record, which is that of its message secrets.
fn largest_record(records: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> usize {
    records.into_iter().filter_map(|(_, value)| value).map(|value| value.len()).max().unwrap()
}

#[test]
fn nine_hundred_messages_are_read_from_the_last_to_the_first() {
    let (alice, mut bob, mut ours, mut theirs) = joined();
    let messages: Vec<(u32, Vec<u8>)> = (0..900u32)
        .map(|n| (n, ours.encrypt(&alice.provider, &alice.signer, &n.to_be_bytes()).unwrap()))
        .collect();
    bob.provider.take_changes();
    for (n, message) in messages.iter().rev() {
        let read = theirs.process(&bob.provider, message).unwrap();
        let is_it =
            matches!(&read, Processed::Application { payload, .. } if **payload == n.to_be_bytes());
        assert!(is_it, "message {n}");
        if *n == 899 {
            let size = largest_record(bob.provider.take_changes());
            assert!(size < 48 * 1024, "{size} bytes to write for each message");
        }
    }
}

#[test]
fn the_keys_of_read_messages_leave_little_to_store() {
    let (alice, mut bob, mut ours, mut theirs) = joined();
    let mut sizes = Vec::new();
    let mut first = None;
    for n in 0..=1001 {
        let message = ours.encrypt(&alice.provider, &alice.signer, b"x").unwrap();
        bob.provider.take_changes();
        if n > 0 {
            theirs.process(&bob.provider, &message).unwrap();
            sizes.push(largest_record(bob.provider.take_changes()));
        }
        first.get_or_insert(message);
    }
    let grown = sizes.last().unwrap() - sizes.first().unwrap();
    assert!(grown < 1100, "{grown} bytes more after a thousand messages");
    assert_eq!(theirs.process(&bob.provider, &first.unwrap()).unwrap_err(), MlsError::TooOld);
}

#[test]
fn why_an_old_message_is_not_read_has_a_name() {
    let (alice, bob, mut ours, mut theirs) = joined();
    let old = ours.encrypt(&alice.provider, &alice.signer, b"old").unwrap();
    theirs.process(&bob.provider, &old).unwrap();
    let mut first = None;
    for epoch in 0..6 {
        let refused = theirs.process(&bob.provider, &old).unwrap_err();
        assert_eq!(refused, MlsError::Replayed, "{epoch} epochs later");
        let commit = theirs.renew_leaf(&bob.provider, &bob.signer).unwrap();
        ours.process(&alice.provider, &commit).unwrap();
        first.get_or_insert(commit);
    }
    assert_eq!(theirs.process(&bob.provider, &old).unwrap_err(), MlsError::PastEpoch);
    assert_eq!(ours.process(&alice.provider, &first.unwrap()).unwrap_err(), MlsError::PastEpoch);
}

#[test]
fn a_thousand_read_before_their_turn_leave_the_one_before_them_its_key() {
    let (alice, bob, mut ours, mut theirs) = joined();
    let mut messages = Vec::new();
    for n in 0..=1_000u32 {
        messages.push(ours.encrypt(&alice.provider, &alice.signer, &n.to_be_bytes()).unwrap());
    }
    // The last of them first, and then in order.
    let first = messages.remove(0);
    let last = messages.pop().unwrap();
    for message in [last].iter().chain(&messages).chain([&first]) {
        theirs.process(&bob.provider, message).unwrap();
    }
}
