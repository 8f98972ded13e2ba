//! Gift wraps that somebody tampered with: each is refused, and the guilty is named.

use crate::{rng, secret, unsigned};
use zajil_api::UnixTime;
use zajil_core::nostr::nip44::{ConversationKey, Nip44Error};
use zajil_core::nostr::nip59::{self, BACKDATING, UnwrapError, WrapError};
use zajil_core::nostr::{Event, EventError, Kind, Rumor, SecretKey, Tag};

const NOW: UnixTime = UnixTime(1_700_000_000);

fn chat(author: &SecretKey) -> Rumor {
    Rumor::new(unsigned(author, Kind::CHAT, vec![], "hello"))
}

/// One layer of a wrap, made by hand so that it may be wrong.
fn layer(kind: Kind, inner: &str, signer: &SecretKey, receiver: &SecretKey) -> Event {
    let key = ConversationKey::derive(signer, &receiver.public_key()).unwrap();
    let content = key.encrypt(inner, &mut rng(5)).unwrap();
    let tags = vec![Tag::public_key(receiver.public_key())];
    Event::sign(unsigned(signer, kind, tags, &content), signer, &mut rng(6)).unwrap()
}

/// Seals and wraps any text.
fn wrap_text(inner: &str, author: &SecretKey, receiver: &SecretKey) -> Event {
    let seal = layer(Kind::SEAL, inner, author, receiver);
    layer(Kind::GIFT_WRAP, &seal.to_json(), &secret(77), receiver)
}

#[test]
fn bob_opens_what_alice_wrapped() {
    let (alice, bob) = (secret(1), secret(2));
    let rumor = chat(&alice);
    let wrap = nip59::wrap(&rumor, &alice, &bob.public_key(), NOW, &mut rng(3)).unwrap();
    assert_eq!(wrap.verify(), Ok(()));
    assert_eq!(wrap.kind, Kind::GIFT_WRAP);
    assert_ne!(wrap.pubkey, alice.public_key());
    assert_eq!(wrap.tag_value("p"), Some(bob.public_key().to_hex().as_str()));
    assert_eq!(nip59::unwrap(&wrap, &bob), Ok(rumor));
}

#[test]
fn a_wrap_is_dated_up_to_two_days_back_and_never_ahead() {
    let (alice, bob) = (secret(1), secret(2));
    let (mut rng, mut oldest) = (rng(3), NOW);
    for _ in 0..100 {
        let wrap = nip59::wrap(&chat(&alice), &alice, &bob.public_key(), NOW, &mut rng).unwrap();
        assert!(wrap.created_at <= NOW && wrap.created_at.0 > NOW.0 - BACKDATING);
        oldest = oldest.min(wrap.created_at);
    }
    assert!(oldest.0 < NOW.0 - BACKDATING / 2);
    let dawn = UnixTime(5);
    let wrap = nip59::wrap(&chat(&alice), &alice, &bob.public_key(), dawn, &mut rng).unwrap();
    assert!(wrap.created_at <= dawn);
}

#[test]
fn nobody_wraps_a_rumor_of_somebody_else() {
    let (alice, bob) = (secret(1), secret(2));
    let wrap = nip59::wrap(&chat(&bob), &alice, &bob.public_key(), NOW, &mut rng(3));
    assert_eq!(wrap, Err(WrapError::Event(EventError::Author)));
}

#[test]
fn mallory_cannot_speak_as_alice() {
    let (alice, bob, mallory) = (secret(1), secret(2), secret(3));
    let wrap = wrap_text(&chat(&alice).to_json(), &mallory, &bob);
    let (author, claimed) = (mallory.public_key(), alice.public_key());
    let error = nip59::unwrap(&wrap, &bob).unwrap_err();
    assert_eq!(error, UnwrapError::Impersonation { author, claimed });
    assert_eq!(error.culprit(), Some(author));
}

#[test]
fn a_seal_with_a_foreign_signature_is_refused_and_nobody_is_blamed() {
    let (alice, bob, mallory) = (secret(1), secret(2), secret(3));
    let mut seal = layer(Kind::SEAL, &chat(&alice).to_json(), &alice, &bob);
    seal.sig = mallory.sign(seal.id.as_bytes(), &mut rng(8));
    let wrap = layer(Kind::GIFT_WRAP, &seal.to_json(), &mallory, &bob);
    let error = nip59::unwrap(&wrap, &bob).unwrap_err();
    assert_eq!(error, UnwrapError::Seal(EventError::Signature));
    assert_eq!(error.culprit(), None);
}

