//! As much of MLS's presentation language (RFC 9420 §2.1) as it takes to seal and sign
//! bytes again that were changed below the seal.

use openmls_traits::signatures::Signer;
use zajil_core::mls::LeafSigner;

/// `bytes` behind its length.
pub fn vector(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u64;
    let (size, mark) = match length {
        0..=63 => (1, 0u64),
        64..=16_383 => (2, 1 << 14),
        _ => (4, 2 << 30),
    };
    let prefix = (length | mark).to_be_bytes();
    [prefix.get(8 - size..).unwrap_or_default(), bytes].concat()
}

/// Reads what our own code wrote, and says where it is.
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..)?.get(..count)?;
        self.at += count;
        Some(taken)
    }

    pub fn vector(&mut self) -> Option<&'a [u8]> {
        let first = *self.bytes.get(self.at)?;
        let prefix = self.take(1 << (first >> 6))?;
        let length = prefix.iter().enumerate().fold(0usize, |sum, (i, byte)| {
            sum << 8 | usize::from(if i == 0 { byte & 0x3f } else { *byte })
        });
        self.take(length)
    }
}

/// `SignWithLabel` (RFC 9420 §5.1.2), as a vector.
pub fn signature(signer: &LeafSigner, label: &str, content: &[u8]) -> Vec<u8> {
    let label = format!("MLS 1.0 {label}");
    let content = [vector(label.as_bytes()), vector(content)].concat();
    vector(&signer.sign(&content).unwrap_or_default())
}
