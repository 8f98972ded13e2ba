use super::icon::{Glyph, Icon};
use super::pigeon::Pigeon;
use super::practice_strip::PracticeStrip;
use crate::ui::context::{ctx, memo};
use crate::ui::format::number;
use crate::ui::live::{maybe, words};
use crate::ui::state::{AppState, Part};
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{CatchUp, Command, Lead, Storage};

/// What concerns everything at once, and only while it does: nothing can be kept, this
/// tab only reads, no server reachable, an outage that is practised, fetching.
#[component]
pub fn Strips() -> impl IntoView {
    let ctx = ctx();
    let cut_off = memo(move || ctx.watch(Part::Reach, AppState::is_held_back));
    let doubted = memo(move || ctx.watch(Part::Reach, AppState::is_doubted));
    let retry = move |_| {
        ctx.send(Command::RetryStorage);
    };
    let storage_strip = move || {
        let words = match ctx.watch(Part::Storage, |state| state.storage) {
            Storage::Working => return None,
            Storage::Full => "storage.full",
            Storage::Failing => "storage.failing",
        };
        Some(view! {
            <div class="strip strip-bad" role="alert">
                <Icon glyph=Glyph::Alert/>
                <p class={"strip-words"}>{say(words)}</p>
                <button class="button-text" type="button" on:click=retry>{say("storage.retry")}</button>
            </div>
        })
    };
    let lead_strip = move || match ctx.watch(Part::Lead, |state| state.lead) {
        Lead::Working => None,
        Lead::Changing => {
            Some(plain("strip strip-late", "status", say("lead.changing").into_any()))
        }
        Lead::ReadOnly => Some(plain("strip", "status", say("lead.read_only").into_any())),
    };
    let reach_strip = move || {
        let words = if cut_off.get() { "reach.none" } else { "reach.doubted" };
        (cut_off.get() || doubted.get()).then(|| {
            view! {
                <div class="strip" role="status">
                    <Pigeon/>
                    <p class={"strip-words"}>{say(words)}</p>
                </div>
            }
        })
    };
    let practice_strip = move || {
        let running = |state: &AppState| {
            state.practice().map(|running| (running.cut, state.servers().len(), running.until))
        };
        let running = ctx.watch(Part::Practice, running);
        running.map(|(cut, of, until)| view! { <PracticeStrip cut of until/> }.into_any())
    };
    let fetching = memo(move || ctx.watch(Part::CatchUp, |s| s.catch_up != CatchUp::Done));
    // The count alone changes in place, so that what is under a second stays unseen.
    let catch_up_strip = move || {
        fetching.get().then(|| {
            let count = move || fetch_words(ctx.watch(Part::CatchUp, |state| state.catch_up));
            // Not read out count by count.
            plain("strip strip-late strip-thin", "note", words(count))
        })
    };
    view! {
        {maybe(storage_strip)}
        {maybe(lead_strip)}
        {maybe(reach_strip)}
        {maybe(practice_strip)}
        {maybe(catch_up_strip)}
    }
}

pub fn plain(class: &'static str, role: &'static str, words: AnyView) -> AnyView {
    view! { <div class=class role=role><p class="strip-words">{words}</p></div> }.into_any()
}

fn fetch_words(catch_up: CatchUp) -> String {
    match catch_up {
        CatchUp::Running { fetched, of: Some(of) } => {
            let (fetched, of) = (number(fetched), number(of.max(fetched)));
            say_with("catch_up.counted", &[("fetched", &fetched), ("of", &of)])
        }
        CatchUp::Running { fetched: n @ 1.., of: None } => {
            say_with("catch_up.fetched", &[("fetched", &number(n))])
        }
        _ => say("catch_up.begun"),
    }
}
