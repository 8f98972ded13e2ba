//! Going through a conversation by keyboard: one stop for Tab, then arrows from message to
//! message, and Enter for what can be done with one.

use super::scroll::Scroll;
use super::sight::{last_visible, place_of, row_of};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};
use zajil_api::Place;

/// What the arrows stop at.
const STOPS: &str = ".message, .gap";

impl Scroll {
    pub fn keyed(&self, event: &KeyboardEvent) {
        let Some((scroller, log)) = self.elements() else { return };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(target) = target else { return };
        let here = target.closest(STOPS).ok().flatten();
        let next = match (event.key().as_str(), &here) {
            ("Enter", Some(row)) if *row == target => {
                // Or the same key closes what it opens.
                event.prevent_default();
                if let Some(button) = row.query_selector("button").ok().flatten() {
                    press(button);
                }
                return;
            }
            ("ArrowUp" | "ArrowDown", None) => {
                last_visible(&scroller, &log).and_then(|place| row_of(&log, place))
            }
            ("ArrowUp", Some(row)) => beside(&log, row, -1),
            ("ArrowDown", Some(row)) => beside(&log, row, 1),
            _ => return,
        };
        if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
            event.prevent_default();
            self.focus.set_value(place_of(&next).unwrap_or_default());
            let _ = next.focus();
        }
    }

    /// A row may be drawn anew, or go, with the keyboard on it.
    pub fn keep_focus(&self) {
        let Some((_, log)) = self.elements() else { return };
        let place = self.focus.get_value();
        let now = document().active_element();
        if place != Place::START && now.is_none_or(|now| now.tag_name() == "BODY") {
            let row = row_of(&log, place).and_then(|row| row.dyn_into::<HtmlElement>().ok());
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = row.unwrap_or_else(|| (*log).clone()).focus_with_options(&options);
        }
    }
}

fn press(button: Element) {
    if let Ok(button) = button.dyn_into::<HtmlElement>() {
        button.click();
    }
}

fn beside(log: &Element, row: &Element, step: i64) -> Option<Element> {
    let rows = log.query_selector_all(STOPS).ok()?;
    let here = (0..rows.length()).find(|at| rows.item(*at).as_ref() == Some(row))?;
    rows.item(u32::try_from(i64::from(here) + step).ok()?)?.dyn_into().ok()
}
