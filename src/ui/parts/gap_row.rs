use crate::ui::page;
use crate::ui::words::{say, say_count};
use leptos::prelude::*;
use zajil_api::GapCause;

/// Where messages are missing: how many, why, and what happens about it.
#[component]
pub fn GapRow(count: u32, cause: GapCause) -> impl IntoView {
    let words = match cause {
        GapCause::NotHandedOut => "gap.not_handed_out",
        GapCause::KeyOnTheWay => "gap.key_on_the_way",
        GapCause::KeyGone => "gap.key_gone",
        GapCause::Damaged => "gap.damaged",
        GapCause::Newer => "gap.newer",
        GapCause::GivenUp => "gap.given_up",
    };
    view! {
        <div class="system gap" tabindex="-1">
            <p class="gap-count">{say_count("gap.missing", count)}</p>
            <p>{say(words)}</p>
            {(cause == GapCause::Newer).then(|| view! {
                <button class="button-text" type="button" tabindex="-1" on:click=|_| page::reload()>{say("stopped.reload")}</button>
            })}
        </div>
    }
}
