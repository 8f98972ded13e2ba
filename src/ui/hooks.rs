//! The browser's own events that the whole app listens to.

use crate::ui::context::Ctx;
use crate::ui::route::Route;
use crate::ui::state::Network;
use crate::ui::{format, page};
use gloo::events::EventListener;
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
    Interval::new(60_000, move || {
        let today = format::day_of(format::now());
        if ctx.today.get_untracked() != today {
            ctx.today.set(today);
        }
    })
    .forget();
}
