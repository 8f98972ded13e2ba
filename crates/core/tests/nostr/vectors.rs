//! The vectors of the specifications, from `tests/vectors/`.

use base64::prelude::{BASE64_STANDARD, Engine};
use rand_core::{CryptoRng, RngCore};
use serde_json::Value;
use sha2::{Digest, Sha256};
use zajil_core::nostr::nip44::{ConversationKey, Nip44Error};
use zajil_core::nostr::{Event, PublicKey, Rumor, SecretKey, Signature, nip59};

const BIP340: &str = include_str!("../vectors/bip340.json");
const NIP44: &str = include_str!("../vectors/nip44.json");
const NIP59: &str = include_str!("../vectors/nip59.json");

fn load(file: &str) -> Value {
    serde_json::from_str(file).unwrap()
}

fn rows<'a>(file: &'a Value, name: &str) -> &'a [Value] {
    let rows = file[name].as_array().unwrap();
    assert!(!rows.is_empty());
    rows
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

fn bytes<const N: usize>(row: &Value, name: &str) -> [u8; N] {
    hex::decode(text(row, name)).unwrap().try_into().unwrap()
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Gives the auxiliary randomness that a vector prescribes.
struct Prescribed([u8; 32]);

impl RngCore for Prescribed {
    fn next_u32(&mut self) -> u32 {
        unreachable!("only bytes are drawn")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("only bytes are drawn")
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        dest.copy_from_slice(&self.0);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Prescribed {}

#[test]
fn signatures_are_those_of_bip_340() {
    let file = load(BIP340);
    for row in rows(&file, "vectors") {
        let message = bytes(row, "message");
        let signature = Signature::from_bytes(bytes(row, "signature"));
        let public: Result<PublicKey, _> = text(row, "public").parse();
        let valid = public.is_ok_and(|public| public.verify(&message, &signature).is_ok());
        assert_eq!(valid, row["valid"].as_bool().unwrap(), "{row}");
        if row["secret"].is_string() {
            let secret = SecretKey::from_hex(text(row, "secret")).unwrap();
            assert_eq!(secret.public_key().to_hex(), text(row, "public"));
            let signed = secret.sign(&message, &mut Prescribed(bytes(row, "auxiliary")));
            assert_eq!(signed, signature, "{row}");
        }
    }
}

#[test]
fn conversation_keys_are_those_of_nip_44() {
    let file = load(NIP44);
    for row in rows(&file, "conversation_key") {
        let ours = SecretKey::from_hex(text(row, "sec1")).unwrap();
        let theirs = text(row, "pub2").parse().unwrap();
        let key = ConversationKey::derive(&ours, &theirs).unwrap();
        assert_eq!(hex::encode(key.as_bytes()), text(row, "conversation_key"));
    }
    for row in rows(&file, "no_conversation_key") {
        let ours = SecretKey::from_hex(text(row, "sec1"));
        let theirs: Result<PublicKey, _> = text(row, "pub2").parse();
        assert!(ours.is_err() || theirs.is_err(), "{row}");
    }
}

#[test]
fn messages_are_encrypted_as_nip_44_shows() {
    for row in rows(&load(NIP44), "message") {
        let one = SecretKey::from_hex(text(row, "sec1")).unwrap();
        let two = SecretKey::from_hex(text(row, "sec2")).unwrap();
        let there = ConversationKey::derive(&one, &two.public_key()).unwrap();
        let back = ConversationKey::derive(&two, &one.public_key()).unwrap();
        assert_eq!(hex::encode(there.as_bytes()), text(row, "conversation_key"));
        let payload = there.encrypt_with_nonce(text(row, "plaintext"), &bytes(row, "nonce"));
        assert_eq!(payload.unwrap(), text(row, "payload"));
        assert_eq!(back.decrypt(text(row, "payload")).unwrap(), text(row, "plaintext"));
    }
}

#[test]
fn long_messages_are_encrypted_as_nip_44_shows_on_both_sides_of_the_extended_length() {
    let file = load(NIP44);
    for row in rows(&file, "long_message").iter().chain(rows(&file, "extended_length")) {
        let times = row["repeat"].as_u64().unwrap().try_into().unwrap();
        let plaintext = text(row, "pattern").repeat(times);
        assert_eq!(sha256(&plaintext), text(row, "plaintext_sha256"));
        let key = ConversationKey::from_bytes(bytes(row, "conversation_key"));
        let payload = key.encrypt_with_nonce(&plaintext, &bytes(row, "nonce")).unwrap();
        assert_eq!(sha256(&payload), text(row, "payload_sha256"));
        assert_eq!(key.decrypt(&payload).unwrap(), plaintext);
    }
}

/// What a message of each nonce must look like inside, with the ciphers called directly.
#[test]
fn message_keys_are_those_of_nip_44() {
    use chacha20::cipher::{KeyIvInit, StreamCipher};
    use hmac::Mac;

    let file = load(NIP44);
    let keys = &file["message_keys"];
    let conversation = ConversationKey::from_bytes(bytes(keys, "conversation_key"));
    for row in rows(keys, "keys") {
        let nonce: [u8; 32] = bytes(row, "nonce");
        let mut padded = [0; 34];
        padded[1] = 1;
        padded[2] = b'a';
        let (key, iv): ([u8; 32], [u8; 12]) =
            (bytes(row, "chacha_key"), bytes(row, "chacha_nonce"));
        chacha20::ChaCha20::new(&key.into(), &iv.into()).apply_keystream(&mut padded);
        let mac_key: [u8; 32] = bytes(row, "hmac_key");
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(&mac_key).unwrap();
        mac.update(&nonce);
        mac.update(&padded);
        let expected =
            [&[2], nonce.as_slice(), &padded, mac.finalize().into_bytes().as_slice()].concat();
        let payload = conversation.encrypt_with_nonce("a", &nonce).unwrap();
        assert_eq!(payload, BASE64_STANDARD.encode(expected));
    }
}

#[test]
fn lengths_are_padded_as_nip_44_says() {
    let key = ConversationKey::from_bytes([7; 32]);
    for row in rows(&load(NIP44), "padded_length") {
        let length = usize::try_from(row[0].as_u64().unwrap()).unwrap();
        let padded = usize::try_from(row[1].as_u64().unwrap()).unwrap();
        let payload = key.encrypt_with_nonce(&"x".repeat(length), &[0; 32]).unwrap();
        let prefix = if length < 65_536 { 2 } else { 6 };
        let raw = BASE64_STANDARD.decode(payload).unwrap();
        assert_eq!(raw.len(), 65 + prefix + padded, "a text of {length} bytes");
    }
}

#[test]
fn what_nip_44_calls_invalid_is_refused_for_its_reason() {
    for row in rows(&load(NIP44), "not_decryptable") {
        let key = ConversationKey::from_bytes(bytes(row, "conversation_key"));
        let error = key.decrypt(text(row, "payload")).unwrap_err();
        let note = text(row, "note");
        let as_noted = match error {
            Nip44Error::Version => note.starts_with("unknown encryption version"),
            Nip44Error::Base64 => note == "invalid base64",
            Nip44Error::Mac => note == "invalid MAC",
            Nip44Error::Padding => note == "invalid padding",
            Nip44Error::Length(_) => note.starts_with("invalid payload length"),
            _ => false,
        };
        assert!(as_noted, "{note}: {error}");
    }
}

#[test]
fn the_gift_wrap_of_nip_59_opens() {
    let file = load(NIP59);
    let receiver = SecretKey::from_hex(text(&file, "receiver")).unwrap();
    let wrap = Event::parse(file["wrap"].to_string().as_bytes()).unwrap();
    let rumor = Rumor::parse_strict(file["rumor"].to_string().as_bytes()).unwrap();
    assert_eq!(rumor.content, "Are you going to the party tonight?");
    assert_eq!(nip59::unwrap(&wrap, &receiver), Ok(rumor));
}
