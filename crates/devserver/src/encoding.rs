//! Which of the stored forms of a file a browser takes (RFC 9110, section 12.5.3).

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Plain => None,
        }
    }

    /// Whether `accept`, an `Accept-Encoding` header, allows this form.
    pub fn accepted(self, accept: &str) -> bool {
        let Some(name) = self.name() else { return true };
        accept.split(',').any(|part| {
            let (coding, parameter) = part.split_once(';').unwrap_or((part, ""));
            let refused = parameter
                .trim()
                .strip_prefix("q=")
                .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
            coding.trim().eq_ignore_ascii_case(name) && !refused
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_when_named_and_not_refused() {
        assert!(Encoding::Brotli.accepted("gzip, deflate, BR, zstd"));
        assert!(Encoding::Gzip.accepted("gzip;q=0.5"));
        assert!(!Encoding::Gzip.accepted("gzip; q=0, br"));
        assert!(!Encoding::Brotli.accepted("gzip"));
        assert!(!Encoding::Brotli.accepted(""));
        assert!(Encoding::Plain.accepted(""));
    }
}