#[test]
fn a_seal_whose_id_does_not_match_is_refused() {
    let (alice, bob) = (secret(1), secret(2));
    let mut seal = layer(Kind::SEAL, &chat(&alice).to_json(), &alice, &bob);
    seal.created_at = UnixTime(1);
    let wrap = layer(Kind::GIFT_WRAP, &seal.to_json(), &secret(77), &bob);
    assert_eq!(nip59::unwrap(&wrap, &bob), Err(UnwrapError::Seal(EventError::Id)));
}

#[test]
fn a_signed_event_in_a_seal_is_refused() {
    let (alice, bob) = (secret(1), secret(2));
    let inner = Event::sign(chat(&alice).into_unsigned(), &alice, &mut rng(8)).unwrap();
    let author = alice.public_key();
    let refused = Err(UnwrapError::Rumor { author, error: EventError::Signed });
    assert_eq!(nip59::unwrap(&wrap_text(&inner.to_json(), &alice, &bob), &bob), refused);
}

#[test]
fn a_rumor_whose_id_does_not_match_is_refused() {
    let (alice, bob) = (secret(1), secret(2));
    let changed = chat(&alice).to_json().replace("hello", "hullo");
    let author = alice.public_key();
    let refused = Err(UnwrapError::Rumor { author, error: EventError::Id });
    assert_eq!(nip59::unwrap(&wrap_text(&changed, &alice, &bob), &bob), refused);
}

#[test]
fn a_seal_that_bob_cannot_decrypt_is_alices_fault() {
    let (alice, bob, carol) = (secret(1), secret(2), secret(3));
    let seal = layer(Kind::SEAL, &chat(&alice).to_json(), &alice, &carol);
    let wrap = layer(Kind::GIFT_WRAP, &seal.to_json(), &secret(77), &bob);
    let error = nip59::unwrap(&wrap, &bob).unwrap_err();
    let author = alice.public_key();
    assert_eq!(error, UnwrapError::SealContent { author, error: Nip44Error::Mac });
    assert_eq!(error.culprit(), Some(author));
}

#[test]
fn what_is_no_wrap_for_us_is_refused_before_anything_is_decrypted() {
    let (alice, bob, carol) = (secret(1), secret(2), secret(3));
    let wrap = wrap_text(&chat(&alice).to_json(), &alice, &carol);
    assert_eq!(nip59::unwrap(&wrap, &bob), Err(UnwrapError::NotForUs));
    let seal = layer(Kind::SEAL, "x", &alice, &bob);
    assert_eq!(nip59::unwrap(&seal, &bob), Err(UnwrapError::NotAWrap(Kind::SEAL)));
    let hollow = layer(Kind::GIFT_WRAP, "not json", &alice, &bob);
    let refused = nip59::unwrap(&hollow, &bob);
    assert!(matches!(refused, Err(UnwrapError::Seal(EventError::Malformed { .. }))));
    let unsealed = layer(Kind::GIFT_WRAP, &wrap.to_json(), &alice, &bob);
    assert_eq!(nip59::unwrap(&unsealed, &bob), Err(UnwrapError::NotASeal(Kind::GIFT_WRAP)));
    let mut changed = wrap_text(&chat(&alice).to_json(), &alice, &bob);
    changed.content.replace_range(60..61, if &changed.content[60..61] == "A" { "B" } else { "A" });
    assert_eq!(nip59::unwrap(&changed, &bob), Err(UnwrapError::Wrap(Nip44Error::Mac)));
}

#[test]
fn a_wrap_by_a_key_that_is_no_point_is_refused() {
    let (alice, bob) = (secret(1), secret(2));
    let wrap = wrap_text(&chat(&alice).to_json(), &alice, &bob).to_json();
    let author = Event::parse(wrap.as_bytes()).unwrap().pubkey.to_hex();
    let wrap = Event::parse(wrap.replace(&author, &"00".repeat(32)).as_bytes()).unwrap();
    assert!(matches!(nip59::unwrap(&wrap, &bob), Err(UnwrapError::Wrap(Nip44Error::Key(_)))));
    assert_eq!(wrap.verify(), Err(EventError::Id));
}
