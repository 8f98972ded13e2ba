//! Relays as places to reach: addresses, connections, patience, and what each is worth.
//!
//! Knows when to connect, when to try again and when to doubt; what a relay allows and
//! how well it did so far. Does not know what is said over a connection: that is the
//! engine's.
//!
//! | File | Story |
//! |---|---|
//! | `url` | the one form of an address |
//! | `link`, `pool` | one connection's life, and all of them |
//! | `backoff`, `pulse` | when to try again, when to doubt |
//! | `pace`, `subscriptions` | how much a relay lets itself be asked |
//! | `proof` | proving who we are (NIP-42) |
//! | `info` | what it says about itself (NIP-11) |
//! | `score` | what it did so far |

mod backoff;
mod info;
mod link;
mod pace;
mod pool;
mod proof;
mod pulse;
mod score;
mod subscriptions;
mod url;

pub use backoff::Network;
pub use info::{Limits, RelayInfo};
pub use link::{Action, Link};
pub use pace::{Pace, is_rate_limit};
pub use pool::{Pool, Socket};
pub use proof::{Proof, Verdict};
pub use score::{Reached, Standing, Stored};
pub use subscriptions::{NEW_REQUESTS, OLD_REQUESTS, Subscriptions};
pub use url::{RelayUrlError, parse_relay_url};
