//! Where the reader is in a conversation, and staying there.
//!
//! The rows change above (older pages), below (new messages) and inside (fonts,
//! unfolding). Instead of trusting each browser's own scroll anchoring, one rule:
//! remember what the reader looks at whenever they scroll, and put exactly that
//! back whenever the content's size changes, before it is painted.

use crate::ui::context::Ctx;
use crate::ui::page;
use crate::ui::state::{Edge, Part, Timeline};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement};
use zajil_api::{ChatId, Command, Place};

/// Closer than this to the newest message counts as being there, in pixels.
const NEAR_END: f64 = 48.0;

/// Pages are asked for while the reader is still this far from running out.
const AHEAD: f64 = 1200.0;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Pin {
    /// Just opened: the unread line where there is one, else the end.
    Start,
    End,
    /// This message's top, so many pixels below the scroller's top.
    At(Place, f64),
}

#[derive(Clone, Copy)]
pub struct Scroll {
    ctx: Ctx,
    chat: StoredValue<ChatId>,
    pub scroller: NodeRef<Div>,
    pub log: NodeRef<Div>,
    pin: StoredValue<Pin>,
    /// The extent and the height that `pin` was taken at, and how far down that was.
    seen: StoredValue<[i32; 3]>,
    reported: StoredValue<Place>,
    pub at_bottom: RwSignal<bool>,
}

impl Scroll {
    pub fn new(ctx: Ctx, chat: ChatId) -> Self {
        Self {
            ctx,
            chat: StoredValue::new(chat),
            scroller: NodeRef::new(),
            log: NodeRef::new(),
            pin: StoredValue::new(Pin::Start),
            seen: StoredValue::new([0; 3]),
            reported: StoredValue::new(Place::START),
            at_bottom: RwSignal::new(true),
        }
    }

    fn elements(&self) -> Option<(HtmlDivElement, HtmlDivElement)> {
        Some((self.scroller.try_get_untracked()??, self.log.try_get_untracked()??))
    }

    fn timeline<T>(&self, read: impl FnOnce(&Timeline) -> T) -> Option<T> {
        self.ctx.peek(|state| state.timeline().map(read))
    }

    /// The reader scrolled: remember where they are, fetch what they come near.
    pub fn moved(&self) {
        let Some((scroller, log)) = self.elements() else { return };
        let now = measure(&scroller);
        let seen = self.seen.get_value();
        if now[..2] != seen[..2] {
            // Moved by a change of size, not by the reader: `restore` is about to come.
            return;
        }
        self.seen.set_value(now);
        let behind = distance_to_end(&scroller);
        let complete = self.timeline(Timeline::reached_end).unwrap_or(true);
        // On the way down to the end counts as being there.
        let gliding = self.pin.get_value() == Pin::End && now[2] > seen[2];
        let at_end = (behind <= NEAR_END || gliding) && complete;
        let pin = if at_end { Some(Pin::End) } else { first_visible(&scroller, &log) };
        if let Some(pin) = pin {
            self.pin.set_value(pin);
        }
        self.settle(at_end);
        if f64::from(scroller.scroll_top()) < AHEAD {
            self.load(Edge::Older);
        }
        if behind < AHEAD {
            self.load(Edge::Newer);
        }
        self.report();
    }

    /// The content or the window changed size: put back what the reader looked at.
    pub fn restore(&self) {
        let Some((scroller, log)) = self.elements() else { return };
        match self.pin.get_value() {
            Pin::Start if self.timeline(Timeline::len).unwrap_or(0) == 0 => return,
            Pin::Start => match log.query_selector(".unread-line").ok().flatten() {
                Some(line) => {
                    let third = f64::from(scroller.client_height()) / 3.0;
                    scroll_by(&scroller, offset(&scroller, &line) - third);
                }
                None => to_end(&scroller),
            },
            Pin::End => to_end(&scroller),
            Pin::At(place, top) => {
                if let Some(row) = row_of(&log, place) {
                    scroll_by(&scroller, offset(&scroller, &row) - top);
                }
            }
        }
        self.seen.set_value(measure(&scroller));
        self.moved();
    }

    /// To one's own message that was just sent, at once and wherever the reader was.
    pub fn follow(&self) {
        self.pin.set_value(Pin::End);
        if self.timeline(Timeline::reached_end).unwrap_or(true) {
            self.settle(true);
            self.restore();
        } else {
            self.load(Edge::Newest);
        }
    }

    /// To the newest message, fetching it when the window has moved away from it.
    pub fn jump(&self) {
        let Some((scroller, _)) = self.elements() else { return };
        self.pin.set_value(Pin::End);
        if self.timeline(Timeline::reached_end).unwrap_or(true) {
            self.settle(true);
            if !page::prefers_less_motion() && distance_to_end(&scroller) < 4_000.0 {
                glide_to_end(&scroller);
            } else {
                to_end(&scroller);
            }
        } else {
            self.load(Edge::Newest);
        }
    }

