//! Maps and sets for what there are dozens of: servers, feeds, chats.
//!
//! The standard library's ordered ones are trees, and each pair of types costs the worker six
//! kilobytes of code. These are sorted vectors with the same words: quick to look up and to
//! walk, slow to insert into the middle of thousands. What grows with the number of messages
//! and goes at its front stays in a tree.

mod map;
mod set;

pub use map::{Entry, SortedMap};
pub use set::SortedSet;
