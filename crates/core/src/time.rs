//! Time as hosts tell it.

/// Milliseconds since 1970-01-01 UTC, as the host's clock says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);
