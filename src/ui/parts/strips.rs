use super::icon::{Glyph, Icon};
use super::pigeon::Pigeon;
use super::practice_strip::PracticeStrip;
use crate::ui::context::{ctx, memo};
use crate::ui::format::number;
use crate::ui::state::{AppState, Part};
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::{CatchUp, Command, Lead, Storage};

/// What concerns everything at once, and only while it does: nothing can be kept, this
/// tab only reads, no server reachable, an outage that is practised, fetching.
#[component]
pub fn Strips() -> impl IntoView {
    let ctx = ctx();
    let cut_off = memo(move || ctx.watch(Part::Reach, AppState::is_cut_off));
    let storage = memo(move || ctx.watch(Part::Storage, |state| state.storage));
    let lead = memo(move || ctx.watch(Part::Lead, |state| state.lead));
    let retry = move |_| {
        ctx.send(Command::RetryStorage);
    };
    let storage_strip = move || {
        let words = match storage.get() {
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
    let reach_strip = move || {
        cut_off.get().then(|| {
            view! {
                <div class="strip" role="status">
                    <Pigeon/>
                    <p class={"strip-words"}>{say("reach.none")}</p>
                </div>
            }
        })
    };
    let lead_strip = move || {
        let (class, words) = match lead.get() {
            Lead::Working => return None,
            Lead::Changing => ("strip strip-late", "lead.changing"),
            Lead::ReadOnly => ("strip", "lead.read_only"),
        };
        Some(
            view! { <div class=class role="status"><p class={"strip-words"}>{say(words)}</p></div> },
        )
    };
    let fetching = memo(move || ctx.watch(Part::CatchUp, |s| s.catch_up != CatchUp::Done));
    // The count alone changes in place, so that what is under a second stays unseen.
    let catch_up_strip = move || {
        fetching.get().then(|| {
            let words = move || fetch_words(ctx.watch(Part::CatchUp, |state| state.catch_up));
            view! { <div class="strip strip-late strip-thin"><p class={"strip-words"}>{words}</p></div> }
        })
    };
    view! {
        {storage_strip}
        {lead_strip}
        {reach_strip}
        <PracticeStrip/>
        {catch_up_strip}
    }
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
