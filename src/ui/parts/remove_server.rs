use super::dialog::Dialog;
use crate::ui::context::{Ctx, ctx};
use crate::ui::live::maybe;
use crate::ui::person::names_of;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{Command, RelayUrl};

/// Asks before a server that works, or that some chat can be reached through, is removed.
#[component]
pub fn RemoveServer(asked: RwSignal<Option<String>>) -> impl IntoView {
    let ctx = ctx();
    maybe(move || {
        asked.get().map(|url| {
            let (title, words) = question(ctx, &RelayUrl::new(&url));
            let address = url.clone();
            let confirm = move |_| {
                ctx.command(Command::RemoveServer { url: RelayUrl::new(&url) });
                asked.set(None);
            };
            view! {
                <Dialog title on_close=Box::new(move || asked.set(None))>
                    <p class="server-url" dir="ltr">{address}</p>
                    <p>{words}</p>
                    <button class="button" type="button" on:click=confirm>{say("servers.ask_remove")}</button>
                </Dialog>
            }
            .into_any()
        })
    })
}

/// Two things may be true of one server: it is the last that works, and chats need it.
fn question(ctx: Ctx, url: &RelayUrl) -> (&'static str, String) {
    ctx.peek(|state| {
        let needed_by = state.reached_only_through(std::slice::from_ref(url));
        let names = names_of(state, &needed_by);
        let chats = match needed_by.is_empty() {
            true => String::new(),
            false => say_with("servers.ask_chats", &[("names", &names)]),
        };
        let is_used = state.server(url).is_some_and(|server| server.chats > 0);
        match state.is_last_connected(url) {
            true => ("servers.ask_title", format!("{} {chats}", say("servers.ask_words"))),
            false if chats.is_empty() => {
                let stays = if is_used { say("servers.stays") } else { String::new() };
                ("servers.ask_chats_title", format!("{} {stays}", say("servers.ask_plain")))
            }
            false => ("servers.ask_chats_title", chats),
        }
    })
}
