use super::icon::{Glyph, Icon};
use crate::ui::context::ctx;
use crate::ui::format::{self, number};
use crate::ui::live::words;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use std::time::Duration;
use zajil_api::{Command, UnixTime};

/// Over every page while an outage is practised: how long still, and the way out.
#[component]
pub fn PracticeStrip(cut: usize, of: usize, until: UnixTime) -> impl IntoView {
    let ctx = ctx();
    let now = RwSignal::new(format::now());
    let tick = move || now.set(format::now());
    if let Ok(clock) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || clock.clear());
    }
    let count = |n: usize| number(u32::try_from(n).unwrap_or(u32::MAX));
    let running = say_with("practice.running", &[("cut", &count(cut)), ("of", &count(of))]);
    let left = move || {
        let left = u32::try_from(until.0.saturating_sub(now.get().0)).unwrap_or(u32::MAX);
        say_with("practice.left", &[("s", &number(left))])
    };
    let end = move |_| ctx.command(Command::EndPractice);
    view! {
        <div class="strip">
            <Icon glyph=Glyph::Server/>
            <p class="strip-words" role="status">{running}</p>
            // Not read out second by second.
            <p class="strip-clock" role="timer">{words(left)}</p>
            <button class="button-text" type="button" on:click=end>{say("practice.end")}</button>
        </div>
    }
}
