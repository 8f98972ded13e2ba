//! Somebody with software of their own, who says whatever they want.

use super::World;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::HashMap;
use zajil_api::{Command, UnixTime};
use zajil_core::envelope::{
    GroupProfile, Inner, InnerKind, Routing, WelcomeRumor, group_components, group_event_key,
    inbox_relays_event, key_package_event, leaf_components, parse_key_package_event, prove,
    seal_message, welcome_rumor,
};
use zajil_core::mls::{Group, LeafSigner, Provider, own_key_package};
use zajil_core::nostr::{Event, Kind, PublicKey, SecretKey, nip59};

pub struct Guest {
    rng: ChaCha20Rng,
    provider: Provider,
    signer: LeafSigner,
    key: SecretKey,
    group: Group,
    routing: [u8; 32],
}

impl Guest {
    /// Founds a group with a key package, and writes an invitation to it, perhaps with a link's
    /// token.
    pub fn invites(
        world: &World,
        seed: u8,
        key_package: &Event,
        to: PublicKey,
        nostr_group_id: [u8; 32],
        relays: Vec<String>,
        invite: Option<[u8; 16]>,
    ) -> (Self, Event) {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        // Another group of the same person's is another one to MLS too.
        let provider = Provider::new(nostr_group_id, HashMap::new());
        let found = parse_key_package_event(&provider, key_package).unwrap();
        let key = SecretKey::generate(&mut rng);
        let signer = LeafSigner::from_bytes([seed; 32]);
        let now = UnixTime(world.now.0 / 1000);
        let leaf = leaf_components(prove(&key, &signer.public_key(), now, &mut rng));
        let identity = key.public_key().to_bytes();
        let routing = Routing { nostr_group_id, relays: relays.clone() };
        let state = group_components(&GroupProfile::default(), &[identity], &routing);
        let founded =
            Group::found(&provider, &signer, &identity, &leaf, &state, &found.key_package, now.0)
                .unwrap();
        let welcome =
            WelcomeRumor { welcome: founded.welcome, key_package: found.event_id, relays, invite };
        let rumor = welcome_rumor(key.public_key(), &welcome, now);
        let wrap = nip59::wrap(&rumor, &key, &to, now, &mut rng).unwrap();
        let group = founded.group;
        (Self { rng, provider, signer, key, group, routing: nostr_group_id }, wrap)
    }

    /// What somebody with this seed publishes to be found: a key package, and where they want mail.
    pub fn publishes(world: &World, seed: u8, relays: &[String]) -> [Event; 2] {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let provider = Provider::new([seed; 32], HashMap::new());
        let key = SecretKey::generate(&mut rng);
        let signer = LeafSigner::from_bytes([seed; 32]);
        let now = UnixTime(world.now.0 / 1000);
        let leaf = leaf_components(prove(&key, &signer.public_key(), now, &mut rng));
        let (author, identity) = (key.public_key(), key.public_key().to_bytes());
        let made = own_key_package(&provider, &signer, &identity, &leaf, now.0).unwrap();
        let key_package = key_package_event(author, &[seed; 32], &made, now);
        let inbox = inbox_relays_event(author, relays, now);
        [key_package, inbox].map(|event| Event::sign(event, &key, &mut rng).unwrap())
    }

    /// Their next message, as an event.
    pub fn says(&mut self, now: UnixTime, kind: &InnerKind) -> Event {
        self.says_words(now, &Inner::rumor(self.key.public_key(), now, kind).to_json())
    }

    /// Something in the group's outer encryption that is no MLS message.
    pub fn says_nonsense(&mut self, now: UnixTime) -> Event {
        let outer = group_event_key(&self.provider, &self.group).unwrap();
        let sealed = seal_message(&outer, self.routing, &[7; 100], &mut self.rng).unwrap();
        sealed.to_event(now, &mut self.rng).unwrap()
    }

    /// The same with whatever words.
    pub fn says_words(&mut self, now: UnixTime, rumor: &str) -> Event {
        let message = self.group.encrypt(&self.provider, &self.signer, rumor.as_bytes()).unwrap();
        let outer = group_event_key(&self.provider, &self.group).unwrap();
        let sealed = seal_message(&outer, self.routing, &message, &mut self.rng).unwrap();
        sealed.to_event(now, &mut self.rng).unwrap()
    }
}

/// Somebody asks Bob for a chat on the one relay at `url`.
pub fn asks_bob(world: &mut World, url: &str, seed: u8) -> Guest {
    let (bob, key_package) = key_package_of(world, "Bob", url);
    let relays = vec![url.to_owned()];
    let (guest, wrap) = Guest::invites(world, seed, &key_package, bob, [seed; 32], relays, None);
    world.inject(url, wrap);
    world.pass(5_000);
    guest
}

/// Bob talks with somebody on the one relay at `url`.
pub fn talks_to_bob(url: &str) -> (World, Guest) {
    let mut world = World::with_accounts(&["Bob"], &[url]);
    world.pass(5_000);
    let guest = asks_bob(&mut world, url, 1);
    let chat = world.person("Bob").chats()[0].id.clone();
    world.command("Bob", Command::AcceptRequest { chat });
    world.pass(5_000);
    (world, guest)
}

/// Somebody's key, and their latest key package on a relay.
pub fn key_package_of(world: &mut World, who: &str, url: &str) -> (PublicKey, Event) {
    let key = world.person(who).account().public_key;
    let mut events = world.relay(url).events.iter().rev();
    let of_them =
        |event: &&Event| event.kind == Kind::KEY_PACKAGE && event.pubkey.to_hex() == key.as_str();
    let event = events.find(of_them).unwrap().clone();
    (event.pubkey, event)
}
