//! The profile's canonical encoding: QUIC length prefixes (RFC 9000 §16) in their
//! shortest form, and nothing left over.

use super::EnvelopeError;

/// Writes `bytes` behind its length.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_length(out: &mut Vec<u8>, length: u64) {
    let (size, mark) = match length {
        0..=63 => (1, 0u64),
        64..=16_383 => (2, 1 << 14),
        16_384..=1_073_741_823 => (4, 2 << 30),
        _ => (8, 3 << 62),
    };
    let bytes = (length | mark).to_be_bytes();
    out.extend_from_slice(bytes.get(8 - size..).unwrap_or_default());
}

/// Reads canonical bytes from the front; every refusal names `what` is being read.
pub struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { rest: bytes, what }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], EnvelopeError> {
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or(EnvelopeError::Encoding(self.what))?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], EnvelopeError> {
        self.take(N)?.try_into().map_err(|_| EnvelopeError::Encoding(self.what))
    }

    /// Bytes behind a length prefix, at most `max` of them.
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], EnvelopeError> {
        let first = *self.rest.first().ok_or(EnvelopeError::Encoding(self.what))?;
        let size = 1usize << (first >> 6);
        let prefix = self.take(size)?;
        let length = prefix
            .iter()
            .enumerate()
            .fold(0u64, |sum, (i, b)| sum << 8 | u64::from(if i == 0 { b & 0x3f } else { *b }));
        let shortest = match length {
            0..=63 => 1,
            64..=16_383 => 2,
            16_384..=1_073_741_823 => 4,
            _ => 8,
        };
        match usize::try_from(length) {
            Ok(length) if size == shortest && length <= max => self.take(length),
            _ => Err(EnvelopeError::Encoding(self.what)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Fails if anything is left.
    pub fn end(self) -> Result<(), EnvelopeError> {
        if self.is_empty() { Ok(()) } else { Err(EnvelopeError::Encoding(self.what)) }
    }
}

/// Whether each item is greater than the one before: sorted, and none twice.
pub fn is_strictly_sorted<T: Ord>(items: &[T]) -> bool {
    items.is_sorted_by(|a, b| a < b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_have_the_forms_the_profile_lists() {
        let prefix = |length: usize| {
            let mut out = Vec::new();
            put_bytes(&mut out, &vec![0; length]);
            out.truncate(out.len() - length);
            hex::encode(out)
        };
        assert_eq!(prefix(0), "00");
        assert_eq!(prefix(7), "07");
        assert_eq!(prefix(64), "4040");
        assert_eq!(prefix(16_383), "7fff");
        assert_eq!(prefix(16_384), "80004000");
    }

    #[test]
    fn a_longer_prefix_than_needed_is_refused() {
        assert!(Reader::new(&[0x40, 0x01, 0xaa], "test").bytes(10).is_err());
        assert!(Reader::new(&[0x01, 0xaa], "test").bytes(10).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..20_000)) {
            let mut out = Vec::new();
            put_bytes(&mut out, &bytes);
            let mut reader = Reader::new(&out, "test");
            prop_assert_eq!(reader.bytes(usize::MAX).unwrap(), bytes.as_slice());
            prop_assert!(reader.end().is_ok());
        }

        #[test]
        fn what_is_read_would_be_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&bytes, "test");
            if let Ok(read) = reader.bytes(usize::MAX) {
                let mut out = Vec::new();
                put_bytes(&mut out, read);
                prop_assert!(bytes.starts_with(&out));
            }
        }
    }
}
