use super::*;
use crate::engine::shares::Share;
use crate::engine::{Config, Engine, VaultKey};
use crate::nostr::{Kind, SecretKey, UnsignedEvent};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::RelayUrl;

#[test]
fn who_hands_out_the_same_again_is_asked_ever_more_rarely() {
    let longest = |is_news| {
        let filter = Filter::new();
        let mut progress = Progress::new(1, filter, SortedSet::new(), Timestamp(0));
        (0..FULL_PAGE).for_each(|_| progress.count(None));
        progress.is_news = is_news;
        (0..20).for_each(|_| progress.settled(Timestamp(0)));
        progress.timeout()
    };
    assert_eq!(longest(false), Some(Timestamp(LONGEST_RETRY_FOR_NOTHING_MS)));
    assert_eq!(longest(true), Some(Timestamp(LONGEST_RETRY_MS)));
}

#[test]
fn what_is_held_is_bounded_and_the_oldest_stays() {
    let signed = long_event();
    let mut progress = Progress::new(1, Filter::new(), SortedSet::new(), Timestamp(0));
    for number in 0..500 {
        let created_at = UnixTime(500 - number);
        progress.hold(Event { created_at, ..signed.clone() }, MAX_HELD_BYTES);
    }
    assert!(progress.held_bytes <= MAX_HELD_BYTES && progress.overflowed);
    assert_eq!(progress.held.first_key_value().unwrap().0.0, UnixTime(1));
    let kept: usize = progress.held.values().map(weight).sum();
    assert_eq!(kept, progress.held_bytes);
}

/// An event of 100,000 bytes.
fn long_event() -> Event {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let key = SecretKey::generate(&mut rng);
    let (pubkey, created_at) = (key.public_key(), UnixTime(0));
    let (kind, content) = (Kind::GROUP_MESSAGE, "A".repeat(100_000));
    let unsigned = UnsignedEvent { pubkey, created_at, kind, tags: vec![], content };
    Event::sign(unsigned, &key, &mut rng).unwrap()
}

#[test]
fn a_server_that_floods_leaves_others_their_share() {
    let (vault_key, seed, default_relays) = (VaultKey([1; 32]), [2; 32], Vec::new());
    let config = Config { vault_key, seed, default_relays };
    let mut engine = Engine::open(config, Timestamp(1_700_000_000_000), &[]).unwrap();
    let (floods, honest) = (RelayUrl::new("wss://floods"), RelayUrl::new("wss://honest"));
    let signed = long_event();
    for (relay, events) in [(&floods, 800), (&honest, 50)] {
        for feed in [Feed::Inbox, Feed::Groups(Share::Own(0))] {
            let of = SortedSet::new();
            let mut progress = Progress::new(1, Filter::new(), of, engine.now);
            progress.step = Step::Paging;
            engine.catchup.feeds.insert((relay.clone(), feed), progress);
            for number in 0..events {
                let event = Event { created_at: UnixTime(number), ..signed.clone() };
                engine.hold_event(relay, feed, event);
            }
        }
    }
    let all = engine.catchup.feeds.iter();
    let overflowed: Vec<&RelayUrl> =
        all.filter(|(_, progress)| progress.overflowed).map(|((relay, _), _)| relay).collect();
    assert_eq!(overflowed, [&floods, &floods]);
}
