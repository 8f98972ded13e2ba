//! JSON, written byte for byte as NIP-01 asks, straight into a string or a hash.
//!
//! Ours because it cannot fail and allocates nothing. Escapes are those of NIP-01 (`\n \" \\ \r
//! \t \b \f`). The NIP would have other control characters verbatim, which is not JSON: here, as
//! in every implementation met so far, they are `\u00xx` in lowercase.

use sha2::{Digest, Sha256};

/// Where JSON is written to.
pub(super) trait Sink {
    fn put(&mut self, text: &str);
}

impl Sink for String {
    fn put(&mut self, text: &str) {
        self.push_str(text);
    }
}

impl Sink for Sha256 {
    fn put(&mut self, text: &str) {
        self.update(text.as_bytes());
    }
}

/// `text` in quotes, escaped.
pub(super) fn string(out: &mut impl Sink, text: &str) {
    out.put("\"");
    let mut verbatim = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        // Escaped bytes are ASCII, so both ends lie between characters.
        out.put(text.get(verbatim..at).unwrap_or_default());
        verbatim = at + 1;
        match byte {
            b'"' => out.put("\\\""),
            b'\\' => out.put("\\\\"),
            b'\n' => out.put("\\n"),
            b'\r' => out.put("\\r"),
            b'\t' => out.put("\\t"),
            0x08 => out.put("\\b"),
            0x0c => out.put("\\f"),
            control => out.put(&format!("\\u{control:04x}")),
        }
    }
    out.put(text.get(verbatim..).unwrap_or_default());
    out.put("\"");
}

/// `bytes` as a hex string in quotes.
pub(super) fn hex<const N: usize>(out: &mut impl Sink, bytes: &[u8; N]) {
    let mut digits = [0; 128];
    let digits = digits.get_mut(..2 * N).unwrap_or_default();
    out.put("\"");
    if ::hex::encode_to_slice(bytes, digits).is_ok() {
        out.put(std::str::from_utf8(digits).unwrap_or_default());
    }
    out.put("\"");
}

pub(super) fn number(out: &mut impl Sink, number: u64) {
    out.put(&number.to_string());
}

/// `[…]`, each item written by `write`.
pub(super) fn array<S: Sink, T>(
    out: &mut S,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut S, T),
) {
    out.put("[");
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.put(",");
        }
        write(out, item);
    }
    out.put("]");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut out = String::new();
        string(&mut out, text);
        out
    }

    #[test]
    fn every_ascii_character_is_written_as_serde_json_writes_it() {
        for character in '\0'..='\u{7f}' {
            let text = character.to_string();
            assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_json_writes_it(text in any::<String>()) {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn bytes_are_written_as_lowercase_hex() {
        let mut out = String::new();
        hex(&mut out, &[0xab, 0x01]);
        hex(&mut out, &[0xff; 64]);
        assert_eq!(out, format!("\"ab01\"\"{}\"", "ff".repeat(64)));
    }
}
