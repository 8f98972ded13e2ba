use super::height::Height;
use super::icon::{Glyph, Icon};
use super::scroll::Scroll;
use crate::ui::context::{Answer, ctx, memo};
use crate::ui::failure::{sentence_for, too_long};
use crate::ui::live::maybe;
use crate::ui::page;
use crate::ui::state::Part;
use crate::ui::words::say;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;
use zajil_api::{ChatId, Command, Failure, Lead};

/// Where messages are written. The text stays until the engine has kept the
/// message: a full disk or a crash between can not lose it.
#[component]
pub fn Composer(chat: ChatId, scroll: Scroll) -> impl IntoView {
    let ctx = ctx();
    let chat = StoredValue::new(chat);
    let field = NodeRef::<Textarea>::new();
    let draft = ctx.peek(|state| chat.with_value(|chat| state.draft(chat)));
    let empty = RwSignal::new(draft.trim().is_empty());
    let refusal = RwSignal::new(None::<String>);
    let busy = StoredValue::new(false);
    let height = Height::new(field, scroll);
    let closed = memo(move || ctx.watch(Part::Lead, |state| state.lead == Lead::ReadOnly));

    let set_text = move |text: &str| {
        if let Some(Some(area)) = field.try_get_untracked() {
            area.set_value(text);
            height.fit(text);
            let _ = empty.try_set(text.trim().is_empty());
        }
        ctx.change(|state| chat.try_with_value(|chat| state.keep_draft(chat, text)));
    };
    let answered = move |sent: String| {
        move |answer: Answer| {
            let _ = busy.try_set_value(false);
            if let Answer::Refused(failure) = answer {
                let words = match failure {
                    Failure::MessageTooLong { limit } => too_long(sent.trim().len(), limit),
                    other => sentence_for(&other),
                };
                let _ = refusal.try_set(Some(words));
                return;
            }
            let _ = refusal.try_set(None);
            // What was typed since then stays.
            let Some(now) = chat.try_with_value(|chat| ctx.peek(|s| s.draft(chat))) else { return };
            set_text(now.strip_prefix(&sent).unwrap_or(&now));
            scroll.follow();
        }
    };
    let send = move || {
        let Some(area) = field.get_untracked() else { return };
        let text = area.value();
        if text.trim().is_empty() || busy.get_value() {
            return;
        }
        busy.set_value(true);
        let command = Command::SendMessage { chat: chat.get_value(), text: text.trim().to_owned() };
        if ctx.ask(command, answered(text)).is_none() {
            busy.set_value(false);
        }
        let _ = area.focus();
    };
    let typed = move |_| {
        let Some(area) = field.get_untracked() else { return };
        let text = area.value();
        height.fit(&text);
        refusal.set(None);
        if empty.get_untracked() != text.trim().is_empty() {
            empty.set(text.trim().is_empty());
        }
        chat.with_value(|chat| ctx.change(|state| state.keep_draft(chat, &text)));
        if !text.trim().is_empty() {
            ctx.send(Command::Typing { chat: chat.get_value() });
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
        if let Some(area) = field.get() {
            height.fit(&area.value());
            if !page::has_touch_keyboard() {
                let _ = area.focus();
            }
        }
    });
    view! {
        {maybe(move || refusal.get().map(|words| view! { <p class="refusal" role="alert">{words}</p> }))}
        <form class="composer" on:submit=move |event: SubmitEvent| { event.prevent_default(); send(); }>
            <textarea
                class="composer-field" node_ref=field rows="1" enterkeyhint="enter"
                // An empty field follows the page, not the left.
                dir=move || (!empty.get()).then_some("auto")
                aria-label=say("chat.message")
                placeholder=move || say(if closed.get() { "lead.composer" } else { "chat.message" })
                disabled=move || closed.get()
                prop:value=draft on:input=typed on:keydown=keyed
            ></textarea>
            <button class="send" type="submit" aria-label=say("chat.send") disabled=move || empty.get() || closed.get()>
                <Icon glyph=Glyph::Send/>
            </button>
        </form>
    }
}
