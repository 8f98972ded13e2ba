//! Where chats live: which servers carry them. Asked for chat by chat, because what tells
//! it is the story of a message of one's own.

use crate::ui::context::{Answer, Ctx};
use zajil_api::{ChatId, Command, Page};

/// How far back a message of one's own is looked for.
const LOOK_BACK: u16 = 60;
/// Chats asked about at once, those used last first.
const MOST: usize = 60;

/// Finds out where all chats live.
pub fn ask_all(ctx: Ctx) {
    let mut chats = ctx.peek(|state| state.chats_with_homes());
    chats.truncate(MOST);
    chats.reverse();
    ask(ctx, chats);
}

/// The last one first, and one after the other.
fn ask(ctx: Ctx, mut chats: Vec<ChatId>) {
    let Some(chat) = chats.pop() else { return };
    let load = Command::LoadMessages { chat: chat.clone(), page: Page::Newest, limit: LOOK_BACK };
    ctx.ask(load, move |answer| {
        if let Answer::Page(Some(place)) = answer {
            ctx.send(Command::LoadDelivery { chat, place });
        }
        ask(ctx, chats);
    });
}
