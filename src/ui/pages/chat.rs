use crate::ui::context::{Ctx, ctx, memo};
use crate::ui::live::{live, maybe, words};
use crate::ui::parts::{
    ChatHeader, Composer, PageHeader, RequestBar, Scroll, StoryDialog, TimelineView, plain,
};
use crate::ui::person::{isolated, name_of};
use crate::ui::route::Route;
use crate::ui::state::{Part, Phase};
use crate::ui::words::{say, say_with};
use gloo::events::EventListener;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;
use zajil_api::{ChatId, Lead, Stage};

/// One conversation.
#[component]
pub fn ChatPage(id: ChatId) -> impl IntoView {
    let ctx = ctx();
    let chat = {
        let id = id.clone();
        memo(move || ctx.watch(Part::Chat(id.clone()), |state| state.chat(&id).cloned()))
    };
    let here = memo(move || chat.with(Option::is_some));
    let ready = memo(move || ctx.watch(Part::Phase, |s| s.phase) == Phase::Ready);
    live(move || {
        if !here.get() {
            return maybe(move || {
                ready.get().then(|| {
                    view! {
                        <PageHeader title="chats.title"/>
                        <div class="nothing-open">
                            <p class="quiet">{say("failure.chat_unknown")}</p>
                            <a class="button" href=Route::Chats.hash()>{say("app.back")}</a>
                        </div>
                    }
                })
            });
        }
        let id = id.clone();
        view! { <Conversation id chat/> }.into_any()
    })
}

#[component]
fn Conversation(id: ChatId, chat: Memo<Option<zajil_api::Chat>>) -> impl IntoView {
    let ctx = ctx();
    ctx.change(|state| state.open(&id));
    let scroll = Scroll::new(ctx, id.clone());
    Effect::new(move |_| {
        ctx.watch(Part::Timeline, |_| ());
        scroll.fetch();
        scroll.keep_focus();
        // As much may have come below as went above: then nothing changes its size.
        scroll.restore();
    });
    watch_sizes(scroll);
    close_later(ctx, id.clone());
    let name = memo(move || chat.with(|chat| name_of(chat.as_ref())));
    // Only this: a composer that is drawn anew when a chat connects forgets what it sent.
    let asks =
        memo(move || chat.with(|chat| chat.as_ref().is_some_and(|c| c.stage == Stage::Requested)));
    let label = move || say_with("chat.region", &[("name", &name.get())]);
    let foot = {
        let id = id.clone();
        move || {
            let id = id.clone();
            if asks.get() {
                view! { <RequestBar chat=id name=name.get()/> }.into_any()
            } else {
                view! { <Composer chat=id scroll/> }.into_any()
            }
        }
    };
    let lonely = {
        let id = id.clone();
        memo(move || {
            ctx.watch(Part::Reach, |state| {
                state.is_out_of_reach(&id) && !state.is_cut_off() && state.lead != Lead::ReadOnly
            })
        })
    };
    let unreached = move || {
        lonely.get().then(|| {
            let told = move || say_with("reach.chat", &[("name", &isolated(&name.get()))]);
            plain("strip", "status", words(told))
        })
    };
    let told = memo(move || ctx.watch(Part::Story, |state| state.story.is_some()));
    let story = {
        let id = id.clone();
        move || {
            told.get();
            let place = ctx.peek(|state| state.story);
            place.map(|place| view! { <StoryDialog chat=id.clone() place/> }.into_any())
        }
    };
    view! {
        <section class="conversation" role="region" aria-label=label>
            <ChatHeader chat/>
            {maybe(unreached)}
            <div class="timeline"><TimelineView chat=id.clone() scroll/></div>
            {live(foot)}
            {maybe(story)}
        </section>
    }
}

fn close_later(ctx: Ctx, id: ChatId) {
    on_cleanup(move || {
        ctx.change(|state| state.close(&id));
        ctx.forget_messages();
    });
}

/// Keeps the reader's place through every change of size, and tells what was read
/// when the tab comes back into view.
fn watch_sizes(scroll: Scroll) {
    let changed = Closure::<dyn FnMut()>::new(move || scroll.restore());
    let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
    let watching = observer.clone();
    Effect::new(move |_| {
        for element in [scroll.scroller.get(), scroll.log.get()].into_iter().flatten() {
            watching.observe(&element);
        }
    });
    let visible = web_sys::window().and_then(|w| w.document()).map(|document| {
        EventListener::new(&document, "visibilitychange", move |_| scroll.report())
    });
    let held = SendWrapper::new((observer, changed, visible));
    on_cleanup(move || {
        let (observer, _changed, _visible) = held.take();
        observer.disconnect();
    });
}
