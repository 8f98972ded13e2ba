//! The browser's own events that the whole app listens to.

use crate::ui::context::Ctx;
use crate::ui::route::Route;
use crate::ui::state::{AppState, Network};
use crate::ui::{format, page};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Interval;
use leptos::prelude::*;

/// Follows the address bar and the calendar for as long as the page lives.
pub fn install(ctx: Ctx) {
    let Some(window) = web_sys::window() else { return };
    EventListener::new(&window, "hashchange", move |_| {
        let route = page::route();
        if ctx.route.get_untracked() != route {
            ctx.notice.set(None);
            if !matches!(route, Route::Invite(_)) {
                page::forget_invite();
            }
            ctx.route.set(route);
            page::to_top();
        }
    })
    .forget();
    for (event, network) in [("online", Network::Here), ("offline", Network::Gone)] {
        EventListener::new(&window, event, move |_| {
            let part = ctx.change(|state| state.note_network(network));
            ctx.wake([part]);
        })
        .forget();
    }
    // The browser asks whether to leave all the same.
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "beforeunload", options, move |event| {
        if ctx.peek(AppState::has_waiting) {
            event.prevent_default();
        }
    })
    .forget();
    Interval::new(60_000, move || {
        let today = format::day_of(format::now());
        if ctx.today.get_untracked() != today {
            ctx.today.set(today);
        }
    })
    .forget();
}
