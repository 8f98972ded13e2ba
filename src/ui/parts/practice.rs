use super::practice_choice::PracticeChoice;
use crate::ui::context::{ctx, memo};
use crate::ui::live::{attr, maybe, words};
use crate::ui::person::names_of;
use crate::ui::state::Part;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;

/// Where an outage is practised: servers of the person's choice are cut for a minute.
#[component]
pub fn PracticePanel() -> impl IntoView {
    let ctx = ctx();
    let choosing = RwSignal::new(false);
    let running = memo(move || ctx.watch(Part::Practice, |state| state.practice().is_some()));
    let enough = memo(move || ctx.watch(Part::ServerList, |state| state.servers().len() > 1));
    // What goes on over the servers that are left, and what does not.
    let meanwhile = move || {
        ctx.watch(Part::Practice, |_| ());
        ctx.watch(Part::Reach, |state| {
            let waiting = state.out_of_reach();
            let names = names_of(state, &waiting);
            let waits = || say_with("practice.waits_now", &[("names", &names)]);
            match (waiting.len(), state.reachable().count()) {
                (0, _) => say("practice.works"),
                (waiting, all) if waiting == all => waits(),
                _ => format!("{} {}", say("practice.works"), waits()),
            }
        })
    };
    let about = move || match (running.get(), enough.get()) {
        (true, _) => meanwhile(),
        (false, true) => say("practice.words"),
        (false, false) => say("practice.needs_two"),
    };
    let choose = move |_| {
        ctx.change(|state| state.choose_cut());
        choosing.set(true);
    };
    let choice = move || choosing.get().then(|| view! { <PracticeChoice choosing/> }.into_any());
    view! {
        <section class="panel">
            <h3 class="panel-title">{say("practice.title")}</h3>
            <p class="quiet">{words(about)}</p>
            <button
                class="button" type="button" hidden=attr(move || running.get())
                disabled=attr(move || !enough.get()) on:click=choose
            >
                {say("practice.title")}
            </button>
            {maybe(choice)}
        </section>
    }
}
