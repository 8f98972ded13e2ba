//! What is remembered of a message that somebody wrote.

/// The run of an author's count, and the number in it.
pub type Count = (u64, u64);

/// A message that somebody wrote.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub who: usize,
    pub to: usize,
    /// Whether its author was told that it is kept.
    pub kept: bool,
    /// Whether its author asked for it back, and was not told that it is too late.
    pub withdrawn: bool,
    /// Whether its author was told that it is taken back.
    pub removed: bool,
    /// Whether its author ever asked for it back, on whichever device.
    pub called_back: bool,
    /// The author's count, once it was encrypted.
    pub count: Option<Count>,
    pub at: u64,
    /// Whether its author had gone on from a copy, and encrypted nothing since.
    pub after_copy: bool,
    /// Whether its author was started again before it was encrypted.
    pub waited: bool,
}
