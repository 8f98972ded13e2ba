//! Bytes as a line of text, so that a change of the corpus can be read.
//!
//! A line is `"…"` with `\x00`-like escapes, which is also the form of libFuzzer's
//! dictionaries.

pub fn escape(bytes: &[u8]) -> String {
    let mut line = String::with_capacity(bytes.len() + 2);
    line.push('"');
    for byte in bytes {
        match byte {
            b'"' => line.push_str("\\\""),
            b'\\' => line.push_str("\\\\"),
            b' '..=b'~' => line.push(char::from(*byte)),
            _ => line.push_str(&format!("\\x{byte:02x}")),
        }
    }
    line.push('"');
    line
}

/// `None` for anything but a line as [`escape`] writes it.
pub fn unescape(line: &str) -> Option<Vec<u8>> {
    let mut rest = line.trim().strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut bytes = Vec::new();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next()? {
                b'x' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
                other @ (b'"' | b'\\') => other,
                _ => return None,
            },
            other => other,
        });
    }
    Some(bytes)
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| digit.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back_from_its_line() {
        let all: Vec<u8> = (0..=255).collect();
        let line = escape(&all);
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        assert_eq!(unescape(&line), Some(all));
        for broken in ["", "\"", "\"\\x0\"", "\"\\n\"", "no quotes"] {
            assert_eq!(unescape(broken), None, "{broken}");
        }
    }
}
