//! Every word the interface says, by key, in the language that was chosen.
//!
//! Components hold keys, never words; the words live in `www/locales`. Changing
//! the language draws the app anew, so what is said here needs no signal.

mod catalog;
mod language;

pub use language::Language;

use crate::ui::format;
use catalog::{Catalog, fill};
use leptos::prelude::*;
use std::cell::RefCell;

thread_local! {
    static CATALOG: RefCell<Option<Catalog>> = const { RefCell::new(None) };
}

/// Speaks `language` from now on. `tag` is the person's own variant of it
/// (`ar-MA`), which decides digits and dates.
pub fn speak(language: Language, tag: &str) {
    CATALOG.with_borrow_mut(|catalog| *catalog = Some(language.catalog()));
    format::set_locale(tag);
}

/// The text behind `key`.
#[inline(never)]
pub fn say(key: &str) -> String {
    text(key).to_owned()
}

/// The text behind `key`, with values filled in. For labels and numbers; where a
/// name stands in visible text, use [`sentence`].
#[inline(never)]
pub fn say_with(key: &str, values: &[(&str, &str)]) -> String {
    fill(text(key), values)
}

/// The text behind `key` in the plural form that `n` needs, `{n}` in local digits.
#[inline(never)]
pub fn say_count(key: &str, n: u32) -> String {
    let form = format::plural_form(n);
    let text = CATALOG
        .with_borrow(|catalog| catalog.as_ref().and_then(|catalog| catalog.plural(key, &form)));
    fill(text.unwrap_or_default(), &[("n", &format::number(n))])
}

/// The text behind `key` with a person's name in it, isolated so that neither
/// disturbs the other's direction.
pub fn sentence(key: &str, name: String) -> impl IntoView {
    let (before, after) = text(key).split_once("{name}").unwrap_or((text(key), ""));
    view! {
        {before}
        <bdi>{name}</bdi>
        {after}
    }
}

fn text(key: &str) -> &'static str {
    CATALOG
        .with_borrow(|catalog| catalog.as_ref().and_then(|catalog| catalog.text(key)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
