//! Invite links, through the command that reads them.

use super::Outcome;
use crate::people::{self, now};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use zajil_api::{Command, CommandId, Request, Update};
use zajil_core::engine::{Engine, Input, Output};

fn read(link: String) -> Outcome {
    let mut engine = people::newcomer();
    let request = Request { id: CommandId(1), command: Command::ReadInvite { link } };
    engine.handle_input(now(), Input::Request(request));
    let answered = updates(&mut engine).into_iter().any(|update| match update {
        Update::InviteRead { invite, .. } => {
            let name = invite.from.name;
            assert!(name.chars().count() <= 64 && !name.contains(char::is_control), "{name:?}");
            true
        }
        _ => false,
    });
    if answered { Outcome::Read } else { Outcome::Refused }
}

fn updates(engine: &mut Engine) -> Vec<Update> {
    std::iter::from_fn(|| engine.poll_output())
        .filter_map(|output| match output {
            Output::Update(update) => Some(update),
            _ => None,
        })
        .collect()
}

pub mod invite_link {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        read(String::from_utf8_lossy(input).into_owned())
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let link = people::invite();
        let payload = link.rsplit('/').next().unwrap_or_default().to_owned();
        let pasted = format!(" (https://chat.example/#/i/{payload}).\n");
        [payload, pasted].map(String::into_bytes).to_vec()
    }
}

pub mod invite_payload {
    use super::*;
    use sha2::{Digest, Sha256};

    /// With a right checksum, or no change would get past it.
    pub fn run(input: &[u8]) -> Outcome {
        let checksum = Sha256::digest(input);
        let bytes = [input, checksum.get(..4).unwrap_or_default()].concat();
        read(BASE64URL.encode(bytes))
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let link = people::invite();
        let payload = link.rsplit('/').next().unwrap_or_default();
        let mut bytes = BASE64URL.decode(payload).unwrap_or_default();
        bytes.truncate(bytes.len().saturating_sub(4));
        vec![bytes]
    }
}
