//! Kind 30443: nothing but what the key package itself says.

use crate::{Device, now};
use zajil_core::envelope::{key_package_event, parse_key_package_event};
use zajil_core::mls::parse_key_package;
use zajil_core::nostr::{Event, Tag, UnsignedEvent};

#[test]
fn a_key_package_event_is_read_back_and_every_false_claim_is_refused() {
    let mut bob = Device::new(2);
    let key_package = bob.key_package();
    let author = bob.account.public_key();
    let unsigned = key_package_event(author, &[7; 32], &key_package, now());
    let event = |unsigned: UnsignedEvent, bob: &mut Device| {
        Event::sign(unsigned, &bob.account, &mut bob.rng).unwrap()
    };
    let good = event(unsigned.clone(), &mut bob);
    let names: Vec<&str> = good.tags.iter().map(Tag::name).collect();
    let exactly = [
        "d",
        "mls_protocol_version",
        "i",
        "mls_ciphersuite",
        "mls_extensions",
        "mls_proposals",
        "app_components",
    ];
    assert_eq!(names, exactly);
    assert!(parse_key_package_event(&bob.provider, &good).unwrap().key_package.last_resort);

    for (at, name) in exactly.into_iter().enumerate() {
        let mut without = unsigned.clone();
        without.tags.remove(at);
        let mut twice = unsigned.clone();
        twice.tags.push(unsigned.tags[at].clone());
        let mut other = unsigned.clone();
        other.tags[at] = Tag::new(other.tags[at].name(), ["0x0000"]);
        // A slot may have any name.
        let others = (name != "d").then_some(other);
        for bad in [without, twice].into_iter().chain(others) {
            let bad = event(bad, &mut bob);
            assert!(parse_key_package_event(&bob.provider, &bad).is_err(), "tag {at}");
        }
    }
    let at = |name: &str| exactly.iter().position(|known| *known == name).unwrap();
    for (name, values) in [
        ("d", vec![""]),
        ("mls_protocol_version", vec!["1.1"]),
        ("mls_extensions", vec!["0x0003", "0x0006"]),
        ("mls_extensions", vec!["0x0003", "0x0006", "0xf2d1", "0xf2d2"]),
        ("mls_proposals", vec!["0x0008", "0x000a", "0x000a"]),
    ] {
        let mut false_claim = unsigned.clone();
        false_claim.tags[at(name)] = Tag::new(name, values);
        let bad = event(false_claim, &mut bob);
        assert!(parse_key_package_event(&bob.provider, &bad).is_err(), "{name}");
    }
    let mut mallory = Device::new(3);
    let mut stolen = unsigned;
    stolen.pubkey = mallory.account.public_key();
    let stolen = event(stolen, &mut mallory);
    assert!(parse_key_package_event(&bob.provider, &stolen).is_err());
}

#[test]
fn who_lacks_what_our_groups_require_does_not_fit() {
    let mut bob = Device::new(2);
    let bytes = bob.key_package().bytes;
    let good = parse_key_package(&bob.provider, &bytes).unwrap();
    assert_eq!(good.extensions, [0x0003, 0x0006, 0xf2d1]);
    assert_eq!(good.proposals, [0x0008, 0x000a]);
    assert!(good.fits_our_groups());
    for missing in [0x0006, 0x0008, 0x000a] {
        let mut lacking = good.clone();
        lacking.extensions.retain(|id| *id != missing);
        lacking.proposals.retain(|id| *id != missing);
        assert!(!lacking.fits_our_groups(), "{missing:#06x}");
    }
}
