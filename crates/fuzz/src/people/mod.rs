//! Alice, Bob and Carol: their keys, a group, and whatever they would send each other.
//!
//! Made anew by every process, because OpenMLS asks the clock how old key packages are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what our own code makes of our own input is right, or the run ends"
)]

mod device;
mod group;
mod peer;
mod session;

pub use device::Device;
pub use group::{live_group, routing};
pub use session::{bobs_device, session};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};
use zajil_api::UnixTime;
use zajil_core::engine::{Config, Engine, Timestamp, VaultKey};
use zajil_core::envelope::{
    WelcomeRumor, inbox_relays_event, key_package_event as kind_30443, leaf_components, prove,
    seal_message, welcome_rumor as kind_444,
};
use zajil_core::mls::{LeafSigner, OwnKeyPackage, Provider, own_key_package};
use zajil_core::nostr::{Event, Kind, PublicKey, Rumor, SecretKey, Tag, UnsignedEvent, nip59};

pub struct Person {
    pub account: SecretKey,
    pub signer: LeafSigner,
    seed: u8,
}

impl Person {
    fn new(seed: u8) -> Self {
        Self {
            account: SecretKey::generate(&mut ChaCha20Rng::from_seed([seed; 32])),
            signer: LeafSigner::from_bytes([seed; 32]),
            seed,
        }
    }

    pub fn identity(&self) -> [u8; 32] {
        self.account.public_key().to_bytes()
    }

    /// A device with nothing on it.
    pub fn provider(&self) -> Provider {
        self.provider_of(HashMap::new())
    }

    pub fn provider_of(&self, records: HashMap<Vec<u8>, Vec<u8>>) -> Provider {
        Provider::new([self.seed; 32], records)
    }

    pub fn components(&self) -> zajil_core::mls::Components {
        leaf_components(prove(&self.account, &self.signer.public_key(), unix_now(), &mut rng()))
    }

    pub fn key_package(&self, provider: &Provider) -> OwnKeyPackage {
        let components = self.components();
        own_key_package(provider, &self.signer, &self.identity(), &components, unix_now().0)
            .expect("a key package")
    }

    fn sign(&self, unsigned: UnsignedEvent) -> Event {
        Event::sign(unsigned, &self.account, &mut rng()).expect("signed")
    }
}

static ALICE: LazyLock<Person> = LazyLock::new(|| Person::new(1));
static BOB: LazyLock<Person> = LazyLock::new(|| Person::new(2));
static CAROL: LazyLock<Person> = LazyLock::new(|| Person::new(3));

pub fn alice() -> &'static Person {
    &ALICE
}

pub fn bob() -> &'static Person {
    &BOB
}

pub fn carol() -> &'static Person {
    &CAROL
}

pub fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([4; 32])
}

static NOW: LazyLock<u64> = LazyLock::new(|| {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    now.as_secs()
});

/// When this process began: time stands still in a run.
pub fn unix_now() -> UnixTime {
    UnixTime(*NOW)
}

pub fn now() -> Timestamp {
    Timestamp(*NOW * 1000)
}

/// An engine on a device where nothing is stored.
pub fn newcomer() -> Engine {
    Engine::open(config(9), now(), &[]).expect("an empty store opens")
}

fn config(number: u8) -> Config {
    Config {
        vault_key: VaultKey([number; 32]),
        seed: [number; 32],
        default_relays: vec![zajil_api::RelayUrl::new(device::RELAY)],
    }
}

/// Kind and time on the first line, then a tag a line with tabs between its parts, an
/// empty line, and the content.
pub fn unsigned(author: PublicKey, input: &[u8]) -> UnsignedEvent {
    let text = String::from_utf8_lossy(input);
    let (head, content) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.split('\n');
    let (kind, time) = lines.next().and_then(|line| line.split_once(' ')).unwrap_or_default();
    let tags = lines.filter_map(|line| {
        let mut parts = line.split('\t');
        parts.next().map(|name| Tag::new(name, parts))
    });
    UnsignedEvent {
        pubkey: author,
        created_at: UnixTime(time.parse().unwrap_or(1_800_000_000).min((1 << 53) - 1)),
        kind: Kind(kind.parse().unwrap_or(9)),
        tags: tags.take(2000).collect(),
        content: content.to_owned(),
    }
}

pub fn event() -> Event {
    static MADE: LazyLock<Event> = LazyLock::new(make_event);
    MADE.clone()
}

fn make_event() -> Event {
    let id = "ab".repeat(32);
    let input = format!("9 1800000000\ne\t{id}\twss://a.example\nseq\t1\n\nhello \"you\"\n");
    alice().sign(unsigned(alice().account.public_key(), input.as_bytes()))
}

pub fn inbox_relays() -> Event {
    let relays = ["wss://a.example".to_owned(), "wss://b.example".to_owned()];
    alice().sign(inbox_relays_event(alice().account.public_key(), &relays, UnixTime(1)))
}

pub fn key_package_event() -> Event {
    static MADE: LazyLock<Event> = LazyLock::new(make_key_package_event);
    MADE.clone()
}

fn make_key_package_event() -> Event {
    let bob = bob();
    let key_package = bob.key_package(&bob.provider());
    bob.sign(kind_30443(bob.account.public_key(), &[7; 32], &key_package, unix_now()))
}

pub fn welcome_rumor() -> Rumor {
    let welcome = WelcomeRumor {
        welcome: live_group().welcome.clone(),
        key_package: event().id,
        relays: vec!["wss://a.example".to_owned()],
        invite: Some([5; 16]),
    };
    kind_444(alice().account.public_key(), &welcome, unix_now())
}

pub fn gift_wrap() -> Event {
    let (alice, bob) = (alice(), bob().account.public_key());
    nip59::wrap(&welcome_rumor(), &alice.account, &bob, unix_now(), &mut rng()).expect("wrapped")
}

/// A message of Alice's as the relays of the group see it.
pub fn group_message() -> Event {
    static MADE: LazyLock<Event> = LazyLock::new(make_group_message);
    MADE.clone()
}

fn make_group_message() -> Event {
    let live = live_group();
    let (provider, mut group) = live.alice();
    let mls = group.encrypt(&provider, &alice().signer, b"hello").expect("encrypted");
    let sealed = seal_message(&live.outer_key, routing().nostr_group_id, &mls, &mut rng());
    sealed.and_then(|sealed| sealed.to_event(unix_now(), &mut rng())).expect("an event")
}

/// The link that leads to Bob.
pub fn invite() -> String {
    session().invite.clone()
}
