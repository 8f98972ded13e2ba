//! The address bar in words: which page `#/…` names.
//!
//! Everything stands behind the `#`, so no server ever learns which chat is open
//! or whose invite was followed.

use zajil_api::ChatId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Chats,
    Chat(ChatId),
    NewChat,
    Servers,
    Settings,
    /// The payload of an invite link; empty once it was taken from the address bar.
    Invite(String),
}

impl Route {
    /// Reads a location's hash. What is unknown leads to the chat list.
    pub fn parse(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').trim_start_matches('/');
        let (head, rest) = path.split_once('/').unwrap_or((path, ""));
        match (head, rest) {
            ("chat", id) if is_chat_id(id) => Self::Chat(ChatId::new(id)),
            ("new", "") => Self::NewChat,
            ("servers", "") => Self::Servers,
            ("settings", "") => Self::Settings,
            ("i", payload) => Self::Invite(payload.to_owned()),
            _ => Self::Chats,
        }
    }

    pub fn hash(&self) -> String {
        match self {
            Self::Chats => "#/".to_owned(),
            Self::Chat(id) => format!("#/chat/{id}"),
            Self::NewChat => "#/new".to_owned(),
            Self::Servers => "#/servers".to_owned(),
            Self::Settings => "#/settings".to_owned(),
            Self::Invite(payload) => format!("#/i/{payload}"),
        }
    }
}

fn is_chat_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_again_by_its_address() {
        let id = ChatId::new("0123456789abcdef0123456789abcdef");
        for route in [
            Route::Chats,
            Route::Chat(id),
            Route::NewChat,
            Route::Servers,
            Route::Settings,
            Route::Invite("abc_-".to_owned()),
        ] {
            assert_eq!(Route::parse(&route.hash()), route);
        }
    }

    #[test]
    fn unknown_addresses_lead_to_the_chat_list() {
        for hash in ["", "#", "#/", "#/nowhere", "#/chat/", "#/chat/../x", "#/chat/ABC", "#//"] {
            assert_eq!(Route::parse(hash), Route::Chats, "{hash}");
        }
    }

    #[test]
    fn a_payload_keeps_its_slashes() {
        assert_eq!(Route::parse("#/i/a/b"), Route::Invite("a/b".to_owned()));
    }
}
