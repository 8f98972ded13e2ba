//! The engine: one input in, then drain the outputs, in order.

mod port;

pub use port::{Config, Input, LoadToken, OpenError, Output, Timestamp, VaultKey};

use crate::store::{Row, Table};

/// Owns the whole protocol story of one account. Does no I/O: see [`Output`].
pub struct Engine {
    _now: Timestamp,
}

impl Engine {
    /// Rebuilds the engine from what the store holds. `rows` are all rows of
    /// [`Table::Records`] and [`Table::Seen`]; none on a fresh device.
    pub fn open(
        _config: Config,
        now: Timestamp,
        _rows: &[(Table, Row)],
    ) -> Result<Self, OpenError> {
        Ok(Self { _now: now })
    }

    /// Takes one input. Afterwards [`poll_output`](Self::poll_output) must be drained;
    /// several inputs may be handled before one drain, which then saves them as one.
    pub fn handle_input(&mut self, _now: Timestamp, _input: Input) {}

    /// The next thing for the host to do, in this order and no other.
    pub fn poll_output(&mut self) -> Option<Output> {
        None
    }

    /// When to call with [`Input::TimedOut`], if nothing else comes first.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }
}
