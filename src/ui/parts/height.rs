//! A field as high as its text, where the style sheet alone cannot make it so.

use super::scroll::Scroll;
use leptos::html::Textarea;
use leptos::prelude::*;
use web_sys::{HtmlElement, HtmlTextAreaElement};

/// A word of more bytes is broken anywhere.
const ENDLESS: usize = 1000;

#[derive(Clone, Copy)]
pub struct Height {
    field: NodeRef<Textarea>,
    scroll: Scroll,
    due: StoredValue<bool>,
    length: StoredValue<u32>,
}

impl Height {
    pub fn new(field: NodeRef<Textarea>, scroll: Scroll) -> Self {
        Self { field, scroll, due: StoredValue::new(false), length: StoredValue::new(0) }
    }

    /// Once before the next picture is painted, however often the text changes until
    /// then: setting a long text is slow.
    pub fn fit(&self, text: &str) {
        let this = *self;
        let Some(Some(area)) = this.field.try_get_untracked() else { return };
        // Browsers look long for where such a word might be broken, at every key.
        let endless = text.split_whitespace().any(|word| word.len() > ENDLESS);
        let breaks = if endless { "break-all" } else { "" };
        let _ = HtmlElement::style(&area).set_property("word-break", breaks);
        if sizes_itself(&area) {
            // It may have been low in between, which moves the list without a trace.
            this.scroll.restore();
            return;
        }
        if this.due.get_value() {
            return;
        }
        this.due.set_value(true);
        request_animation_frame(move || {
            if this.due.try_set_value(false).is_none() {
                this.measure(&area);
            }
        });
    }

    fn measure(&self, area: &HtmlTextAreaElement) {
        let length = area.text_length();
        let grew = length > self.length.get_value();
        self.length.set_value(length);
        let borders = area.offset_height() - area.client_height();
        let style = HtmlElement::style(area);
        let highest = style
            .get_property_value("block-size")
            .ok()
            .and_then(|size| size.strip_suffix("px")?.parse::<i32>().ok())
            .is_some_and(|size| size > area.offset_height());
        if grew && (highest || area.scroll_height() <= area.client_height()) {
            return;
        }
        let _ = style.set_property("block-size", "auto");
        let _ = style.set_property("block-size", &format!("{}px", area.scroll_height() + borders));
        // The list was high for a moment, which may have moved it.
        self.scroll.restore();
    }
}

/// A browser forgets a property that it does not know.
fn sizes_itself(area: &HtmlTextAreaElement) -> bool {
    let style = HtmlElement::style(area);
    let _ = style.set_property("field-sizing", "content");
    style.get_property_value("field-sizing").is_ok_and(|value| !value.is_empty())
}
