//! Ours against the `nostr` crate: what one makes the other must read, byte for byte.

use crate::{rng, secret, signed, unsigned};
use futures::FutureExt;
use nostr::JsonUtil;
use proptest::prelude::*;
use zajil_api::UnixTime;
use zajil_core::nostr::nip44::ConversationKey;
use zajil_core::nostr::{Event, Kind, PublicKey, Rumor, SecretKey, Tag, nip59};

/// The longest text that crate encrypts; it does not know the extended length.
const THEIR_LONGEST: usize = 65_408;

fn theirs(key: &SecretKey) -> nostr::Keys {
    nostr::Keys::parse(&key.to_hex()).unwrap()
}

fn their_public(key: PublicKey) -> nostr::PublicKey {
    nostr::PublicKey::from_slice(key.as_bytes()).unwrap()
}

fn their_unsigned(
    author: &SecretKey,
    kind: u16,
    tags: &[Vec<String>],
    content: &str,
) -> nostr::UnsignedEvent {
    let tags: Vec<_> = tags.iter().map(|tag| nostr::Tag::parse(tag).unwrap()).collect();
    nostr::UnsignedEvent::new(
        their_public(author.public_key()),
        nostr::Timestamp::from(1_700_000_000),
        nostr::Kind::from(kind),
        tags,
        content,
    )
}

fn tags() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(any::<String>(), 1..4), 0..4)
}

fn our_tags(tags: Vec<Vec<String>>) -> Vec<Tag> {
    tags.into_iter().map(|tag| Tag::from_strings(tag).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn both_give_an_event_the_same_id(
        kind: u16,
        tags in tags(),
        // Every character, control characters included.
        content in prop::collection::vec(any::<char>(), 0..64),
    ) {
        let content: String = content.into_iter().collect();
        let author = secret(1);
        let mut theirs = their_unsigned(&author, kind, &tags, &content);
        let ours = unsigned(&author, Kind(kind), our_tags(tags), &content);
        prop_assert_eq!(ours.id().to_hex(), theirs.id().to_hex());
    }

    #[test]
    fn they_verify_what_we_sign(seed: u64, kind: u16, tags in tags(), content: String) {
        let event = signed(&secret(seed), Kind(kind), our_tags(tags), &content);
        let theirs = nostr::Event::from_json(event.to_json()).unwrap();
        prop_assert!(theirs.verify().is_ok());
        prop_assert_eq!(theirs.content, content);
    }

    #[test]
    fn we_verify_what_they_sign(seed: u64, kind: u16, tags in tags(), content: String) {
        let author = secret(seed);
        let unsigned = their_unsigned(&author, kind, &tags, &content);
        let theirs_signed = unsigned.sign_with_keys(&theirs(&author)).unwrap();
        let ours = Event::parse(theirs_signed.as_json().as_bytes()).unwrap();
        prop_assert_eq!(ours.verify(), Ok(()));
        prop_assert_eq!(ours.tags, our_tags(tags));
        prop_assert_eq!(ours.content, content);
    }

    #[test]
    fn they_decrypt_what_we_encrypt(one: u64, two: u64, plaintext in "(?s).{1,2000}") {
        let (one, two) = (secret(one), secret(two));
        let key = ConversationKey::derive(&one, &two.public_key()).unwrap();
        let payload = key.encrypt(&plaintext, &mut rng(7)).unwrap();
        let them = theirs(&two);
        let sender = their_public(one.public_key());
        let read = nostr::nips::nip44::decrypt(them.secret_key(), &sender, payload).unwrap();
        prop_assert_eq!(read, plaintext);
    }

    #[test]
    fn we_decrypt_what_they_encrypt(one: u64, two: u64, plaintext in "(?s).{1,2000}") {
        let (one, two) = (secret(one), secret(two));
        let version = nostr::nips::nip44::Version::V2;
        let receiver = their_public(two.public_key());
        let them = theirs(&one);
        let payload =
            nostr::nips::nip44::encrypt(them.secret_key(), &receiver, &plaintext, version).unwrap();
        let key = ConversationKey::derive(&two, &one.public_key()).unwrap();
        prop_assert_eq!(key.decrypt(&payload).unwrap(), plaintext);
    }
}

/// Thousands of cases where the proptests above, which pay for two key pairs each, do hundreds.
#[test]
fn both_pad_every_length_alike() {
    let (one, two) = (secret(1), secret(2));
    let key = ConversationKey::derive(&one, &two.public_key()).unwrap();
    let their_key = nostr::nips::nip44::v2::ConversationKey::derive(
        theirs(&two).secret_key(),
        &their_public(one.public_key()),
    )
    .unwrap();
    assert_eq!(key.as_bytes().as_slice(), their_key.as_bytes());
    let text = "x".repeat(THEIR_LONGEST);
    let lengths = (1..2000).chain((2000..THEIR_LONGEST).step_by(97)).chain([THEIR_LONGEST]);
    for length in lengths {
        let plaintext = &text[..length];
        let ours = key.encrypt(plaintext, &mut rng(length as u64)).unwrap();
        let raw = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, &ours).unwrap();
        let read = nostr::nips::nip44::v2::decrypt_to_bytes(&their_key, &raw).unwrap();
        assert_eq!(read, plaintext.as_bytes());
    }
}

#[test]
fn they_open_our_gift_wrap() {
    let (alice, bob) = (secret(1), secret(2));
    let tags = vec![Tag::new("relays", ["wss://one.example", "wss://two.example"])];
    let rumor = Rumor::new(unsigned(&alice, Kind::WELCOME, tags, "welcome\u{1}\n\"so\""));
    let now = UnixTime(1_700_000_000);
    let wrap = nip59::wrap(&rumor, &alice, &bob.public_key(), now, &mut rng(3)).unwrap();
    let wrap = nostr::Event::from_json(wrap.to_json()).unwrap();
    wrap.verify().unwrap();
    let receiver = theirs(&bob);
    let gift = nostr::nips::nip59::extract_rumor(&receiver, &wrap);
    let mut gift = gift.now_or_never().unwrap().unwrap();
    assert_eq!(gift.sender, their_public(alice.public_key()));
    assert_eq!(gift.rumor.id().to_hex(), rumor.id().to_hex());
    assert_eq!(gift.rumor.content, rumor.content);
}

#[test]
fn we_open_their_gift_wrap() {
    let (alice, bob) = (secret(1), secret(2));
    let tags = [vec!["e".to_owned(), "ab".repeat(32)]];
    let rumor = their_unsigned(&alice, 444, &tags, "welcome\u{1}\n\"so\"");
    let (them, to) = (theirs(&alice), their_public(bob.public_key()));
    let wrap = nostr::EventBuilder::gift_wrap(&them, &to, rumor.clone(), []);
    let wrap = wrap.now_or_never().unwrap().unwrap();
    let wrap = Event::parse(wrap.as_json().as_bytes()).unwrap();
    assert_eq!(wrap.verify(), Ok(()));
    let opened = nip59::unwrap(&wrap, &bob).unwrap();
    assert_eq!(opened.content, rumor.content);
    assert_eq!(opened.pubkey, alice.public_key());
    assert_eq!(opened.kind, Kind::WELCOME);
}
