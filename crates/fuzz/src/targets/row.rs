//! An account's store after a disk, or a version of ours, made something else of it; and
//! a whole engine between a server and that store.

use super::Outcome;
use crate::people::{Session, now, session};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::{Command, CommandId, RelayUrl, Request};
use zajil_core::engine::{Engine, Input, Output, Timestamp, VaultKey};
use zajil_core::store::{Row, Table, Vault};

const SERVER: &str = "wss://a.example";
/// Outputs after one input: more than this is a loop.
const MOST_OUTPUTS: usize = 10_000;

fn vault() -> Vault {
    Vault::new(&VaultKey([12; 32]))
}

fn rows(tables: &[Table]) -> Vec<&'static (Table, Row)> {
    session().rows.iter().filter(|(table, _)| tables.contains(table)).collect()
}

/// The rows of `tables`, opened, each behind its number.
fn opened(table: Table) -> Vec<Vec<u8>> {
    let rows = rows(&[table]).into_iter().enumerate();
    rows.filter_map(|(number, (table, (key, sealed)))| {
        let plaintext = vault().open(*table, key, sealed).ok()?;
        Some([&[u8::try_from(number).ok()?], plaintext.as_slice()].concat())
    })
    .collect()
}

/// The row of that number with other contents, sealed as if we had written it.
fn replaced(table: Table, input: &[u8]) -> Option<(usize, Row)> {
    let (number, plaintext) = input.split_first()?;
    let rows = rows(&[table]);
    let number = usize::from(*number).checked_rem(rows.len())?;
    let (_, (key, _)) = rows.get(number)?;
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    Some((number, (key.clone(), vault().seal(table, key, plaintext, &mut rng))))
}

/// Everything the engine has to say; what it wants loaded is what `load` has.
fn drain(engine: &mut Engine, load: &[Row]) {
    for _ in 0..MOST_OUTPUTS {
        match engine.poll_output() {
            None => return,
            Some(Output::Load { token, .. }) => {
                let rows = load.to_vec();
                engine.handle_input(now(), Input::Loaded { token, rows });
            }
            Some(_) => {}
        }
    }
    assert!(engine.poll_output().is_none(), "an engine that does not come to rest");
}

fn request(engine: &mut Engine, command: Command) {
    engine.handle_input(now(), Input::Request(Request { id: CommandId(1), command }));
}

pub mod stored_row {
    use super::*;

    /// Either the account opens and goes on, or it says why not.
    pub fn run(input: &[u8]) -> Outcome {
        let Some((number, row)) = replaced(Table::Records, input) else { return Outcome::Refused };
        let mut rows: Vec<(Table, Row)> =
            super::rows(&[Table::Records]).into_iter().cloned().collect();
        if let Some(place) = rows.get_mut(number) {
            place.1 = row;
        }
        let Some(mut engine) = Session::resumed(&rows) else { return Outcome::Refused };
        request(&mut engine, Command::Attach);
        drain(&mut engine, &[]);
        let chat = session().chat.clone();
        request(&mut engine, Command::SendMessage { chat, text: "still here".to_owned() });
        engine.handle_input(Timestamp(now().0 + 120_000), Input::TimedOut);
        drain(&mut engine, &[]);
        Outcome::Read
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        opened(Table::Records)
    }
}

pub mod stored_message {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let Some((_, row)) = replaced(Table::Messages, input) else { return Outcome::Refused };
        let mut engine = engine();
        let chat = session().chat.clone();
        request(&mut engine, Command::LoadMessages { chat, before: None, limit: 50 });
        drain(&mut engine, &[row]);
        Outcome::Read
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        opened(Table::Messages)
    }
}

pub mod server_frames {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let mut engine = engine();
        for (number, text) in String::from_utf8_lossy(input).lines().take(64).enumerate() {
            let frame = Input::RelayFrame { relay: RelayUrl::new(SERVER), text: text.to_owned() };
            engine.handle_input(Timestamp(now().0 + 60_000 + number as u64 * 100), frame);
            drain(&mut engine, &[]);
        }
        engine.handle_input(Timestamp(now().0 + 200_000), Input::TimedOut);
        drain(&mut engine, &[]);
        Outcome::Read
    }

    /// What the server said in truth, frame by frame and all together.
    pub fn seeds() -> Vec<Vec<u8>> {
        let frames = &session().frames;
        let mut seeds: Vec<Vec<u8>> =
            frames.iter().map(|frame| frame.clone().into_bytes()).collect();
        seeds.push(frames.join("\n").into_bytes());
        seeds
    }
}

fn engine() -> Engine {
    let stored: Vec<(Table, Row)> =
        rows(&[Table::Records, Table::Seen]).into_iter().cloned().collect();
    let engine = Session::resumed(&stored);
    assert!(engine.is_some(), "what was stored opens");
    let mut engine = engine.unwrap_or_else(crate::people::newcomer);
    drain(&mut engine, &[]);
    engine
}
