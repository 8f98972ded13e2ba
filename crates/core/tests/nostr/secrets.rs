//! What logs may show.

use crate::{secret, signed, unsigned};
use zajil_core::nostr::nip44::ConversationKey;
use zajil_core::nostr::{HexError, KeyError, Kind, PublicKey, Rumor, SecretKey, Tag};

#[test]
fn a_secret_key_shows_nothing() {
    insta::assert_debug_snapshot!(secret(1), @"SecretKey(..)");
}

#[test]
fn a_conversation_key_shows_nothing() {
    insta::assert_debug_snapshot!(ConversationKey::from_bytes([1; 32]), @"ConversationKey(..)");
}

#[test]
fn a_rumor_shows_neither_words_nor_tag_values() {
    let tags = vec![Tag::new("subject", ["our secret"])];
    let rumor = Rumor::new(unsigned(&secret(1), Kind::CHAT, tags, "meet me at nine"));
    insta::assert_debug_snapshot!(rumor, @r#"
    Rumor {
        id: EventId(24b4f471…),
        event: UnsignedEvent {
            pubkey: PublicKey(9a21cfa6…),
            created_at: 1700000000,
            kind: 9,
            tags: [
                Tag("subject" +1),
            ],
            content: 15 bytes,
        },
    }
    "#);
}

#[test]
fn an_event_shows_neither_words_nor_tag_values() {
    let tags = vec![Tag::new("h", ["ab".repeat(32)])];
    let event = signed(&secret(1), Kind::GROUP_MESSAGE, tags, "ciphertext");
    insta::assert_debug_snapshot!(event, @r#"
    Event {
        id: EventId(ddee89f5…),
        pubkey: PublicKey(9a21cfa6…),
        created_at: 1700000000,
        kind: 445,
        tags: [
            Tag("h" +1),
        ],
        content: 10 bytes,
        ..
    }
    "#);
}

#[test]
fn an_error_about_a_key_does_not_repeat_it() {
    let text = secret(1).to_hex().to_uppercase();
    let error = SecretKey::from_hex(&text).unwrap_err();
    assert_eq!(error, KeyError::Hex(HexError::Digit));
    assert_eq!(error.to_string(), "not lowercase hex");
    let error = SecretKey::from_hex("beef").unwrap_err();
    assert_eq!(error.to_string(), "expected 64 hex digits, found 4 characters");
}

#[test]
fn a_secret_key_comes_back_as_it_was_given() {
    // Half of all keys have a point of odd y, which BIP-340 negates inside.
    for seed in 0..16 {
        let key = secret(seed);
        let again = SecretKey::from_hex(&key.to_hex()).unwrap();
        assert_eq!(*again.to_bytes(), *key.to_bytes());
        assert_eq!(again.public_key(), key.public_key());
    }
}

#[test]
fn what_is_no_point_is_no_public_key() {
    assert_eq!(PublicKey::from_bytes([0; 32]), Err(KeyError::Public));
    assert_eq!(PublicKey::from_bytes([0xff; 32]), Err(KeyError::Public));
}
