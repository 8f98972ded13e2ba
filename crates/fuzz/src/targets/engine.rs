//! A whole engine, with a server and a peer that say whatever they like.
//!
//! Whatever that was, the account opens again from what was stored meanwhile.

use super::Outcome;
use crate::people::{Device, bobs_device, carol, session, unsigned};
use zajil_api::{Command, Page, Update};
use zajil_core::engine::Output;
use zajil_core::nostr::Rumor;

pub(super) fn connected() -> Device {
    let device = bobs_device(&session().rows);
    assert!(device.is_some(), "what was stored opens");
    let mut device = device.unwrap_or_else(|| std::process::abort());
    device.connect();
    device
}

fn goes_on(mut device: Device) {
    for milliseconds in [1_000, 6_000, 20_000, 120_000, 7_200_000] {
        device.wait(milliseconds);
    }
    let again = device.restart();
    assert!(again.is_some(), "what was stored meanwhile opens");
    if let Some(mut again) = again {
        again.connect();
        again.command(Command::Attach);
        for chat in [&session().chat, &session().carols_chat].map(Clone::clone) {
            again.command(Command::LoadMessages { chat, page: Page::Newest, limit: 50 });
        }
    }
}

pub mod server_frames {
    use super::*;

    /// A line a frame.
    pub fn run(input: &[u8]) -> Outcome {
        let mut device = connected();
        for text in String::from_utf8_lossy(input).lines().take(32) {
            device.frame(text.to_owned());
            device.wait(100);
        }
        goes_on(device);
        Outcome::Read
    }

    /// What the server said in truth, frame by frame and all together.
    pub fn seeds() -> Vec<Vec<u8>> {
        let frames = &session().frames;
        let one_by_one = frames.iter().map(|frame| frame.clone().into_bytes());
        one_by_one.chain([frames.join("\n").into_bytes()]).collect()
    }
}

pub mod peer_messages {
    use super::*;

    /// Inner events of Carol's, each with a right id and truly encrypted, with a zero byte
    /// between them; what begins with a bracket is sent as it is.
    pub fn run(input: &[u8]) -> Outcome {
        let author = carol().account.public_key();
        let payloads: Vec<Vec<u8>> = input
            .split(|byte| *byte == 0)
            .take(8)
            .map(|part| match part.first() {
                Some(b'{') => part.to_vec(),
                _ => Rumor::new(unsigned(author, part)).to_json().into_bytes(),
            })
            .collect();
        let mut device = connected();
        let mut outcome = Outcome::Refused;
        for event in session().carol.say(&payloads) {
            let told = device.receive(&event).into_iter().chain(device.wait(1_500));
            for output in told {
                if matches!(output, Output::Update(Update::MessageAdded { .. })) {
                    outcome = Outcome::Read;
                }
            }
        }
        goes_on(device);
        outcome
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let said = b"9 1800000000\nseq\t3\t9\t5\n\nhello".to_vec();
        let kinds = super::super::inner::inner_event::seeds();
        kinds.into_iter().map(|kind| [kind, said.clone()].join(&0)).collect()
    }
}
