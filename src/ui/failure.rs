//! Why something did not work, as a sentence a person can act on.

use crate::ui::format;
use crate::ui::words::{say, say_with};
use zajil_api::Failure;

pub fn sentence_for(failure: &Failure) -> String {
    let key = match failure {
        Failure::NoAccount => "failure.no_account",
        Failure::AccountExists => "failure.account_exists",
        Failure::NameInvalid => "failure.name_invalid",
        Failure::InviteBroken => "failure.invite_broken",
        Failure::InviteForeign => "failure.invite_foreign",
        Failure::InviteExpired => "failure.invite_expired",
        Failure::InviteOwn => "failure.invite_own",
        Failure::ChatUnknown => "failure.chat_unknown",
        Failure::ChatClosed => "failure.chat_closed",
        Failure::MessageEmpty => "failure.message_empty",
        Failure::MessageTooLong { limit } => {
            return say_with("failure.message_too_long", &[("limit", &format::number(*limit))]);
        }
        Failure::ServerInvalid => "failure.server_invalid",
        Failure::ServerKnown => "failure.server_known",
        Failure::ServerLast => "failure.server_last",
        Failure::Internal => "failure.internal",
    };
    say(key)
}
