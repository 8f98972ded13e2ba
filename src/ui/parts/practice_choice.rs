use super::dialog::Dialog;
use super::strips::plain;
use crate::ui::context::ctx;
use crate::ui::live::{attr, maybe};
use crate::ui::person::names_of;
use crate::ui::state::{AppState, Part};
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{Command, RelayUrl};

/// How long a practice lasts.
pub const SECONDS: u16 = 60;

/// Which servers are cut: all but one, unless the person wants otherwise.
#[component]
pub fn PracticeChoice(choosing: RwSignal<bool>) -> impl IntoView {
    let ctx = ctx();
    let all: Vec<RelayUrl> =
        ctx.peek(|state| state.servers().iter().map(|server| server.url.clone()).collect());
    let start = move |_| {
        let servers = ctx.peek(|state| state.to_cut.clone());
        ctx.command(Command::PractiseOutage { servers, seconds: SECONDS });
        choosing.set(false);
    };
    let row = |url: RelayUrl| {
        let address = url.to_string();
        let is_chosen = ctx.peek(|state| state.to_cut.contains(&url));
        let flip = move |event| {
            let cut = event_target_checked(&event);
            ctx.change(|state| {
                state.to_cut.retain(|other| *other != url);
                state.to_cut.extend(cut.then(|| url.clone()));
            });
            ctx.wake([Part::Practice]);
        };
        view! {
            <label class="setting">
                <span class={"server-url"} dir="ltr">{address}</span>
                <input class="switch" type="checkbox" role="switch" prop:checked=is_chosen on:change=flip/>
            </label>
        }
        .into_any()
    };
    let rows = all.into_iter().map(row).collect_view();
    // One thing at a time: what has to be chosen, or else, before it happens, which chats
    // do not go on because all of their servers are cut.
    let about = move || {
        ctx.watch(Part::Practice, |state| {
            let waits = state.reached_only_through(&state.to_cut);
            let words = match (state.can_cut(), waits.is_empty()) {
                (false, _) => say("failure.practice_invalid"),
                (_, true) => return None,
                _ => say_with("practice.waits", &[("names", &names_of(state, &waits))]),
            };
            Some(plain("advice small", "status", words.into_any()))
        })
    };
    let impossible = move || !ctx.watch(Part::Practice, AppState::can_cut);
    view! {
        <Dialog title="practice.choose" on_close=Box::new(move || choosing.set(false))>
            <div>
                // What a switch that is on means, right above it.
                <p class="label setting">
                    <span>{say("servers.title")}</span>
                    <span>{say("practice.cut")}</span>
                </p>
                {rows}
            </div>
            {maybe(about)}
            <button class="button button-main" type="button" disabled=attr(impossible) on:click=start>
                {say("practice.start")}
            </button>
        </Dialog>
    }
}
