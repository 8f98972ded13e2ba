//! An account's store, after a disk or a version of ours made something else of it.
//!
//! An input is the number of a row (1 byte) and what stands in it instead.

use super::Outcome;
use crate::people::{bobs_device, session};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::{Command, Page};
use zajil_core::engine::VaultKey;
use zajil_core::store::{Row, Table, Vault};

fn vault() -> Vault {
    Vault::new(&VaultKey([12; 32]))
}

/// The rows of `table`, opened, each behind its number.
fn opened(table: Table) -> Vec<Vec<u8>> {
    let rows = session().rows.iter().filter(|(other, _)| *other == table).enumerate();
    rows.filter_map(|(number, (table, (key, sealed)))| {
        let plaintext = vault().open(*table, key, sealed).ok()?;
        Some([&[u8::try_from(number).ok()?], plaintext.as_slice()].concat())
    })
    .collect()
}

/// All rows, one of them with other contents, sealed as if we had written it.
fn replaced(table: Table, input: &[u8]) -> Option<Vec<(Table, Row)>> {
    let (number, plaintext) = input.split_first()?;
    let mut rows = session().rows.clone();
    let mut of_table: Vec<_> = rows.iter_mut().filter(|(other, _)| *other == table).collect();
    let number = usize::from(*number).checked_rem(of_table.len())?;
    let (_, (key, sealed)) = of_table.get_mut(number)?;
    *sealed = vault().seal(table, key, plaintext, &mut ChaCha20Rng::from_seed([3; 32]));
    Some(rows)
}

pub mod stored_row {
    use super::*;

    /// Either the account opens and goes on, or it says why not.
    pub fn run(input: &[u8]) -> Outcome {
        let device = replaced(Table::Records, input).and_then(|rows| bobs_device(&rows));
        let Some(mut device) = device else { return Outcome::Refused };
        device.command(Command::Attach);
        device.connect();
        let chat = session().chat.clone();
        device.command(Command::SendMessage { chat, text: "still here".to_owned() });
        for milliseconds in [1_000, 20_000, 120_000, 90_000_000] {
            device.wait(milliseconds);
        }
        Outcome::Read
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        opened(Table::Records)
    }
}

pub mod stored_message {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let device = replaced(Table::Messages, input).and_then(|rows| bobs_device(&rows));
        let Some(mut device) = device else { return Outcome::Refused };
        let chat = session().chat.clone();
        device.command(Command::LoadMessages { chat, page: Page::Newest, limit: 50 });
        Outcome::Read
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        opened(Table::Messages)
    }
}
