//! What this browser remembers about looks: language, theme, the list's width; and
//! that it was used.
//!
//! Never anything personal: `localStorage` is open to whoever opens the device.
//! A browser that refuses storage only forgets these.

use crate::ui::words::Language;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, Storage};

const LANGUAGE: &str = "zajil.language";
const THEME: &str = "zajil.theme";
const LIST_WIDTH: &str = "zajil.list_width";
const BEGUN: &str = "zajil.begun";
const KEY_CARD: &str = "zajil.key_card";
const FIRST_MESSAGE: &str = "zajil.first_message";
/// The longest that a browser keeps a cookie.
const SECONDS_OF_A_COOKIE: &str = "34560000";
const NO_SECONDS: &str = "0";

thread_local! {
    /// Whether this page has noted that an account is here.
    static NOTED: Cell<bool> = const { Cell::new(false) };
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden: the preference lasts until the page closes.
        let _ = storage.set_item(key, value);
    }
}

/// The chosen language with the region's variant of it, or what the browser prefers.
pub fn language() -> (Language, String) {
    let wanted: Vec<String> = web_sys::window()
        .map(|window| window.navigator().languages())
        .map(|list| list.iter().filter_map(|tag| tag.as_string()).collect())
        .unwrap_or_default();
    let language = get(LANGUAGE)
        .and_then(|tag| Language::from_tag(&tag))
        .unwrap_or_else(|| Language::preferred(wanted.iter().map(String::as_str)));
    let tag = wanted
        .into_iter()
        .find(|tag| Language::from_tag(tag) == Some(language))
        .unwrap_or_else(|| language.tag().to_owned());
    (language, tag)
}

pub fn set_language(language: Language) {
    set(LANGUAGE, language.tag());
}

pub fn theme() -> Theme {
    get(THEME).map(|name| Theme::from_name(&name)).unwrap_or_default()
}

pub fn set_theme(theme: Theme) {
    set(THEME, theme.name());
}

/// In CSS pixels.
pub fn list_width() -> Option<i32> {
    get(LIST_WIDTH)?.parse().ok()
}

pub fn set_list_width(width: i32) {
    set(LIST_WIDTH, &width.to_string());
}

/// Whether this browser held an account: decides which shell is painted before the
/// engine answers, and whether an account that is not there was removed.
pub fn has_begun() -> bool {
    get(BEGUN).is_some() || is_in_cookie()
}

/// A date and nothing else. Also in a cookie, which browsers keep that remove all that a site
/// stored (Firefox, where room runs out).
pub fn set_begun() {
    if NOTED.replace(true) {
        return;
    }
    if get(BEGUN).is_none() {
        let now = String::from(js_sys::Date::new_0().to_iso_string());
        set(BEGUN, now.get(..10).unwrap_or("1"));
    }
    set_cookie(SECONDS_OF_A_COOKIE);
}

pub fn forget_begun() {
    NOTED.set(false);
    set_cookie(NO_SECONDS);
    for key in [BEGUN, KEY_CARD, FIRST_MESSAGE] {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(key);
        }
    }
}

fn document() -> Option<HtmlDocument> {
    web_sys::window()?.document()?.dyn_into().ok()
}

fn is_in_cookie() -> bool {
    let all = document().and_then(|document| document.cookie().ok()).unwrap_or_default();
    all.contains(BEGUN)
}

fn set_cookie(seconds: &str) {
    if let Some(document) = document() {
        let cookie = format!("{BEGUN}=1; Max-Age={seconds}; Path=/; SameSite=Strict");
        // Forbidden: the other place has to do.
        let _ = document.set_cookie(&cookie);
    }
}

/// True once: when the first message of one's own was kept.
pub fn take_first_message() -> bool {
    let is_first = get(FIRST_MESSAGE).is_none();
    if is_first {
        set(FIRST_MESSAGE, "1");
    }
    is_first
}

/// Whether the card about the key was read and put away.
pub fn is_key_card_read() -> bool {
    get(KEY_CARD).is_some()
}

pub fn set_key_card_read() {
    set(KEY_CARD, "1");
}
