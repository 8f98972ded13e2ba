//! What stands on the disk: nothing readable, and nothing silently misread.

use crate::world::World;
use zajil_api::RelayUrl;
use zajil_core::engine::{Config, Engine, OpenError, VaultKey};
use zajil_core::store::{Order, Range, Row, Table};

const ONE: &str = "wss://one.example";

fn rows(world: &World, who: &str) -> Vec<(Table, Row)> {
    let mut rows = Vec::new();
    for table in Table::ALL {
        let all = Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
        rows.extend(world.person(who).load(&all).into_iter().map(|row| (table, row)));
    }
    rows
}

fn config(key: u8) -> Config {
    Config {
        vault_key: VaultKey([key; 32]),
        seed: [1; 32],
        default_relays: vec![RelayUrl::new(ONE)],
    }
}

#[test]
fn no_name_text_key_or_address_is_readable_on_the_disk() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "a text that nobody else reads");
    world.pass(5_000);
    let alice = world.person("Alice").account().public_key;
    let bob = world.person("Bob").account().public_key;
    let mut secrets: Vec<Vec<u8>> =
        ["Alice", "nobody else", ONE].map(|t| t.as_bytes().to_vec()).into();
    for key in [alice, bob] {
        secrets.push(key.as_str().as_bytes().to_vec());
        secrets.push(hex::decode(key.as_str()).unwrap());
    }
    let rows = rows(&world, "Bob");
    assert!(rows.len() > 20, "{} rows", rows.len());
    for (_, (key, value)) in &rows {
        for secret in &secrets {
            let shows = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!shows(key) && !shows(value));
        }
    }
}

#[test]
fn a_wrong_key_or_a_damaged_row_is_said_and_nothing_is_made_up() {
    let mut world = World::with_accounts(&["Alice"], &[ONE]);
    world.pass(1_000);
    let now = world.now;
    let mut rows = rows(&world, "Alice");
    let opened = |rows: &[(Table, Row)], key| Engine::open(config(key), now, rows).map(|_| ());
    assert_eq!(opened(&rows, 0), Ok(()));
    assert_eq!(opened(&rows, 9), Err(OpenError::Sealed));
    let damaged = rows.iter_mut().find(|(table, _)| *table == Table::Records).unwrap();
    *damaged.1.1.last_mut().unwrap() ^= 1;
    assert_eq!(opened(&rows, 0), Err(OpenError::Sealed));
}

#[test]
fn what_an_engine_starts_with_is_not_shown() {
    let shown = format!("{:?}", config(7));
    insta::assert_snapshot!(shown, @r#"Config { default_relays: [RelayUrl("wss://one.example")], .. }"#);
}