    fn settle(&self, at_end: bool) {
        if self.at_bottom.get_untracked() != at_end {
            self.at_bottom.set(at_end);
        }
        self.ctx.change(|state| {
            if let Some(timeline) = state.timeline_mut() {
                timeline.following = at_end;
            }
        });
    }

    pub fn load(&self, edge: Edge) {
        let Some(page) = self.timeline(|timeline| timeline.wants(edge)).flatten() else { return };
        let chat = self.chat.get_value();
        let limit = self.ctx.peek(|state| state.page_size(&chat, edge));
        let Some(id) = self.ctx.send(Command::LoadMessages { chat, page, limit }) else { return };
        self.ctx.change(|state| {
            if let Some(timeline) = state.timeline_mut() {
                timeline.asked(id, edge);
            }
        });
    }

    /// After the engine was out of reach: fetches what may have been missed.
    pub fn catch_up(&self) {
        let following = self.timeline(|timeline| timeline.following).unwrap_or(true);
        self.load(if following { Edge::Newest } else { Edge::Again });
    }

    /// To the first message that came late, above what is on the screen.
    pub fn rise(&self) {
        let Some((scroller, log)) = self.elements() else { return };
        let Some(place) = self.timeline(|timeline| timeline.late().first().copied()).flatten()
        else {
            return;
        };
        match row_of(&log, place) {
            Some(_) => {
                self.pin.set_value(Pin::At(place, f64::from(scroller.client_height()) / 3.0));
                self.restore();
            }
            // Above the window: the next pages lead there.
            None => scroller.set_scroll_top(0),
        }
    }

    /// Whether something that came late was on the screen for the first time.
    fn saw_late(&self, scroller: &Element, log: &Element) -> bool {
        let Some(Pin::At(first, _)) = first_visible(scroller, log) else { return false };
        let saw = |timeline: &mut Timeline| timeline.saw_from(first);
        let saw = self.ctx.change(|state| state.timeline_mut().is_some_and(saw));
        if saw {
            self.ctx.wake([Part::Late]);
        }
        saw
    }

    /// Tells the engine what was really seen: on the screen, in a visible tab.
    pub fn report(&self) {
        let Some((scroller, log)) = self.elements() else { return };
        if !page::is_visible() {
            return;
        }
        let Some(last) = last_visible(&scroller, &log) else { return };
        let chat = self.chat.get_value();
        let saw_late = self.saw_late(&scroller, &log);
        let (known, news) = self.ctx.peek(|state| {
            let known = state.chat(&chat).map_or(last, |chat| chat.read_up_to);
            (known, state.has_unread_up_to(&chat, known, last))
        });
        let up_to = last.max(known);
        if saw_late || (news && up_to > self.reported.get_value()) {
            self.reported.set_value(up_to);
            self.ctx.send(Command::MarkRead { chat, up_to });
        }
    }
}

fn measure(scroller: &Element) -> [i32; 3] {
    [scroller.scroll_height(), scroller.client_height(), scroller.scroll_top()]
}

fn distance_to_end(scroller: &Element) -> f64 {
    f64::from(scroller.scroll_height() - scroller.scroll_top() - scroller.client_height())
}

fn to_end(scroller: &Element) {
    scroller.set_scroll_top(scroller.scroll_height());
}

fn glide_to_end(scroller: &Element) {
    let options = web_sys::ScrollToOptions::new();
    options.set_top(f64::from(scroller.scroll_height()));
    options.set_behavior(web_sys::ScrollBehavior::Smooth);
    scroller.scroll_to_with_scroll_to_options(&options);
}

fn scroll_by(scroller: &Element, delta: f64) {
    if delta.abs() >= 1.0 {
        scroller.set_scroll_top(scroller.scroll_top() + delta.round() as i32);
    }
}

fn offset(scroller: &Element, row: &Element) -> f64 {
    row.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top()
}

fn place_of(row: &Element) -> Option<Place> {
    row.get_attribute("data-place")?.parse().ok()
}

fn row_of(log: &Element, place: Place) -> Option<Element> {
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

fn first_visible(scroller: &Element, log: &Element) -> Option<Pin> {
    let top = scroller.get_bounding_client_rect().top();
    let (rows, at) = split(log, |row| row.get_bounding_client_rect().bottom() <= top)?;
    let row = row_at(&rows, at)?;
    Some(Pin::At(place_of(&row)?, offset(scroller, &row)))
}

fn last_visible(scroller: &Element, log: &Element) -> Option<Place> {
    let bottom = scroller.get_bounding_client_rect().bottom() + 1.0;
    let (rows, at) = split(log, |row| row.get_bounding_client_rect().bottom() <= bottom)?;
    place_of(&row_at(&rows, at.checked_sub(1)?)?)
}
