//! Where the reader is in a conversation, and staying there.
//!
//! The rows change above (older pages), below (new messages) and inside (fonts,
//! unfolding). Instead of trusting each browser's own scroll anchoring, one rule:
//! remember what the reader looks at whenever they scroll, and put exactly that
//! back whenever the content's size changes, before it is painted.

use super::sight::{
    distance_to_end, first_visible, glide_to_end, last_visible, measure, offset, row_of, scroll_by,
    to_end,
};
use crate::ui::context::Ctx;
use crate::ui::page;
use crate::ui::state::{Edge, Part, Timeline};
use leptos::html::Div;
use leptos::prelude::*;
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
    /// The message that the arrow keys went to last.
    pub(super) focus: StoredValue<Place>,
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
            focus: StoredValue::new(Place::START),
            at_bottom: RwSignal::new(true),
        }
    }

    pub(super) fn elements(&self) -> Option<(HtmlDivElement, HtmlDivElement)> {
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
        if at_end {
            self.pin.set_value(Pin::End);
        } else if let Some((place, top)) = first_visible(&scroller, &log) {
            self.pin.set_value(Pin::At(place, top));
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
            // What is to be put in the middle has not come yet, or not what is above it.
            Pin::Start if self.timeline(Timeline::len).unwrap_or(0) == 0 || self.opening() => {
                return;
            }
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
        self.keep_focus();
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

    fn opening(&self) -> bool {
        self.timeline(|timeline| timeline.opens_with().is_some()).unwrap_or(false)
    }

    /// Fetches what the first look needs, page by page, and later what may have been missed.
    pub fn fetch(&self) {
        let edge = match self.pin.get_value() {
            Pin::Start => self.timeline(Timeline::opens_with),
            _ => self.timeline(Timeline::lacks),
        };
        if let Some(edge) = edge.flatten() {
            self.load(edge);
        }
    }

    pub fn load(&self, edge: Edge) {
        let Some(page) = self.timeline(|timeline| timeline.wants(edge)).flatten() else { return };
        let (chat, limit) = (self.chat.get_value(), edge.page_size());
        let Some(id) = self.ctx.send(Command::LoadMessages { chat, page, limit }) else { return };
        self.ctx.change(|state| {
            if let Some(timeline) = state.timeline_mut() {
                timeline.asked(id, edge);
            }
        });
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
        let Some((first, _)) = first_visible(scroller, log) else { return false };
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
        if !page::is_visible() || self.pin.get_value() == Pin::Start {
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
