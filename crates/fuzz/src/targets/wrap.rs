//! Gift wraps (NIP-59) and the encryption under them (NIP-44), a layer a target.

use super::Outcome;
use crate::people::{self, rng};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use zajil_core::nostr::nip44::ConversationKey;
use zajil_core::nostr::{Event, Kind, Tag, UnsignedEvent, nip59};

const KEY: [u8; 32] = [7; 32];
const NONCE: [u8; 32] = [9; 32];

pub mod nip44_payload {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let key = ConversationKey::from_bytes(KEY);
        let _ = key.decrypt(&String::from_utf8_lossy(input));
        Outcome::of(&key.decrypt(&BASE64.encode(input)))
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let key = ConversationKey::from_bytes(KEY);
        ["a".to_owned(), "b".repeat(300)]
            .iter()
            .filter_map(|text| key.encrypt_with_nonce(text, &NONCE).ok())
            .filter_map(|payload| BASE64.decode(payload).ok())
            .collect()
    }
}

pub mod nip44_padding {
    use super::*;
    use chacha20::ChaCha20;
    use chacha20::cipher::{KeyIvInit, StreamCipher};
    use hkdf::Hkdf;
    use hmac::{Hmac, Mac};
    use sha2::Sha256;

    /// Encrypted and authenticated as NIP-44 wants it, whatever it is.
    pub fn run(input: &[u8]) -> Outcome {
        let mut keys = [0; 76];
        let expanded = Hkdf::<Sha256>::from_prk(&KEY).map(|hkdf| hkdf.expand(&NONCE, &mut keys));
        assert!(matches!(expanded, Ok(Ok(()))), "the lengths are those of the NIP");
        let (cipher_key, rest) = keys.split_at(32);
        let (cipher_nonce, mac_key) = rest.split_at(12);
        let mut ciphertext = input.to_vec();
        ChaCha20::new(cipher_key.into(), cipher_nonce.into()).apply_keystream(&mut ciphertext);
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(mac_key) else {
            return Outcome::Refused;
        };
        mac.update(&NONCE);
        mac.update(&ciphertext);
        let mac = mac.finalize().into_bytes();
        let payload = BASE64.encode([&[2], NONCE.as_slice(), &ciphertext, &mac].concat());
        let key = ConversationKey::from_bytes(KEY);
        let text = key.decrypt(&payload);
        if let Ok(text) = &text {
            let again = key.encrypt_with_nonce(text, &NONCE);
            assert_eq!(
                again.map(|again| again.len()),
                Ok(payload.len()),
                "one length has one form"
            );
        }
        Outcome::of(&text)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let padded = |length: usize, to: usize| {
            let prefix = u16::try_from(length).unwrap_or_default().to_be_bytes();
            let mut bytes = prefix.to_vec();
            bytes.resize(2 + length, b'x');
            bytes.resize(2 + to, 0);
            bytes
        };
        let mut long = vec![0, 0, 0, 1, 0, 0];
        long.resize(6 + 65_536, b'y');
        vec![padded(1, 32), padded(33, 64), padded(257, 320), long]
    }
}

pub mod gift_wrap {
    use super::*;

    /// Sealed by a throw-away key for Bob.
    pub fn run(input: &[u8]) -> Outcome {
        let bob = people::bob();
        let text = String::from_utf8_lossy(input);
        let Some(wrap) = sealed(Kind::GIFT_WRAP, people::carol(), &text) else {
            return Outcome::Refused;
        };
        Outcome::of(&nip59::unwrap(&wrap, &bob.account))
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let rumor = super::seal::seeds().concat();
        let text = String::from_utf8_lossy(&rumor);
        let seal = sealed(Kind::SEAL, people::alice(), &text);
        seal.map(|seal| seal.to_json().into_bytes()).into_iter().collect()
    }
}

pub mod seal {
    use super::*;

    /// In a seal by Alice, in a wrap by a throw-away key.
    pub fn run(input: &[u8]) -> Outcome {
        let text = String::from_utf8_lossy(input);
        let alice = people::alice();
        let wrap = sealed(Kind::SEAL, alice, &text)
            .and_then(|seal| sealed(Kind::GIFT_WRAP, people::carol(), &seal.to_json()));
        let Some(wrap) = wrap else { return Outcome::Refused };
        let rumor = nip59::unwrap(&wrap, &people::bob().account);
        if let Ok(rumor) = &rumor {
            assert_eq!(rumor.pubkey, alice.account.public_key(), "in somebody else's name");
        }
        Outcome::of(&rumor)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        vec![people::welcome_rumor().to_json().into_bytes()]
    }
}

/// An event for Bob with `text` encrypted in it; `None` for what cannot be encrypted.
/// Only a seal is signed: nobody looks at the signature of a wrap.
fn sealed(kind: Kind, author: &people::Person, text: &str) -> Option<Event> {
    let bob = people::bob().account.public_key();
    let key = ConversationKey::derive(&author.account, &bob).ok()?;
    let pubkey = author.account.public_key();
    let (created_at, content) = (people::unix_now(), key.encrypt_with_nonce(text, &NONCE).ok()?);
    if kind == Kind::SEAL {
        let unsigned = UnsignedEvent { pubkey, created_at, kind, tags: Vec::new(), content };
        return Event::sign(unsigned, &author.account, &mut rng()).ok();
    }
    let tags = vec![Tag::public_key(bob)];
    Some(Event { pubkey, created_at, kind, tags, content, ..people::event() })
}
