//! Time as hosts tell it.

/// How long to wait after so many waits: twice as long each time, and never longer than that.
pub fn doubled(first: u64, times: u32, longest: u64) -> u64 {
    let factor = 1u64.checked_shl(times).unwrap_or(u64::MAX);
    first.saturating_mul(factor).min(longest)
}

/// Milliseconds since 1970-01-01 UTC, as the host's clock says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

#[cfg(test)]
mod tests {
    use super::doubled;

    #[test]
    fn waits_double_up_to_the_longest() {
        assert_eq!([0, 1, 2, 3, 64, u32::MAX].map(|n| doubled(5, n, 30)), [5, 10, 20, 30, 30, 30]);
    }
}
