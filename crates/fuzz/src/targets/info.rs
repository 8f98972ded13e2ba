//! What a server says about itself (NIP-11), and an engine that takes it at its word.

pub mod relay_info {
    use crate::people::session;
    use crate::{Outcome, targets::engine};
    use zajil_api::{Command, RelayUrl};
    use zajil_core::engine::Input;
    use zajil_core::relay::RelayInfo;

    pub fn run(input: &[u8]) -> Outcome {
        let document = String::from_utf8_lossy(input).into_owned();
        let Some(info) = RelayInfo::parse(&document) else { return Outcome::Refused };
        let limits = info.limits();
        assert!(limits.message >= 1024 && limits.subscriptions > 0, "{limits:?}");
        let mut device = engine::connected();
        let relay = RelayUrl::new("wss://a.example");
        device.handle(Input::RelayInfo { relay, document: Some(document) });
        let chat = session().chat.clone();
        device.command(Command::SendMessage { chat, text: "still here".to_owned() });
        device.wait(20_000);
        Outcome::Read
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        vec![
            br#"{"name":"a","supported_nips":[1,11,42,77],"software":"x","limitation":{
                "max_message_length":65536,"max_subscriptions":20,"max_limit":500,
                "max_subid_length":64,"max_event_tags":2000,"max_content_length":65536,
                "created_at_lower_limit":94608000,"created_at_upper_limit":900,
                "auth_required":true,"payment_required":false,"restricted_writes":false}}"#
                .to_vec(),
            b"{}".to_vec(),
        ]
    }
}
