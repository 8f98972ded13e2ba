//! What is on the screen: views over [`state`], and the commands they send.
//!
//! A view reads the state through [`context::Ctx`] and is drawn again only when the
//! part it read changes. It never waits for a network, never holds a key, and never
//! turns a string into markup.

mod app;
mod context;
mod failure;
mod format;
mod hooks;
mod keeping;
mod live;
mod page;
mod pages;
mod parts;
mod person;
mod prefs;
mod route;
mod state;
mod text;
mod words;

pub use app::start;
