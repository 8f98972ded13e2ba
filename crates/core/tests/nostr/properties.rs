//! Whatever comes in, nothing panics; whatever goes out comes back.

use crate::{rng, secret, signed, unsigned};
use proptest::prelude::*;
use zajil_core::nostr::nip44::{ConversationKey, MAX_PLAINTEXT, Nip44Error};
use zajil_core::nostr::{
    ClientMessage, Event, EventId, Filter, Kind, PublicKey, RelayMessage, Rumor, SecretKey,
    Signature, Tag, nip59, peek_event_id,
};

/// Text that is nearly JSON of ours: real frames, cut up and shuffled.
fn nearly_json() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\\",
        "\"EVENT\"",
        "\"OK\"",
        "\"REQ\"",
        "\"AUTH\"",
        "\"EOSE\"",
        "\"CLOSED\"",
        "\"NOTICE\"",
        "\"id\":",
        "\"id\":\"",
        "\"pubkey\":",
        "\"sig\":",
        "\"tags\":",
        "\"tags\":[[\"p\",\"x\"]]",
        "\"kind\":1",
        "\"content\":\"\"",
        "\"#e\":",
        "\"created_at\":1",
        "-1",
        "1e99",
        "null",
        "true",
        "\"\\ud800\"",
        "\u{feff}",
        " ",
        "\0",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([
        "ab".repeat(32),
        format!("\"{}\"", "ab".repeat(64)),
        format!("\"{}\"", "cd".repeat(32)),
    ])
    .collect();
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

/// A real event's JSON with one stretch of it replaced.
fn damaged_event() -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), 0_usize..8, ".{0,4}").prop_map(|(at, length, patch)| {
        let tags = vec![Tag::new("e", ["x", "y"])];
        let json: Vec<char> =
            signed(&secret(1), Kind::CHAT, tags, "hi \n there").to_json().chars().collect();
        let start = at.index(json.len());
        let end = (start + length).min(json.len());
        json[..start]
            .iter()
            .copied()
            .chain(patch.chars())
            .chain(json[end..].iter().copied())
            .collect()
    })
}

fn read_everything(text: &str) {
    let _ = RelayMessage::parse(text);
    let _ = ClientMessage::parse(text);
    let _ = Filter::parse(text);
    let _ = Event::parse(text.as_bytes()).map(|event| event.verify());
    let _ = Rumor::parse_strict(text.as_bytes());
    let _ = peek_event_id(text);
    let _ = text.parse::<PublicKey>();
    let _ = text.parse::<EventId>();
    let _ = SecretKey::from_hex(text);
    let _ = ConversationKey::from_bytes([1; 32]).decrypt(text);
}

fn tag() -> impl Strategy<Value = Tag> {
    prop::collection::vec(any::<String>(), 1..4).prop_map(|tag| Tag::from_strings(tag).unwrap())
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text: String) {
        read_everything(&text);
    }

    #[test]
    fn nothing_that_is_nearly_json_makes_a_parser_panic(text in nearly_json()) {
        read_everything(&text);
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes: Vec<u8>) {
        let _ = Event::parse(&bytes);
        let _ = Rumor::parse_strict(&bytes);
    }

    #[test]
    fn a_damaged_event_is_refused_or_the_same_event(json in damaged_event()) {
        read_everything(&json);
        read_everything(&format!(r#"["EVENT","s",{json}]"#));
        let original = signed(&secret(1), Kind::CHAT, vec![Tag::new("e", ["x", "y"])], "hi \n there");
        if let Ok(event) = Event::parse(json.as_bytes())
            && event.verify().is_ok()
        {
            prop_assert_eq!(event, original);
        }
    }

    #[test]
    fn no_payload_makes_decryption_panic(mut raw in prop::collection::vec(any::<u8>(), 99..300)) {
        raw[0] = 2;
        let payload = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, raw);
        prop_assert!(ConversationKey::from_bytes([1; 32]).decrypt(&payload).is_err());
    }

    #[test]
    fn no_wrap_makes_opening_panic(content: String, author: [u8; 32], sig: bool) {
        let bob = secret(2);
        let mut wrap = signed(&secret(1), Kind::GIFT_WRAP, vec![Tag::public_key(bob.public_key())], "");
        wrap.content = content;
        if let (false, Ok(author)) = (sig, PublicKey::from_bytes(author)) {
            wrap.pubkey = author;
        }
        prop_assert!(nip59::unwrap(&wrap, &bob).is_err());
    }

    #[test]
    fn no_signature_makes_verification_panic(public: [u8; 32], message: [u8; 32], halves: [[u8; 32]; 2]) {
        let signature = Signature::from_bytes(halves.concat().try_into().unwrap());
        prop_assert!(secret(1).public_key().verify(&message, &signature).is_err());
        if let Ok(public) = PublicKey::from_bytes(public) {
            prop_assert!(public.verify(&message, &signature).is_err());
        }
    }

    #[test]
    fn a_rumor_comes_back_as_it_was(
        kind: u16,
        tags in prop::collection::vec(tag(), 0..4),
        content: String,
    ) {
        let rumor = Rumor::new(unsigned(&secret(1), Kind(kind), tags, &content));
        prop_assert_eq!(Rumor::parse_strict(rumor.to_json().as_bytes()), Ok(rumor));
    }

    #[test]
    fn an_event_comes_back_as_it_was(
        kind: u16,
        tags in prop::collection::vec(tag(), 0..4),
        content: String,
    ) {
        let event = signed(&secret(1), Kind(kind), tags, &content);
        prop_assert_eq!(Event::parse(event.to_json().as_bytes()), Ok(event));
    }

    #[test]
    fn an_encrypted_text_comes_back_and_under_another_key_does_not(text in "(?s).{1,200}", seed: u64) {
        let payload = ConversationKey::from_bytes([1; 32]).encrypt(&text, &mut rng(seed)).unwrap();
        prop_assert_eq!(ConversationKey::from_bytes([1; 32]).decrypt(&payload), Ok(text));
        let foreign = ConversationKey::from_bytes([2; 32]).decrypt(&payload);
        prop_assert_eq!(foreign, Err(Nip44Error::Mac));
    }
}

#[test]
fn the_longest_text_comes_back_and_one_byte_more_is_refused() {
    let key = ConversationKey::from_bytes([1; 32]);
    let text = "x".repeat(MAX_PLAINTEXT);
    let payload = key.encrypt(&text, &mut rng(1)).unwrap();
    assert_eq!(key.decrypt(&payload), Ok(text.clone()));
    assert_eq!(key.encrypt("", &mut rng(1)), Err(Nip44Error::Plaintext(0)));
    let longer = key.encrypt(&(text + "x"), &mut rng(1));
    assert_eq!(longer, Err(Nip44Error::Plaintext(MAX_PLAINTEXT + 1)));
    let padded = format!("{payload}AAAA");
    assert_eq!(key.decrypt(&padded), Err(Nip44Error::Length(padded.len())));
}
