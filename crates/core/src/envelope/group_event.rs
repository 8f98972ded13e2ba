//! Kind 445: one MLS message of a group, for anyone who holds the epoch's key.
//!
//! Relays see the routing id, a size and a time. The event's key is thrown away
//! after one use, so its signature says nothing about who wrote it: MLS does.
//! It is not checked for messages, which cannot be forged or changed under it. A
//! commit is another matter: under a broken signature it would be applied by those
//! who do not look and dropped by those who do, and the group be split. So the engine
//! calls [`Event::verify`] on an event whose message turns out to be a handshake (a
//! PublicMessage) before MLS reads it.

use super::EnvelopeError;
use crate::mls::{Group, MlsError, Provider};
use crate::nostr::{Event, Kind, SecretKey, Tag, UnsignedEvent};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use std::fmt;
use zajil_api::UnixTime;
use zeroize::{Zeroize, ZeroizeOnDrop};

const NONCE: usize = 12;
const TAG: usize = 16;

/// One epoch's outer key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct GroupEventKey([u8; 32]);

#[cfg(test)]
impl GroupEventKey {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for GroupEventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupEventKey(..)")
    }
}

/// The outer key of the group's current epoch.
pub fn group_event_key(provider: &Provider, group: &Group) -> Result<GroupEventKey, MlsError> {
    Ok(GroupEventKey(*group.export(provider, "marmot", b"group-event")?))
}

/// An MLS message in its outer encryption, not yet an event: the event is made when
/// it first leaves, so that its time is the time of sending.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedMessage {
    pub nostr_group_id: [u8; 32],
    content: String,
}

impl fmt::Debug for SealedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedMessage({} bytes)", self.content.len())
    }
}

/// Encrypts an MLS message under its epoch's key.
pub fn seal_message(
    key: &GroupEventKey,
    nostr_group_id: [u8; 32],
    mls_message: &[u8],
    rng: &mut impl CryptoRngCore,
) -> Result<SealedMessage, EnvelopeError> {
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let ciphertext = ChaCha20Poly1305::new(&key.0.into())
        .encrypt(Nonce::from_slice(&nonce), mls_message)
        .map_err(|_| EnvelopeError::Encoding("message"))?;
    let content = BASE64.encode([nonce.as_slice(), &ciphertext].concat());
    crate::observe::sealed(nostr_group_id, mls_message, &content);
    Ok(SealedMessage { nostr_group_id, content })
}

impl SealedMessage {
    /// Bytes as it stands in an event.
    pub fn len(&self) -> usize {
        self.content.len()
    }

    pub fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    /// The event to publish, signed by a key made for it alone.
    pub fn to_event(
        &self,
        created_at: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Event, EnvelopeError> {
        let author = SecretKey::generate(rng);
        let unsigned = UnsignedEvent {
            pubkey: author.public_key(),
            created_at,
            kind: Kind::GROUP_MESSAGE,
            tags: vec![Tag::new("h", [hex::encode(self.nostr_group_id)])],
            content: self.content.clone(),
        };
        Ok(Event::sign(unsigned, &author, rng)?)
    }

    /// Reads a kind-445 event whose id was verified.
    pub fn of_event(event: &Event) -> Result<Self, EnvelopeError> {
        if event.kind != Kind::GROUP_MESSAGE {
            return Err(EnvelopeError::Mismatch("kind"));
        }
        let (mut found, mut expirations) = (None, 0);
        for tag in &event.tags {
            match tag.name() {
                "h" if found.is_none() => found = tag.value(),
                "expiration" if expirations == 0 => expirations += 1,
                _ => return Err(EnvelopeError::Tag("h alone")),
            }
        }
        let nostr_group_id = found
            .and_then(|value| hex::decode(value).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(EnvelopeError::Tag("h"))?;
        Ok(Self { nostr_group_id, content: event.content.clone() })
    }

    /// The MLS message inside, by the first of `keys` that opens it.
    pub fn open<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a GroupEventKey>,
    ) -> Result<Vec<u8>, EnvelopeError> {
        let bytes = BASE64.decode(&self.content).map_err(|_| EnvelopeError::Encoding("message"))?;
        let (nonce, ciphertext) = bytes
            .split_at_checked(NONCE)
            .filter(|(_, ciphertext)| ciphertext.len() >= TAG)
            .ok_or(EnvelopeError::Encoding("message"))?;
        keys.into_iter()
            .find_map(|key| {
                let cipher = ChaCha20Poly1305::new(&key.0.into());
                cipher.decrypt(Nonce::from_slice(nonce), ciphertext).ok()
            })
            .ok_or(EnvelopeError::NoKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::from_seed([6; 32])
    }

    #[test]
    fn the_content_is_nonce_then_ciphertext_under_chacha20_poly1305_without_aad() {
        // RFC 8439 §2.8.2 names the key and plaintext; with an empty AAD and this nonce
        // the first block of ciphertext is the RFC's own.
        let key: [u8; 32] = std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap());
        let nonce = hex::decode("070000004041424344454647").unwrap();
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let cipher = ChaCha20Poly1305::new(&key.into());
        let ciphertext = cipher.encrypt(Nonce::from_slice(&nonce), text.as_slice()).unwrap();
        assert_eq!(hex::encode(&ciphertext[..16]), "d31a8d34648e60db7b86afbc53ef7ec2");
        let content = BASE64.encode([nonce, ciphertext].concat());
        let message = SealedMessage { nostr_group_id: [0; 32], content };
        assert_eq!(message.open(&[GroupEventKey(key)]).unwrap(), text);
    }

    #[test]
    fn an_event_carries_one_routing_tag_and_a_key_used_once() {
        let message = seal_message(&GroupEventKey([1; 32]), [2; 32], b"mls", &mut rng()).unwrap();
        let mut rng = rng();
        let first = message.to_event(UnixTime(1), &mut rng).unwrap();
        let second = message.to_event(UnixTime(1), &mut rng).unwrap();
        assert!(first.verify().is_ok());
        assert_ne!(first.pubkey, second.pubkey);
        assert_eq!(first.tags, [Tag::new("h", ["02".repeat(32)])]);
        assert_eq!(SealedMessage::of_event(&first).unwrap(), message);
    }

    #[test]
    fn other_tags_short_contents_and_other_keys_are_refused() {
        let message = seal_message(&GroupEventKey([1; 32]), [2; 32], b"mls", &mut rng()).unwrap();
        assert_eq!(message.open(&[GroupEventKey([9; 32])]), Err(EnvelopeError::NoKey));
        let keys = [GroupEventKey([9; 32]), GroupEventKey([1; 32])];
        assert_eq!(message.open(&keys).unwrap(), b"mls");
        let mut event = message.to_event(UnixTime(1), &mut rng()).unwrap();
        event.tags.push(Tag::new("expiration", ["99"]));
        assert!(SealedMessage::of_event(&event).is_ok());
        event.tags.push(Tag::new("p", ["00"]));
        assert!(SealedMessage::of_event(&event).is_err());
        for content in ["", "!", "AAAA", &BASE64.encode([0; 27])] {
            let short = SealedMessage { nostr_group_id: [0; 32], content: content.to_owned() };
            assert_eq!(short.open(&keys), Err(EnvelopeError::Encoding("message")), "{content}");
        }
    }
}
