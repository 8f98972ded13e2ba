//! Why something did not work, as a sentence a person can act on.

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
        Failure::MessageTooLong { .. } => "failure.message_too_long",
        Failure::ServerInvalid => "failure.server_invalid",
        Failure::ServerKnown => "failure.server_known",
        Failure::ServerLast => "failure.server_last",
        Failure::MessageUnknown => "failure.message_unknown",
        Failure::MessageOut => "failure.message_out",
        Failure::PracticeInvalid => "failure.practice_invalid",
        Failure::ReadOnly => "failure.read_only",
        Failure::Internal => "failure.internal",
    };
    say(key)
}

/// How much of a text is too much, in words: nobody counts bytes, and letters differ
/// in how many they take.
pub fn too_long(length: usize, limit: u32) -> String {
    let Some(share) = share_over(length, limit as usize) else {
        return say("failure.message_too_long");
    };
    say_with("failure.message_shorten", &[("share", &say(share))])
}

/// The smallest plain share that is enough to leave out; `None` when half is not.
fn share_over(length: usize, limit: usize) -> Option<&'static str> {
    let over = length.checked_sub(limit).filter(|over| *over > 0)?;
    let shares = [
        (10, "failure.share_tenth"),
        (4, "failure.share_quarter"),
        (3, "failure.share_third"),
        (2, "failure.share_half"),
    ];
    shares.into_iter().find(|(parts, _)| over * parts <= length).map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_is_named_is_enough() {
        assert_eq!(share_over(44_000, 40_000), Some("failure.share_tenth"));
        assert_eq!(share_over(50_000, 40_000), Some("failure.share_quarter"));
        assert_eq!(share_over(58_000, 40_000), Some("failure.share_third"));
        assert_eq!(share_over(80_000, 40_000), Some("failure.share_half"));
    }

    #[test]
    fn no_share_is_named_where_none_helps() {
        assert_eq!(share_over(80_001, 40_000), None);
        assert_eq!(share_over(40_000, 40_000), None);
    }
}
