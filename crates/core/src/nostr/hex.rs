//! Lowercase hex of a fixed length: how Nostr writes every id, key and signature.
//!
//! Uppercase is refused: one value has one spelling, so two events that look different are.

use serde::Deserializer;
use serde::de::{Error, Visitor};
use std::fmt;

/// Why a text is not the hex of so many bytes. The text is not repeated: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    #[error("expected {expected} hex digits, found {found} characters")]
    Length { expected: usize, found: usize },
    #[error("not lowercase hex")]
    Digit,
}

/// Reads exactly `2 * N` lowercase hex digits.
pub(super) fn decode<const N: usize>(text: &[u8]) -> Result<[u8; N], HexError> {
    if text.len() != 2 * N {
        return Err(HexError::Length { expected: 2 * N, found: text.len() });
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let &[high, low] = pair else { return Err(HexError::Digit) };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Ok(bytes)
}

fn digit(character: u8) -> Result<u8, HexError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        _ => Err(HexError::Digit),
    }
}

/// Reads `N` bytes out of any serde format: hex where people read along, else the bare bytes.
pub(super) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
    input: D,
) -> Result<[u8; N], D::Error> {
    if input.is_human_readable() {
        input.deserialize_str(Bytes::<N>)
    } else {
        input.deserialize_bytes(Bytes::<N>)
    }
}

struct Bytes<const N: usize>;

impl<const N: usize> Visitor<'_> for Bytes<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes, or as many in lowercase hex")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<[u8; N], E> {
        decode(text.as_bytes()).map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

/// A newtype of `$length` bytes that is written in hex: in text, and in JSON through serde.
/// In formats that are not for people it is the bare bytes.
macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            pub fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            pub fn to_bytes(self) -> [u8; $length] {
                self.0
            }

            pub fn to_hex(self) -> String {
                ::hex::encode(self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&::hex::encode(self.0))
            }
        }

        /// The first eight digits: enough to tell two apart in a log, not enough to look one up.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let start = self.0.get(..4).unwrap_or_default();
                write!(f, concat!(stringify!($name), "({}…)"), ::hex::encode(start))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.serialize_str(&self.to_hex())
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        /// Checks the form only: what the bytes mean is checked where they are used.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                crate::nostr::hex::deserialize(input).map(Self)
            }
        }
    };
}

pub(super) use hex_bytes;
