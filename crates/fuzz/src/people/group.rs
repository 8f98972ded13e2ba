//! A group of Alice and Bob, made once and taken up anew by every input.

use super::{Person, alice, bob, unix_now};
use crate::tls::Cursor;
use std::collections::HashMap;
use std::sync::LazyLock;
use zajil_core::envelope::{
    GroupEventKey, GroupProfile, Routing, group_components, group_event_key, read_group,
};
use zajil_core::mls::{
    Components, Founded, Group, GroupState, Member, MlsRecord, Provider, parse_key_package,
};

pub type Records = HashMap<Vec<u8>, Vec<u8>>;

/// The group as each of the two stored it.
pub struct Live {
    pub id: Vec<u8>,
    pub members: Vec<Member>,
    pub components: Components,
    pub outer_key: GroupEventKey,
    /// What Bob joined by.
    pub welcome: Vec<u8>,
    /// Reference and init key of the key package by which he was invited.
    pub bobs_key_package: (Vec<u8>, Vec<u8>),
    /// Bob's device before he joined.
    bob_invited: Records,
    bob_joined: Records,
    alice: Records,
}

static LIVE: LazyLock<Live> = LazyLock::new(Live::new);

pub fn live_group() -> &'static Live {
    &LIVE
}

pub fn routing() -> Routing {
    Routing { nostr_group_id: [1; 32], relays: vec!["wss://a.example".to_owned()] }
}

impl Live {
    fn new() -> Self {
        let (alice, bob) = (alice(), bob());
        let (mut ours, mut theirs) = (alice.provider(), bob.provider());
        let key_package = bob.key_package(&theirs);
        let bob_invited = saved(Records::new(), theirs.take_changes());
        let invitee = parse_key_package(&ours, &key_package.bytes).expect("a key package");
        let profile =
            GroupProfile { name: "عائلة".to_owned(), description: "all of us".to_owned() };
        let state = group_components(&profile, &[alice.identity(), bob.identity()], &routing());
        let components = alice.components();
        let Founded { group, welcome } = Group::found(
            &ours,
            &alice.signer,
            &alice.identity(),
            &components,
            &state,
            &invitee,
            unix_now().0,
        )
        .expect("founded");
        Group::join(&theirs, &welcome, |sender, state| read_group(sender, state).map(|_| ()))
            .expect("joined");
        let GroupState { members, components } = group.state().expect("a state");
        Self {
            id: group.id(),
            members,
            components,
            outer_key: group_event_key(&ours, &group).expect("a key"),
            welcome,
            bobs_key_package: (key_package.reference, init_key(&key_package.bytes)),
            bob_joined: saved(bob_invited.clone(), theirs.take_changes()),
            bob_invited,
            alice: saved(Records::new(), ours.take_changes()),
        }
    }

    pub fn alice(&self) -> (Provider, Group) {
        self.device(alice(), &self.alice)
    }

    pub fn bob(&self) -> (Provider, Group) {
        self.device(bob(), &self.bob_joined)
    }

    /// Bob's device with the key package, and not in the group yet.
    pub fn bob_invited(&self) -> Provider {
        bob().provider_of(self.bob_invited.clone())
    }

    fn device(&self, person: &Person, records: &Records) -> (Provider, Group) {
        let provider = person.provider_of(records.clone());
        let group = Group::load(&provider, &self.id).expect("the group is there");
        (provider, group)
    }
}

/// Where it stands in the bytes: after the versions, the wire format and the suite.
fn init_key(key_package: &[u8]) -> Vec<u8> {
    let mut cursor = Cursor::new(key_package);
    cursor.take(8).and_then(|_| cursor.vector()).expect("a key package").to_vec()
}

pub fn saved(mut records: Records, changes: Vec<MlsRecord>) -> Records {
    for (key, value) in changes {
        match value {
            Some(value) => records.insert(key, value),
            None => records.remove(&key),
        };
    }
    records
}
