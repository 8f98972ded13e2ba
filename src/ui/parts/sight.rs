//! What of a conversation is on the screen, and moving it there.

use wasm_bindgen::JsCast;
use web_sys::Element;
use zajil_api::Place;

pub fn measure(scroller: &Element) -> [i32; 3] {
    [scroller.scroll_height(), scroller.client_height(), scroller.scroll_top()]
}

pub fn distance_to_end(scroller: &Element) -> f64 {
    f64::from(scroller.scroll_height() - scroller.scroll_top() - scroller.client_height())
}

pub fn to_end(scroller: &Element) {
    scroller.set_scroll_top(scroller.scroll_height());
}

pub fn glide_to_end(scroller: &Element) {
    let options = web_sys::ScrollToOptions::new();
    options.set_top(f64::from(scroller.scroll_height()));
    options.set_behavior(web_sys::ScrollBehavior::Smooth);
    scroller.scroll_to_with_scroll_to_options(&options);
}

pub fn scroll_by(scroller: &Element, delta: f64) {
    if delta.abs() >= 1.0 {
        scroller.set_scroll_top(scroller.scroll_top() + delta.round() as i32);
    }
}

pub fn offset(scroller: &Element, row: &Element) -> f64 {
    row.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top()
}

pub fn place_of(row: &Element) -> Option<Place> {
    row.get_attribute("data-place")?.parse().ok()
}

pub fn row_of(log: &Element, place: Place) -> Option<Element> {
    log.query_selector(&format!("[data-place='{place}']")).ok().flatten()
}

/// The rows in order, and how many of them satisfy `before`, which must hold for a
/// first stretch of them only: a dozen measurements instead of hundreds.
fn split(log: &Element, before: impl Fn(&Element) -> bool) -> Option<(web_sys::NodeList, u32)> {
    let rows = log.query_selector_all("[data-place]").ok()?;
    let (mut low, mut high) = (0, rows.length());
    while low < high {
        let middle = low.midpoint(high);
        if before(&row_at(&rows, middle)?) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Some((rows, low))
}

fn row_at(rows: &web_sys::NodeList, at: u32) -> Option<Element> {
    rows.item(at)?.dyn_into().ok()
}

/// The first row that is seen, and how far below the top it begins.
pub fn first_visible(scroller: &Element, log: &Element) -> Option<(Place, f64)> {
    let top = scroller.get_bounding_client_rect().top();
    let (rows, at) = split(log, |row| row.get_bounding_client_rect().bottom() <= top)?;
    let row = row_at(&rows, at)?;
    Some((place_of(&row)?, offset(scroller, &row)))
}

/// The last row that is seen to its end.
pub fn last_visible(scroller: &Element, log: &Element) -> Option<Place> {
    let bottom = scroller.get_bounding_client_rect().bottom() + 1.0;
    let (rows, at) = split(log, |row| row.get_bounding_client_rect().bottom() <= bottom)?;
    place_of(&row_at(&rows, at.checked_sub(1)?)?)
}
