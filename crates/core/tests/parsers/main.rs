//! What the envelope and MLS make of each other's bytes. Bytes that nobody means well
//! with are the fuzz targets' (`crates/fuzz`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod comparing;
mod key_packages;
mod order;
mod secrets;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::HashMap;
use zajil_api::UnixTime;
use zajil_core::envelope::{
    GroupProfile, Routing, group_components, group_event_key, leaf_components, prove, read_group,
    verify_proof,
};
use zajil_core::mls::{
    Aside, Founded, Group, LeafSigner, Member, MlsError, OwnKeyPackage, Processed, Provider,
    own_key_package, parse_key_package,
};
use zajil_core::nostr::SecretKey;

struct Device {
    account: SecretKey,
    signer: LeafSigner,
    provider: Provider,
    rng: ChaCha20Rng,
}

fn now() -> UnixTime {
    UnixTime(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs())
}

impl Device {
    fn new(seed: u8) -> Self {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        Self {
            account: SecretKey::generate(&mut rng),
            signer: LeafSigner::from_bytes([seed; 32]),
            provider: Provider::new([seed; 32], HashMap::new()),
            rng,
        }
    }

    fn components(&mut self) -> zajil_core::mls::Components {
        let key = self.signer.public_key();
        leaf_components(prove(&self.account, &key, now(), &mut self.rng))
    }

    fn key_package(&mut self) -> OwnKeyPackage {
        let components = self.components();
        let identity = self.account.public_key().to_bytes();
        own_key_package(&self.provider, &self.signer, &identity, &components, now().0).unwrap()
    }

    fn found(&mut self, invitee: &[u8]) -> Founded {
        let components = self.components();
        let identity = self.account.public_key().to_bytes();
        let invitee = parse_key_package(&self.provider, invitee).unwrap();
        let routing =
            Routing { nostr_group_id: [1; 32], relays: vec!["wss://a.example".to_owned()] };
        let state = group_components(
            &GroupProfile::default(),
            &[identity, invitee.member.identity],
            &routing,
        );
        Group::found(
            &self.provider,
            &self.signer,
            &identity,
            &components,
            &state,
            &invitee,
            now().0,
        )
        .unwrap()
    }
}

fn joined() -> (Device, Device, Group, Group) {
    let (mut alice, mut bob) = (Device::new(1), Device::new(2));
    let key_package = bob.key_package();
    let Founded { group, welcome } = alice.found(&key_package.bytes);
    let theirs =
        Group::join(&bob.provider, &welcome, |sender, state| read_group(sender, state).map(|_| ()));
    (alice, bob, group, theirs.unwrap())
}

#[test]
fn a_group_founded_by_one_is_joined_read_and_renewed_by_the_other() {
    let (alice, bob, mut ours, mut theirs) = joined();
    assert_eq!(
        group_event_key(&alice.provider, &ours).unwrap(),
        group_event_key(&bob.provider, &theirs).unwrap()
    );
    let message = ours.encrypt(&alice.provider, &alice.signer, b"one").unwrap();
    let read = theirs.process(&bob.provider, &message).unwrap();
    assert!(matches!(read, Processed::Application { payload, .. } if *payload == b"one"));
    assert_eq!(theirs.process(&bob.provider, &message).unwrap_err(), MlsError::Replayed);

    let late = ours.encrypt(&alice.provider, &alice.signer, b"late").unwrap();
    let before = theirs.records(&bob.provider).unwrap();
    let mut aside = Aside::of(&bob.provider, &theirs.id(), &before).unwrap();
    let commit = aside.renew_leaf(&bob.signer).unwrap();
    assert_eq!(theirs.epoch(), 1, "a commit has no effect before it is published");
    theirs.put_back(&bob.provider, &aside.records().unwrap()).unwrap();
    assert!(matches!(ours.process(&alice.provider, &commit), Ok(Processed::SelfUpdated { .. })));
    assert_eq!((ours.epoch(), theirs.epoch()), (2, 2));
    let read = theirs.process(&bob.provider, &late).unwrap();
    assert!(matches!(read, Processed::Application { payload, .. } if *payload == b"late"));
    let state = ours.state().unwrap();
    assert!(state.members.iter().all(|member: &Member| verify_proof(member).is_ok()));
}

#[test]
fn a_key_package_can_be_used_twice() {
    let (mut alice, mut carol, mut bob) = (Device::new(1), Device::new(3), Device::new(2));
    let key_package = bob.key_package();
    for founder in [&mut alice, &mut carol] {
        let Founded { welcome, .. } = founder.found(&key_package.bytes);
        let judged = |sender: &Member, state: &_| read_group(sender, state).map(|_| ());
        assert!(Group::join(&bob.provider, &welcome, judged).is_ok());
    }
}

#[test]
fn a_group_that_is_refused_leaves_no_trace() {
    let (mut alice, mut bob) = (Device::new(1), Device::new(2));
    let key_package = bob.key_package();
    let Founded { welcome, .. } = alice.found(&key_package.bytes);
    bob.provider.take_changes();
    let refused =
        Group::join(&bob.provider, &welcome, |_, _| Err(MlsError::Lost)).map(|_| ()).unwrap_err();
    assert_eq!(refused, MlsError::Lost);
    let kept = bob.provider.take_changes().into_iter().filter(|(_, value)| value.is_some());
    // All that may be written anew is the key package itself.
    assert!(kept.count() <= 1);
    assert!(Group::join::<MlsError>(&bob.provider, &welcome, |_, _| Ok(())).is_ok());
}
