//! Every parser of foreign bytes, against inputs nobody thought of.
//!
//! A target takes bytes, as a stranger could send them, to one parser. Where bytes
//! travel sealed or signed, the target seals what it is given with the right keys, so
//! that what lies under the seal is reached and not only the seal itself. A target
//! fails by panicking, by taking longer or more memory than its [`ceiling`], or by
//! one of its own assertions: what is read and written again reads the same.
//!
//! | File | Story |
//! |---|---|
//! | `targets` | one function a parser, and inputs that it reads to the end |
//! | `corpus` | the inputs kept with the code, and those that once failed |
//! | `ceiling` | what one input may cost |
//! | `mutate` | from kept inputs to new ones |
//! | `driver` | the short run, on any toolchain |
//! | `bin/guided` | the long run: the same targets under libFuzzer, guided by coverage |
//!
//! It does not look into a browser: what the worker reads there, its own tests hold.

pub mod ceiling;
pub mod corpus;
pub mod driver;
mod escape;
mod mutate;
mod people;
pub mod targets;
mod tls;

pub use targets::{Outcome, TARGETS, Target};
