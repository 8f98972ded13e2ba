use super::icon::{Glyph, Icon};
use super::practice_choice::SECONDS;
use crate::ui::context::ctx;
use crate::ui::format::{self, number};
use crate::ui::live::words;
use crate::ui::state::Practised;
use crate::ui::words::{say, say_count, say_with};
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
    let left = move || say_with("practice.left", &[("s", &number(left(until, now.get())))]);
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

/// Whole seconds, and of one minute never more than sixty: the end is a rounded time.
fn left(until: UnixTime, now: UnixTime) -> u32 {
    let seconds = until.0.saturating_sub(now.0).min(u64::from(SECONDS));
    u32::try_from(seconds).unwrap_or_default()
}

/// What a practice showed, in a sentence or two.
pub fn result_words(Practised { came, went, waiting }: Practised) -> String {
    let went_on = match (came, went) {
        (0, 0) if waiting == 0 => return say("practice.quiet"),
        (0, 0) => say("practice.over"),
        _ => {
            let (came, went) = (number(came), number(went));
            say_with("practice.result", &[("went", &went), ("came", &came)])
        }
    };
    match waiting {
        0 => went_on,
        waiting => format!("{went_on} {}", say_count("practice.waited", waiting)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_never_begins_with_more_than_sixty_seconds() {
        let seconds = |until| left(UnixTime(until), UnixTime(100));
        assert_eq!([161, 160, 159, 100, 90].map(seconds), [60, 60, 59, 0, 0]);
    }
}
