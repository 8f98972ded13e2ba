//! What the fixtures' people said.

use super::fixtures::{me, now};
use zajil_api::{Contact, Direction, Message, MessageId, MessageState, Place, UnixTime};

const TALK: [(&str, bool, u64); 14] = [
    ("Good morning! Did the parcel arrive?", false, 90_000),
    ("Yes, yesterday evening 🎉", true, 89_900),
    ("Perfect.", false, 89_700),
    (
        "Then everything is here for Saturday. I will bring the long table and the two lamps, and if the weather holds we can sit outside until late.",
        false,
        89_650,
    ),
    ("Sounds great", true, 89_000),
    ("صباح الخير! هل نلتقي عند الجسر كالعادة؟", false, 5_400),
    ("نعم، الساعة السابعة إن شاء الله. سأحضر القهوة والكتاب الذي وعدتك به.", true, 5_300),
    ("ممتاز 👌", false, 5_200),
    ("Bob asked whether he can join with his sister. Is that fine with you?", false, 1_400),
    ("Of course", true, 1_200),
    ("Tell them to bring a chair each :)", true, 1_190),
    (
        "https://example.org/a-very-long-address/that-has-no-place-to-break/0123456789abcdefghijklmnopqrstuvwxyz0123456789",
        false,
        900,
    ),
    ("That is the map.", false, 880),
    ("Thank you, see you all there.", true, 60),
];

/// After so many earlier messages.
pub fn talk(with: &Contact, earlier: u64) -> Vec<Message> {
    let since = 110_000 + earlier * 300;
    let earlier =
        (1..=earlier).map(|n| (format!("Earlier message {n}"), n % 3 == 0, since - n * 300));
    let talk = TALK.iter().map(|(text, mine, ago)| ((*text).to_owned(), *mine, *ago));
    let states = [MessageState::Sent { on: 2, of: 3 }, MessageState::Delivered, MessageState::Read];
    let all: Vec<_> = earlier.chain(talk).collect();
    let count = all.len();
    let message = |(at, (text, mine, ago)): (usize, (String, bool, u64))| {
        let state = match count - at {
            1 => MessageState::Sending,
            4 => MessageState::Sent { on: 2, of: 3 },
            5 => MessageState::Delivered,
            _ => states.last().copied().unwrap_or(MessageState::Read),
        };
        let sent_at = UnixTime(now().0.saturating_sub(ago));
        Message {
            id: MessageId::new(format!("{at:064x}")),
            place: place(at as u64, sent_at),
            direction: if mine { Direction::Outgoing(state) } else { Direction::Incoming },
            author: if mine { me() } else { with.public_key.clone() },
            text,
            sent_at,
            received_at: UnixTime(sent_at.0 + if text_is_late(at) { 4_000 } else { 1 }),
        }
    };
    all.into_iter().enumerate().map(message).collect()
}

/// The `n`th message of a chat.
pub fn place(n: u64, at: UnixTime) -> Place {
    Place { at, clock: n, tie: (0, n as u32) }
}

/// One that took an hour, and one that came on another day.
fn text_is_late(at: usize) -> bool {
    at == 308
}
