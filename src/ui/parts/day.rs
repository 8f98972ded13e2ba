use crate::ui::context::ctx;
use crate::ui::format;
use crate::ui::live::words;
use leptos::prelude::*;
use zajil_api::UnixTime;

/// The pill that says which day the messages below it are from.
#[component]
pub fn DayPill(at: UnixTime) -> impl IntoView {
    let ctx = ctx();
    view! { <div class="day"><span class={"pill"}>{words(move || format::day(at, ctx.today.get()))}</span></div> }
}
