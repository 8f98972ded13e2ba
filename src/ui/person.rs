//! What a person is called on the screen.

use crate::ui::state::AppState;
use crate::ui::text::clean_name;
use crate::ui::words::say;
use zajil_api::{Chat, ChatId, Contact};

/// Their own name for themselves, made safe; words of ours until they have said one.
pub fn shown_name(person: &Contact) -> String {
    let name = clean_name(&person.name);
    if name.is_empty() { say("person.unnamed") } else { name }
}

/// The name over a chat, also of one that is gone.
pub fn name_of(chat: Option<&Chat>) -> String {
    chat.map(|chat| shown_name(&chat.with)).unwrap_or_default()
}

/// A name that disturbs no words around it, for texts that are not markup.
pub fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

/// The names over these chats, as a list in a sentence.
pub fn names_of(state: &AppState, chats: &[ChatId]) -> String {
    let names = chats.iter().map(|id| isolated(&name_of(state.chat(id))));
    names.collect::<Vec<_>>().join(&format!("{} ", say("list.between")))
}
