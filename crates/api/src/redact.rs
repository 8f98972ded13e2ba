//! What of a text may be printed for a developer: how long it is.

use std::fmt;

pub(crate) struct Length<'a>(pub &'a str);

impl fmt::Debug for Length<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
