//! Practising an outage where chats live on servers that are in nobody's list.

use crate::world::World;
use zajil_api::{Command, Failure, LinkState, RelayUrl, Update};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

#[test]
fn a_server_that_only_chats_use_is_cut_in_a_practice_too() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.command("Bob", Command::RemoveServer { url: RelayUrl::new(ONE) });
    world.pass(1_000);
    let told = |world: &World| {
        let updates = world.person("Bob").updates.iter().rev();
        let mut links = updates.filter_map(|update| match update {
            Update::ServerChanged(server) if server.url.as_str() == ONE => Some(server.link),
            _ => None,
        });
        links.next().unwrap()
    };
    assert_eq!(told(&world), LinkState::Connected);
    let servers = vec![RelayUrl::new(ONE)];
    world.command("Bob", Command::PractiseOutage { servers: servers.clone(), seconds: 60 });
    assert!(matches!(told(&world), LinkState::Cut { .. }));
    let last = world.person("Bob").updates.last();
    assert!(matches!(last, Some(Update::ServerRemoved(url)) if url.as_str() == ONE), "{last:?}");
    assert!(world.relay(ONE).subscriptions_of("Bob").is_empty());
    world.send("Bob", "Alice", "still here");
    world.send("Alice", "Bob", "so am I");
    assert_eq!(world.texts("Bob", "Alice"), ["still here", "so am I"]);
    world.pass(61_000);
    assert_eq!(told(&world), LinkState::Connected);
    assert!(!world.relay(ONE).subscriptions_of("Bob").is_empty());
    // Alice knows it from her own list, and from no chat.
    let mut world = World::with_accounts(&["Alice"], &[ONE, TWO]);
    world.command("Alice", Command::RemoveServer { url: RelayUrl::new(ONE) });
    let updates = world.command("Alice", Command::PractiseOutage { servers, seconds: 60 });
    let refused = |update: &Update| {
        matches!(update, Update::Refused { failure: Failure::PracticeInvalid, .. })
    };
    assert!(updates.iter().any(refused), "{updates:?}");
}
