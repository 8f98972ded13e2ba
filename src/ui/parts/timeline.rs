use super::bubble::Bubble;
use super::day::DayPill;
use super::gap_row::GapRow;
use super::icon::{Glyph, Icon};
use super::late_pill::LatePill;
use super::scroll::Scroll;
use crate::ui::context::{ctx, memo};
use crate::ui::format::{day_of, number};
use crate::ui::live::maybe;
use crate::ui::person::name_of;
use crate::ui::state::{Part, Row, Timeline, rows};
use crate::ui::words::{say, say_count, sentence};
use leptos::prelude::*;
use zajil_api::{ChatId, Stage};

/// Names a stretch of one day: a clock set back can make a day come twice.
type Day = (i64, usize);

/// The rows of one day, which is also what lets its pill stick.
#[derive(Clone, PartialEq)]
struct Section {
    key: Day,
    rows: Vec<Row>,
}

fn sections(rows: Vec<Row>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for row in rows {
        if let Row::Day { day, .. } = row {
            let nth = sections.iter().filter(|section| section.key.0 == day).count();
            sections.push(Section { key: (day, nth), rows: Vec::new() });
        }
        if sections.is_empty() {
            // Something is missing where nothing has come yet.
            sections.push(Section { key: (i64::MIN, 0), rows: Vec::new() });
        }
        if let Some(section) = sections.last_mut() {
            section.rows.push(row);
        }
    }
    sections
}

/// The open chat's messages: days, rows, the unread line, and the way back down.
#[component]
pub fn TimelineView(chat: ChatId, scroll: Scroll) -> impl IntoView {
    let ctx = ctx();
    let name = StoredValue::new(ctx.peek(|state| name_of(state.chat(&chat))));
    let id = StoredValue::new(chat);
    let all = memo(move || {
        let gaps = id.with_value(|id| ctx.watch(Part::Chat(id.clone()), |s| s.gaps(id)));
        sections(ctx.watch(Part::Timeline, |s| {
            s.timeline().map(|t| rows(t, &gaps, day_of)).unwrap_or_default()
        }))
    });
    let stage = memo(move || {
        id.with_value(|id| ctx.watch(Part::Chat(id.clone()), |s| s.chat(id).map(|c| c.stage)))
    });
    let keys = move || all.with(|all| all.iter().map(|section| section.key).collect::<Vec<_>>());
    let section = move |key: Day| {
        let rows = move || {
            all.with(|all| all.iter().find(|s| s.key == key).map(|s| s.rows.clone()))
                .unwrap_or_default()
        };
        let row = move |row: Row| {
            match row {
            Row::Day { at, .. } => view! { <DayPill at/> }.into_any(),
            Row::Unread => {
                view! { <div class="unread-line"><span class={"unread-words"}>{say("chat.unread_line")}</span></div> }.into_any()
            }
            Row::Gap { count, cause, .. } => view! { <GapRow count cause/> }.into_any(),
            Row::Message { place, outgoing, joined } => {
                let author = if outgoing { say("chat.you") } else { name.get_value() };
                view! { <Bubble place outgoing joined author/> }.into_any()
            }
        }
        };
        view! { <section class="day-section"><For each=rows key=|row| *row children=row/></section> }
    };
    let unread = move || {
        id.with_value(|id| {
            ctx.watch(Part::Chat(id.clone()), |s| s.chat(id).map_or(0, |chat| chat.unread))
        })
    };
    let begins = memo(move || {
        ctx.watch(Part::Timeline, |state| state.timeline().is_some_and(Timeline::reached_start))
    });
    let beginning = move || {
        (begins.get() && stage.get() != Some(Stage::Requested)).then(|| {
            view! { <p class="system">{sentence("chat.beginning", name.get_value())}</p> }
        })
    };
    let late = move || {
        let count = ctx.watch(Part::Late, |s| s.timeline().map_or(0, |t| t.late().len()));
        (count > 0).then(|| view! { <LatePill count scroll/> }.into_any())
    };
    view! {
        <div class="scroller" tabindex="-1" node_ref=scroll.scroller on:scroll=move |_| scroll.moved()>
            <div
                class="log" role="log" aria-live="polite" aria-label=say("chat.messages") tabindex="0" node_ref=scroll.log
                on:keydown=move |event| scroll.keyed(&event)
            >
                {maybe(beginning)}
                <For each=keys key=|key| *key children=section/>
                {maybe(move || (stage.get() == Some(Stage::Connecting)).then(|| view! { <p class="system">{say("chat.connecting")}</p> }))}
            </div>
        </div>
        {maybe(late)}
        {maybe(move || (!scroll.at_bottom.get()).then(|| view! {
            <button class="jump" type="button" aria-label=say("chat.jump") on:click=move |_| scroll.jump()>
                {maybe(move || Some(unread()).filter(|n| *n > 0).map(|n| view! {
                    <span class="badge" aria-label=say_count("chats.unread", n)>{number(n)}</span>
                }))}
                <Icon glyph=Glyph::Down/>
            </button>
        }))}
    }
}
