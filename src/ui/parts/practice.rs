use super::dialog::Dialog;
use crate::ui::context::{Answer, ctx, memo};
use crate::ui::failure::sentence_for;
use crate::ui::state::Part;
use crate::ui::words::say;
use leptos::prelude::*;
use zajil_api::{Command, RelayUrl};

/// How long a practice lasts.
const SECONDS: u16 = 60;

/// Where an outage is practised: servers of the person's choice are cut for a minute.
#[component]
pub fn PracticePanel() -> impl IntoView {
    let ctx = ctx();
    let choosing = RwSignal::new(false);
    let running = memo(move || ctx.watch(Part::Practice, |state| state.practice().is_some()));
    let enough = memo(move || ctx.watch(Part::ServerList, |state| state.servers().len() > 1));
    let words = move || match (running.get(), enough.get()) {
        (true, _) => say("practice.works"),
        (false, true) => say("practice.words"),
        (false, false) => say("practice.needs_two"),
    };
    view! {
        <section class="panel">
            <h3 class="panel-title">{say("practice.title")}</h3>
            <p class="quiet">{words}</p>
            {move || (!running.get()).then(|| view! {
                <button class="button" type="button" disabled=move || !enough.get() on:click=move |_| choosing.set(true)>
                    {say("practice.title")}
                </button>
            })}
            {move || choosing.get().then(|| view! { <Choice choosing/> })}
        </section>
    }
}

/// Which servers are cut: all but one, unless the person wants otherwise.
#[component]
fn Choice(choosing: RwSignal<bool>) -> impl IntoView {
    let ctx = ctx();
    let all: Vec<RelayUrl> =
        ctx.peek(|state| state.servers().iter().map(|server| server.url.clone()).collect());
    let count = all.len();
    let chosen = RwSignal::new(ctx.peek(|state| state.practice_choice()));
    let possible = move || chosen.with(|chosen| (1..count).contains(&chosen.len()));
    let start = move |_| {
        let servers = chosen.get_untracked();
        choosing.set(false);
        ctx.ask(Command::PractiseOutage { servers, seconds: SECONDS }, move |answer| {
            if let Answer::Refused(failure) = answer {
                ctx.notice.set(Some(sentence_for(&failure)));
            }
        });
    };
    let row = |url: RelayUrl| {
        let address = url.to_string();
        let is_chosen = chosen.with_untracked(|chosen| chosen.contains(&url));
        let flip = move |event| {
            chosen.update(|chosen| match event_target_checked(&event) {
                true => chosen.push(url.clone()),
                false => chosen.retain(|other| *other != url),
            });
        };
        view! {
            <label class="setting">
                <span class={"server-url"} dir="ltr">{address}</span>
                <input class="switch" type="checkbox" role="switch" prop:checked=is_chosen on:change=flip/>
            </label>
        }
    };
    let rows = all.into_iter().map(row).collect_view();
    view! {
        <Dialog title="practice.choose" on_close=Callback::new(move |()| choosing.set(false))>
            <div>{rows}</div>
            <p class="quiet small">{say("practice.leave_one")}</p>
            <button class="button button-main" type="button" disabled=move || !possible() on:click=start>
                {say("practice.start")}
            </button>
        </Dialog>
    }
}
