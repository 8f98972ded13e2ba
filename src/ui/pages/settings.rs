use crate::ui::context::{Answer, Ctx, ctx, memo};
use crate::ui::failure::sentence_for;
use crate::ui::live::{attr, maybe};
use crate::ui::page;
use crate::ui::parts::{Choice, PageHeader, Select, StorageSetting, TextField, switch_language};
use crate::ui::prefs::{self, Theme};
use crate::ui::state::Part;
use crate::ui::words::{Language, say};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use zajil_api::{Command, Receipts};

/// Name, receipts, language, theme, and what this is.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let ctx = ctx();
    let known = memo(move || ctx.watch(Part::Account, |state| state.account.is_some()));
    let version = env!("CARGO_PKG_VERSION");
    view! {
        <PageHeader title="settings.title"/>
        <div class="page">
            <section class="panel">
                <h3 class="panel-title">{say("settings.you")}</h3>
                {maybe(move || known.get().then(|| view! { <NameForm/> }))}
            </section>
            <section class="panel">
                <h3 class="panel-title">{say("settings.privacy")}</h3>
                <ReceiptsSwitch/>
            </section>
            <section class="panel">
                <h3 class="panel-title">{say("settings.looks")}</h3>
                {language_select(ctx)}
                {theme_select(ctx)}
            </section>
            <section class="panel">
                <h3 class="panel-title">{say("settings.device")}</h3>
                <StorageSetting/>
            </section>
            <section class="panel">
                <h3 class="panel-title">{say("settings.about")}</h3>
                <p class="quiet">{say("settings.about_words")}</p>
                <p class="quiet small">{say("settings.key_words")}</p>
                <p class="quiet small">{say("settings.version")}" "<bdi>{version}</bdi></p>
            </section>
        </div>
    }
}

#[component]
fn NameForm() -> impl IntoView {
    let ctx = ctx();
    let own = ctx.peek(|s| s.account.as_ref().map(|a| a.name.clone()).unwrap_or_default());
    let name = RwSignal::new(own);
    let wrong = RwSignal::new(None::<String>);
    let saved = memo(move || {
        ctx.watch(Part::Account, |s| s.account.as_ref().map(|a| a.name.clone())).unwrap_or_default()
    });
    let same = move || saved.with(|saved| name.with(|name| saved == name.trim()));
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        wrong.set(None);
        let name = name.get_untracked().trim().to_owned();
        ctx.ask(Command::Rename { name }, move |answer| {
            if let Answer::Refused(failure) = answer {
                let _ = wrong.try_set(Some(sentence_for(&failure)));
            }
        });
    };
    view! {
        <form class="line-form" on:submit=save novalidate=true>
            <TextField label="settings.name" value=name wrong id="own-name" limit=64/>
            <button class="button" type="submit" disabled=attr(same)>{say("settings.save")}</button>
        </form>
        <p class="quiet small">{say("settings.name_words")}</p>
    }
}

#[component]
fn ReceiptsSwitch() -> impl IntoView {
    let ctx = ctx();
    let on = move || ctx.watch(Part::Settings, |state| state.settings.receipts == Receipts::Shared);
    let flip = move |event| {
        let receipts =
            if event_target_checked(&event) { Receipts::Shared } else { Receipts::Withheld };
        ctx.send(Command::SetReceipts { receipts });
    };
    view! {
        <label class="setting">
            <span class={"label"}>{say("settings.receipts")}</span>
            <input class="switch" type="checkbox" role="switch" prop:checked=on on:change=flip/>
        </label>
        <p class="quiet small">{say("settings.receipts_words")}</p>
    }
}

fn language_select(ctx: Ctx) -> impl IntoView {
    let choices = Language::ALL
        .map(|language| Choice { name: language.tag(), words: language.own_name().to_owned() });
    let choose = move |tag: String| {
        if let Some(language) = Language::from_tag(&tag) {
            switch_language(ctx, language);
            page::focus("language");
        }
    };
    let chosen = ctx.language.get_untracked().tag();
    view! { <Select id="language" label="settings.language" choices=choices.to_vec() chosen on_choose=choose/> }
}

fn theme_select(ctx: Ctx) -> impl IntoView {
    let words = |theme| match theme {
        Theme::System => say("settings.theme_system"),
        Theme::Light => say("settings.theme_light"),
        Theme::Dark => say("settings.theme_dark"),
    };
    let choices = Theme::ALL.map(|theme| Choice { name: theme.name(), words: words(theme) });
    let choose = move |name: String| {
        let theme = Theme::from_name(&name);
        prefs::set_theme(theme);
        page::set_theme(theme);
        ctx.theme.set(theme);
    };
    let chosen = ctx.theme.get_untracked().name();
    view! { <Select id="theme" label="settings.theme" choices=choices.to_vec() chosen on_choose=choose/> }
}
