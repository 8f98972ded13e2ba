use super::{Arrival, ChatPage, NewChatPage, NothingOpen, ServersPage, SettingsPage};
use crate::ui::context::{Ctx, ctx, memo};
use crate::ui::live::{attr, live};
use crate::ui::page;
use crate::ui::parts::{ChatList, Glyph, Icon, KeyCard, Splitter, Strips, remembered_width};
use crate::ui::route::Route;
use crate::ui::state::{AppState, Part, Phase};
use crate::ui::words::say;
use leptos::prelude::*;

/// The list beside the open page; on a narrow screen, one of them.
#[component]
pub fn FramePage() -> impl IntoView {
    let ctx = ctx();
    let width = RwSignal::new(remembered_width());
    let at_list = move || ctx.route.with(|route| *route == Route::Chats);
    let bare = memo(move || {
        ctx.watch(Part::Order, |state| !state.has_chats())
            && ctx.watch(Part::Phase, |state| state.phase == Phase::Ready)
    });
    view! {
        <div class="screen">
            <Strips/>
            <div
                class="frame" class:at-list=at_list class:bare=move || bare.get()
                style:--list-width=move || format!("{}px", width.get())
            >
                <aside class="side" aria-label=say("chats.title")>
                    <header class="bar side-bar">
                        <h1 class="bar-title">{say("chats.title")}</h1>
                        <button class="button button-new" type="button" on:click=|_| page::go(&Route::NewChat)>
                            <Icon glyph=Glyph::NewChat/>
                            <span class={"button-words"}>{say("new_chat.title")}</span>
                        </button>
                    </header>
                    <div class="side-body"><ChatList/></div>
                    <div class="side-foot">
                        <KeyCard/>
                        <nav class="tabs" aria-label=say("app.name")>{tabs(ctx)}</nav>
                    </div>
                </aside>
                <Splitter width/>
                <main class="pane" id="pane">{live(move || pane(ctx))}</main>
            </div>
        </div>
    }
}

fn tabs(ctx: Ctx) -> impl IntoView {
    let current = move |route: Route| move || ctx.route.with(|now| *now == route).then_some("page");
    let reach = move || match ctx.watch(Part::Reach, AppState::is_cut_off) {
        true => "dot dot-bad",
        false => "dot dot-none",
    };
    view! {
        <a class="tab" href=Route::Servers.hash() aria-current=attr(current(Route::Servers))>
            <Icon glyph=Glyph::Server/>
            <span class={"tab-words"}>{say("servers.title")}</span>
            <span class=reach></span>
        </a>
        <a class="tab" href=Route::Settings.hash() aria-current=attr(current(Route::Settings))>
            <Icon glyph=Glyph::Settings/>
            <span class={"tab-words"}>{say("settings.title")}</span>
        </a>
    }
}

fn pane(ctx: Ctx) -> AnyView {
    match ctx.route.get() {
        Route::Chats => view! { <NothingOpen/> }.into_any(),
        Route::Chat(id) => view! { <ChatPage id/> }.into_any(),
        Route::NewChat => view! { <NewChatPage/> }.into_any(),
        Route::Servers => view! { <ServersPage/> }.into_any(),
        Route::Settings => view! { <SettingsPage/> }.into_any(),
        Route::Invite(_) => view! { <Arrival/> }.into_any(),
    }
}
