//! Times, days and numbers as the person's own region writes them.
//!
//! The browser's `Intl` knows every calendar rule; it is asked once a locale and
//! its answers are kept.

use crate::ui::words::say;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use zajil_api::UnixTime;

struct Formats {
    time: Function,
    weekday: Function,
    day: Function,
    day_and_year: Function,
    short_date: Function,
    moment: Function,
    number: Function,
    plural: Intl::PluralRules,
}

thread_local! {
    static FORMATS: RefCell<Option<Formats>> = const { RefCell::new(None) };
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        // Setting a plain property on a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), &JsValue::from_str(value));
    }
    object
}

/// Writes dates and digits as `tag` does from now on.
pub fn set_locale(tag: &str) {
    let locales = Array::of1(&JsValue::from_str(tag));
    let date =
        |pairs: &[(&str, &str)]| Intl::DateTimeFormat::new(&locales, &options(pairs)).format();
    let formats = Formats {
        time: date(&[("hour", "numeric"), ("minute", "2-digit")]),
        weekday: date(&[("weekday", "long")]),
        day: date(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]),
        day_and_year: date(&[("day", "numeric"), ("month", "long"), ("year", "numeric")]),
        short_date: date(&[("day", "numeric"), ("month", "numeric"), ("year", "2-digit")]),
        moment: date(&[("dateStyle", "full"), ("timeStyle", "short")]),
        number: Intl::NumberFormat::new(&locales, &Object::new()).format(),
        plural: Intl::PluralRules::new(&locales, &Object::new()),
    };
    FORMATS.with_borrow_mut(|kept| *kept = Some(formats));
}

fn call(choose: impl Fn(&Formats) -> &Function, value: &JsValue) -> String {
    FORMATS
        .with_borrow(|formats| {
            formats.as_ref().and_then(|f| choose(f).call1(&JsValue::UNDEFINED, value).ok())
        })
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// A time as a JavaScript date; beyond what dates can hold, the last one they can.
fn date(at: UnixTime) -> Date {
    const LAST: u64 = 8_640_000_000_000;
    Date::new(&JsValue::from_f64(at.0.min(LAST) as f64 * 1000.0))
}

pub fn now() -> UnixTime {
    UnixTime((Date::now() / 1000.0) as u64)
}

/// The local day, counted since 1970.
pub fn day_of(at: UnixTime) -> i64 {
    let date = date(at);
    ((date.get_time() / 60_000.0 - date.get_timezone_offset()) / 1440.0).floor() as i64
}

/// `14:05`, or as the region writes it.
pub fn time(at: UnixTime) -> String {
    call(|f| &f.time, &date(at))
}

/// Date and time as short as can be: `22/11/26 14:05`.
pub fn date_and_time(at: UnixTime) -> String {
    format!("{} {}", call(|f| &f.short_date, &date(at)), time(at))
}

/// A full date and time, for the title of a message's time.
pub fn moment(at: UnixTime) -> String {
    call(|f| &f.moment, &date(at))
}

/// The words on a day separator.
pub fn day(at: UnixTime, today: i64) -> String {
    match today - day_of(at) {
        0 => say("time.today"),
        1 => say("time.yesterday"),
        2..=300 => call(|f| &f.day, &date(at)),
        _ => call(|f| &f.day_and_year, &date(at)),
    }
}

/// The shortest words that place a chat's last message.
pub fn when(at: UnixTime, today: i64) -> String {
    match today - day_of(at) {
        ..=0 => time(at),
        1 => say("time.yesterday"),
        2..=6 => call(|f| &f.weekday, &date(at)),
        _ => call(|f| &f.short_date, &date(at)),
    }
}

/// A whole number in the region's digits.
pub fn number(n: u32) -> String {
    call(|f| &f.number, &JsValue::from_f64(f64::from(n)))
}

/// CLDR's name for the plural form that `n` takes.
pub fn plural_form(n: u32) -> String {
    FORMATS
        .with_borrow(|formats| formats.as_ref().map(|f| f.plural.select(f64::from(n))))
        .and_then(|form| form.as_string())
        .unwrap_or_else(|| "other".to_owned())
}
