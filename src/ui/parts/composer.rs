use super::height::Height;
use super::icon::{Glyph, Icon};
use super::scroll::Scroll;
use crate::ui::context::{Answer, Ctx, ctx, memo};
use crate::ui::failure::{sentence_for, too_long};
use crate::ui::live::{attr, live, maybe};
use crate::ui::page;
use crate::ui::state::Part;
use crate::ui::words::say;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;
use zajil_api::{ChatId, Command, Failure, Lead};

/// Where the keyboard goes to write.
pub const COMPOSER: &str = "composer";

/// Where messages are written. What was sent stands above the field until the engine has kept
/// it, should that take longer than a moment; if it is not kept, it is in the field again.
#[component]
pub fn Composer(chat: ChatId, scroll: Scroll) -> impl IntoView {
    let ctx = ctx();
    let of = chat.clone();
    let draft = memo(move || ctx.watch(Part::Draft(of.clone()), |state| state.draft(&of)));
    let of = chat.clone();
    let waiting = memo(move || ctx.watch(Part::Draft(of.clone()), |state| state.waiting(&of)));
    let chat = StoredValue::new(chat);
    let field = NodeRef::<Textarea>::new();
    let empty = memo(move || draft.with(|draft| draft.trim().is_empty()));
    let refusal = RwSignal::new(None::<String>);
    let height = Height::new(field, scroll);
    let closed = memo(move || ctx.watch(Part::Lead, |state| state.lead == Lead::ReadOnly));

    let send = move || {
        let Some(area) = field.get_untracked() else { return };
        let id = chat.get_value();
        if let Some(text) = ctx.change(|state| state.send_draft(&id)) {
            hand_over(ctx, id.clone(), text, refusal, scroll);
        }
        // At once: the next key may come before anything is drawn.
        area.set_value(&ctx.peek(|state| state.draft(&id)));
        ctx.wake([Part::Draft(id)]);
        let _ = area.focus();
    };
    let typed = move |_| {
        let Some(area) = field.get_untracked() else { return };
        let text = area.value();
        refusal.set(None);
        let id = chat.get_value();
        ctx.change(|state| state.keep_draft(&id, &text));
        ctx.wake([Part::Draft(id.clone())]);
        if !text.trim().is_empty() {
            ctx.send(Command::Typing { chat: id });
        }
    };
    let keyed = move |event: KeyboardEvent| {
        // 229: a composing input method in browsers that do not say so otherwise.
        let composing = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composing && !page::has_touch_keyboard()
        {
            event.prevent_default();
            send();
        }
    };
    Effect::new(move |_| {
        let Some(area) = field.get() else { return };
        let shown = draft.get();
        // As it was typed, mostly: setting it again would move the cursor.
        if area.value() != shown {
            area.set_value(&shown);
        }
        height.fit(&shown);
    });
    Effect::new(move |_| {
        if let Some(area) = field.get()
            && !page::has_touch_keyboard()
        {
            let _ = area.focus();
        }
    });
    let texts = move || {
        let texts = waiting.get().into_iter();
        texts.map(|text| view! { <li dir="auto">{text}</li> }).collect_view().into_any()
    };
    view! {
        {maybe(move || refusal.get().map(|words| view! { <p class="refusal" role="alert">{words}</p> }))}
        <div class="held strip-late" hidden=attr(move || waiting.with(Vec::is_empty))>
            <p role="status">{say("chat.held_up")}</p>
            <ul>{live(texts)}</ul>
        </div>
        <form class="composer" on:submit=move |event: SubmitEvent| { event.prevent_default(); send(); }>
            <textarea
                class="composer-field" id=COMPOSER node_ref=field rows="1" enterkeyhint="enter"
                // An empty field follows the page, not the left.
                dir=attr(move || (!empty.get()).then_some("auto"))
                aria-label=say("chat.message")
                placeholder=move || say(if closed.get() { "lead.composer" } else { "chat.message" })
                disabled=attr(move || closed.get())
                on:input=typed on:keydown=keyed
            ></textarea>
            <button class="send" type="submit" aria-label=say("chat.send") disabled=attr(move || empty.get() || closed.get())>
                <Icon glyph=Glyph::Send/>
            </button>
        </form>
    }
}

/// Gives a text to the engine, and then those that were to be sent meanwhile. The composer may
/// be gone by the time of the answer, and another be there for the same chat.
fn hand_over(
    ctx: Ctx,
    chat: ChatId,
    text: String,
    refusal: RwSignal<Option<String>>,
    scroll: Scroll,
) {
    let command = Command::SendMessage { chat: chat.clone(), text };
    let id = chat.clone();
    let answered = move |answer| match answer {
        Answer::Refused(failure) => {
            let text = ctx.change(|state| state.not_sent(&id)).unwrap_or_default();
            ctx.wake([Part::Draft(id)]);
            let words = match failure {
                Failure::MessageTooLong { limit } => too_long(text.trim().len(), limit),
                other => sentence_for(&other),
            };
            if let Some(words) = refusal.try_set(Some(words)) {
                ctx.notice.set(words);
            }
        }
        _ => {
            let next = ctx.change(|state| state.sent(&id));
            ctx.wake([Part::Draft(id.clone())]);
            if refusal.try_set(None).is_none() {
                scroll.follow();
            }
            if let Some(next) = next {
                hand_over(ctx, id, next, refusal, scroll);
            }
        }
    };
    if ctx.ask(command, answered).is_none() {
        ctx.change(|state| state.not_sent(&chat));
    }
    ctx.wake([Part::Draft(chat)]);
}
