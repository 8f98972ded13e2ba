use crate::ui::format::number;
use crate::ui::words::{say, say_with};
use leptos::prelude::*;
use zajil_api::MessageState;

const CLOCK: &str = "M9 2.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM9 5.5V9l2.3 1.6";
const TICK: &str = "m3.5 9.5 3.4 3.4L14.5 5";
const TICKS: &str = "m1 9.5 3.4 3.4L12 5M8.6 12.4l.5.5L17 5";
const ALERT: &str = "M9 5v4.6m0 2.6v.1M9 2.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z";

/// What became of one's own message: a mark with one of five names, and the longer
/// story in its title.
#[component]
pub fn Mark(state: MessageState) -> impl IntoView {
    let (class, path) = match state {
        MessageState::NotSent => ("mark mark-failed", ALERT),
        MessageState::Sending => ("mark", CLOCK),
        MessageState::Sent { .. } => ("mark", TICK),
        MessageState::Delivered => ("mark", TICKS),
        MessageState::Read => ("mark mark-read", TICKS),
    };
    view! {
        <span class=class role="img" aria-label=state_name(state) title=story(state)>
            <svg viewBox="0 0 18 18" aria-hidden="true" focusable="false">
                <path d=path></path>
            </svg>
        </span>
    }
}

pub fn state_name(state: MessageState) -> String {
    say(match state {
        MessageState::NotSent => "mark.not_sent",
        MessageState::Sending => "mark.sending",
        MessageState::Sent { .. } => "mark.sent",
        MessageState::Delivered => "mark.delivered",
        MessageState::Read => "mark.read",
    })
}

/// Where the message is, in a sentence.
pub fn story(state: MessageState) -> String {
    match state {
        MessageState::NotSent => say("mark.not_sent_story"),
        MessageState::Sending => say("mark.sending_story"),
        MessageState::Sent { on, of } => {
            let (on, of) = (number(u32::from(on)), number(u32::from(of)));
            say_with("mark.sent_story", &[("on", &on), ("of", &of)])
        }
        MessageState::Delivered => say("mark.delivered_story"),
        MessageState::Read => say("mark.read_story"),
    }
}
