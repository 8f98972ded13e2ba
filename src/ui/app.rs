use crate::ui::context::{Ctx, memo};
use crate::ui::live::live;
use crate::ui::pages::{ArrivalPage, EvictedPage, FramePage, StoppedPage, WelcomePage};
use crate::ui::parts::NoticeBar;
use crate::ui::route::Route;
use crate::ui::state::{Part, Phase};
use crate::ui::{hooks, page, prefs};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Paints the app into `#app` and reaches for the engine.
///
/// The first paint needs nothing but this module: the engine loads beside it and
/// fills the screen when it answers.
pub fn start() {
    let language = page::restore_preferences();
    let Some(place) = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"))
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return;
    };
    page::clear(&place);
    mount_to(place, move || {
        let ctx = Ctx::new(language, page::route());
        provide_context(ctx);
        hooks::install(ctx);
        ctx.connect();
        view! { <App ctx/> }
    })
    .forget();
}

/// Which of the few whole screens is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Welcome,
    /// A new person who followed somebody's link.
    Arrival,
    Frame,
    /// There was an account, and the browser removed it.
    Evicted,
    Stopped,
}

fn screen(ctx: Ctx) -> Screen {
    let phase = ctx.watch(Part::Phase, |state| state.phase);
    let known = ctx.watch(Part::Account, |state| state.account.is_some());
    let invited = matches!(ctx.route.get(), Route::Invite(_));
    match phase {
        Phase::Stopped => Screen::Stopped,
        Phase::Loading if prefs::has_begun() => Screen::Frame,
        _ if known => Screen::Frame,
        Phase::Ready if ctx.was_here.get() => Screen::Evicted,
        _ if invited => Screen::Arrival,
        _ => Screen::Welcome,
    }
}

#[component]
fn App(ctx: Ctx) -> impl IntoView {
    let screen = memo(move || screen(ctx));
    live(move || {
        // Another language draws everything anew.
        ctx.language.track();
        let body = move || match screen.get() {
            Screen::Welcome => view! { <WelcomePage/> }.into_any(),
            Screen::Arrival => view! { <ArrivalPage/> }.into_any(),
            Screen::Frame => view! { <FramePage/> }.into_any(),
            Screen::Evicted => view! { <EvictedPage/> }.into_any(),
            Screen::Stopped => view! { <StoppedPage/> }.into_any(),
        };
        view! {
            {live(body)}
            <NoticeBar/>
        }
        .into_any()
    })
}
