//! The page around the app: its address, title, language, theme and clipboard.
//!
//! One of the interface's few edges to the browser. Everything here may be missing
//! or refused by a browser, and then quietly does nothing.

use crate::ui::format;
use crate::ui::prefs::{self, Theme};
use crate::ui::route::Route;
use crate::ui::words::{Language, say, speak};
use gloo::timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, Storage, Window};

/// The name an invite is kept under until it is followed.
const INVITE: &str = "zajil.invite";

fn window() -> Option<Window> {
    web_sys::window()
}

fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

pub fn route() -> Route {
    let hash = window().and_then(|w| w.location().hash().ok()).unwrap_or_default();
    match Route::parse(&hash) {
        Route::Invite(payload) if payload.is_empty() => Route::Invite(kept_invite()),
        route => route,
    }
}

fn this_tab() -> Option<Storage> {
    window()?.session_storage().ok()?
}

/// Lets an invite outlive a reload once it has left the address bar, in this tab alone.
pub fn keep_invite(payload: &str) {
    if let Some(storage) = this_tab() {
        let _ = storage.set_item(INVITE, payload);
    }
}

pub fn forget_invite() {
    if let Some(storage) = this_tab() {
        let _ = storage.remove_item(INVITE);
    }
}

fn kept_invite() -> String {
    this_tab().and_then(|storage| storage.get_item(INVITE).ok()?).unwrap_or_default()
}

/// Goes to a page; the browser's back button returns.
pub fn go(route: &Route) {
    if let Some(window) = window() {
        let _ = window.location().set_hash(&route.hash());
    }
}

/// Rewrites the address without a step in the history.
pub fn replace_address(route: &Route) {
    if let Some(history) = window().and_then(|w| w.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&route.hash()));
    }
}

/// The whole link to hand to other people.
pub fn invite_link(payload: &str) -> String {
    let location = window().map(|w| w.location());
    let origin = location.as_ref().and_then(|l| l.origin().ok()).unwrap_or_default();
    let path = location.as_ref().and_then(|l| l.pathname().ok()).unwrap_or_else(|| "/".to_owned());
    let path = path.trim_end_matches("index.html");
    format!("{origin}{path}{}", Route::Invite(payload.to_owned()).hash())
}

/// Speaks a language and turns the page its way.
pub fn set_language(language: Language, tag: &str) {
    speak(language, tag);
    if let Some(root) = root() {
        let _ = root.set_attribute("lang", tag);
        let _ = root.set_attribute("dir", language.direction());
    }
    set_unread(0);
}

pub fn set_theme(theme: Theme) {
    let Some(root) = root() else { return };
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        theme => root.set_attribute("data-theme", theme.name()),
    };
}

/// Puts the number of unread messages in front of the title.
pub fn set_unread(messages: u32) {
    let Some(document) = window().and_then(|w| w.document()) else { return };
    let name = say("app.name");
    let title = match messages {
        0 => name,
        some => format!("({}) {name}", format::number(some)),
    };
    if document.title() != title {
        document.set_title(&title);
    }
}

/// The host this page came from, where it came unencrypted.
pub fn plain_host() -> Option<String> {
    let location = window()?.location();
    let plain = location.protocol().is_ok_and(|protocol| protocol == "http:");
    location.hostname().ok().filter(|_| plain)
}

/// Whether somebody can be looking at this tab.
pub fn is_visible() -> bool {
    window().and_then(|w| w.document()).is_none_or(|d| !d.hidden())
}

/// On a touch keyboard Enter is the only way to break a line.
pub fn has_touch_keyboard() -> bool {
    matches("(pointer: coarse)")
}

pub fn prefers_less_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

fn matches(query: &str) -> bool {
    window().and_then(|w| w.match_media(query).ok().flatten()).is_some_and(|m| m.matches())
}

/// Copies a text; `false` when the browser did not allow it.
pub async fn copy(text: String) -> bool {
    let Some(window) = window() else { return false };
    if !window.is_secure_context() {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok()
}

/// Applies what this browser remembers; answers the language it speaks.
pub fn restore_preferences() -> Language {
    let (language, tag) = prefs::language();
    set_language(language, &tag);
    set_theme(prefs::theme());
    language
}

fn element(id: &str) -> Option<Element> {
    window()?.document()?.get_element_by_id(id)
}

/// A page stands in the place of another, which may have been scrolled down.
pub fn to_top() {
    if let Some(pane) = element("pane") {
        pane.set_scroll_top(0);
    }
}

/// Puts the keyboard on an element that was just drawn anew.
pub fn focus(id: &'static str) {
    Timeout::new(0, move || {
        if let Some(element) = element(id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    })
    .forget();
}

/// Empties the place the app is mounted in.
pub fn clear(place: &Element) {
    while let Some(child) = place.first_child() {
        if place.remove_child(&child).is_err() {
            return;
        }
    }
}

pub fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}
