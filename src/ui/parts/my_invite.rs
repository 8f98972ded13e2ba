use super::copy_button::CopyButton;
use super::icon::{Glyph, Icon};
use super::qr::Qr;
use crate::ui::context::{Answer, ctx, memo};
use crate::ui::failure::sentence_for;
use crate::ui::page;
use crate::ui::state::Part;
use crate::ui::words::say;
use leptos::html::Input;
use leptos::prelude::*;
use zajil_api::Command;

/// One's own invite link: to copy, to scan, to replace.
#[component]
pub fn MyInvite() -> impl IntoView {
    let ctx = ctx();
    let link = memo(move || {
        let invite =
            ctx.watch(Part::Account, |state| state.account.as_ref().map(|a| a.invite.clone()));
        invite.map(|payload| page::invite_link(&payload)).unwrap_or_default()
    });
    let field = NodeRef::<Input>::new();
    let renew = move |_| {
        let asked = ctx.ask(Command::RenewInvite, move |answer| {
            if let Answer::Refused(failure) = answer {
                ctx.notice.set(Some(sentence_for(&failure)));
            }
        });
        if asked.is_some() {
            ctx.notice.set(Some(say("invite.renewed")));
        }
    };
    view! {
        <div class="invite">
            <div class="qr-frame"><Qr text=link label="invite.qr"/></div>
            <div class="invite-words">
                <label class="label" for="my-invite">{say("invite.mine")}</label>
                <input
                    class="input" id="my-invite" type="text" dir="ltr" readonly=true node_ref=field
                    prop:value=move || link.get()
                    on:focus=move |_| if let Some(input) = field.get_untracked() { input.select() }
                />
                <CopyButton field label="invite.copy"/>
                <button class="button-text" type="button" on:click=renew>
                    <Icon glyph=Glyph::Renew/>
                    <span class={"button-words"}>{say("invite.renew")}</span>
                </button>
                <p class="quiet small">{say("invite.renew_words")}</p>
            </div>
        </div>
    }
}
