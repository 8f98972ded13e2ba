//! What a person is called on the screen.

use crate::ui::text::clean_name;
use crate::ui::words::say;
use zajil_api::{Chat, Contact};

/// Their own name for themselves, made safe; words of ours until they have said one.
pub fn shown_name(person: &Contact) -> String {
    let name = clean_name(&person.name);
    if name.is_empty() { say("person.unnamed") } else { name }
}

/// The name over a chat, also of one that is gone.
pub fn name_of(chat: Option<&Chat>) -> String {
    chat.map(|chat| shown_name(&chat.with)).unwrap_or_default()
}
