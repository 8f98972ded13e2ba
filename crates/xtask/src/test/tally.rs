//! How many tests passed, read from what test programs print.

use crate::error::Result;
use crate::say::missing;
use std::io::{BufRead, BufReader};
use std::ops::{Add, AddAssign};
use std::process::{Command, Stdio};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
}

impl Tally {
    /// For a suite that is one single check.
    pub const fn success() -> Self {
        Self { passed: 1, failed: 0 }
    }

    pub const fn failure() -> Self {
        Self { passed: 0, failed: 1 }
    }

    /// Runs a program that only succeeds or fails.
    pub fn of_check(command: &mut Command) -> Result<Self> {
        command.stdout(std::io::stderr());
        let status = command.status().map_err(|source| missing(command, source))?;
        Ok(if status.success() { Self::success() } else { Self::failure() })
    }

    /// Runs a program whose output `read` understands line by line, showing it as it
    /// comes. A program that fails without naming a failed test counts as one.
    pub fn of_tests(command: &mut Command, read: fn(&str) -> Option<Self>) -> Result<Self> {
        let mut child =
            command.stdout(Stdio::piped()).spawn().map_err(|source| missing(command, source))?;
        let mut tally = Self::default();
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).split(b'\n').map_while(std::io::Result::ok) {
                let line = String::from_utf8_lossy(&line);
                eprintln!("{line}");
                tally += read(line.trim()).unwrap_or_default();
            }
        }
        let status = child.wait().map_err(|source| missing(command, source))?;
        if !status.success() && tally.failed == 0 {
            tally += Self::failure();
        }
        Ok(tally)
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// `test result: ok. 3 passed; 0 failed; ...`, by Rust's own runner and wasm-bindgen's.
pub fn rust(line: &str) -> Option<Tally> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |word: &str| {
        let part = counts.split(';').find(|part| part.trim_end().ends_with(word))?;
        part.split_whitespace().next()?.parse().ok()
    };
    Some(Tally { passed: count("passed")?, failed: count("failed")? })
}

/// The sums at the end of what node's runner prints as TAP: `# pass 3`, `# fail 0`.
pub fn node(line: &str) -> Option<Tally> {
    let (what, count) = line.strip_prefix("# ")?.split_once(' ')?;
    let count = count.parse().ok()?;
    match what {
        "pass" => Some(Tally { passed: count, failed: 0 }),
        "fail" | "cancelled" => Some(Tally { passed: 0, failed: count }),
        _ => None,
    }
}

/// The last line of `tests/ui/check.mjs`, and of the fuzz targets: `11 passed, 0 failed`.
pub fn summary(line: &str) -> Option<Tally> {
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some(Tally { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runners_sums_are_read() {
        let line =
            "test result: FAILED. 12 passed; 1 failed; 0 ignored; 0 measured; finished in 0.1s";
        assert_eq!(rust(line), Some(Tally { passed: 12, failed: 1 }));
        assert_eq!(rust("test relay::works ... ok"), None);
        assert_eq!(node("# pass 7"), Some(Tally { passed: 7, failed: 0 }));
        assert_eq!(node("# cancelled 2"), Some(Tally { passed: 0, failed: 2 }));
        assert_eq!(node("# duration_ms 1081.3"), None);
        assert_eq!(node("# Subtest: two people"), None);
        assert_eq!(summary("11 passed, 2 failed"), Some(Tally { passed: 11, failed: 2 }));
        assert_eq!(summary("ok      a draft waits in its chat"), None);
    }

    #[test]
    #[cfg(unix)]
    fn a_program_that_fails_silently_counts_as_a_failure() {
        let tally =
            Tally::of_tests(Command::new("sh").args(["-c", "echo '# pass 2'; exit 3"]), node);
        assert_eq!(tally.unwrap(), Tally { passed: 2, failed: 1 });
    }
}
