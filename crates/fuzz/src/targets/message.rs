//! MLS messages to a group that Alice and Bob are in, as Bob's device reads them.

use super::Outcome;
use crate::people::{alice, carol, live_group};
use zajil_core::envelope::Inner;
use zajil_core::mls::Processed;

pub mod mls_message {
    use super::*;
    use openmls::prelude::{
        GroupId, KeyPackage, LeafNodeIndex, MlsGroup, MlsMessageBodyIn, MlsMessageIn,
        MlsMessageOut, ProtocolVersion,
    };
    use openmls_traits::OpenMlsProvider;
    use tls_codec::{Deserialize, Serialize};
    use zajil_core::mls::Provider;

    /// Afterwards what Alice wrote is read all the same: no stranger wears a group out.
    pub fn run(input: &[u8]) -> Outcome {
        let live = live_group();
        let (provider, mut group) = live.bob();
        let outcome = group.process(&provider, input);
        if outcome.is_err() {
            let next = group.process(&provider, &hello());
            assert!(
                matches!(next, Ok(Processed::Application { .. })),
                "{outcome:?}, then {next:?}"
            );
        }
        Outcome::of(&outcome)
    }

    fn hello() -> Vec<u8> {
        static HELLO: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
            let (provider, mut group) = live_group().alice();
            group.encrypt(&provider, &alice().signer, b"hello").unwrap_or_default()
        });
        HELLO.clone()
    }

    fn carols_key_package(provider: &Provider) -> Option<KeyPackage> {
        let bytes = carol().key_package(&carol().provider()).bytes;
        match MlsMessageIn::tls_deserialize_exact(bytes).ok()?.extract() {
            MlsMessageBodyIn::KeyPackage(read) => {
                read.validate(provider.crypto(), ProtocolVersion::Mls10).ok()
            }
            _ => None,
        }
    }

    /// What a member can send with a library of their own: more than ours ever sends.
    pub fn seeds() -> Vec<Vec<u8>> {
        let (provider, mut group) = live_group().alice();
        let mut seeds = vec![hello()];
        seeds.extend(group.renew_leaf(&provider, &alice().signer));
        let signer = &alice().signer;
        let Some(key_package) = carols_key_package(&provider) else { return seeds };
        let mut add = |make: &dyn Fn(&Provider, &mut MlsGroup) -> Option<MlsMessageOut>| {
            let (provider, _) = live_group().alice();
            let id = GroupId::from_slice(&live_group().id);
            let group = MlsGroup::load(provider.storage(), &id).ok().flatten();
            let message = group.and_then(|mut group| make(&provider, &mut group));
            seeds.extend(message.and_then(|message| message.tls_serialize_detached().ok()));
        };
        let key_package = &key_package;
        add(&|provider, group| {
            Some(group.propose_add_member(provider, signer, key_package).ok()?.0)
        });
        add(&|provider, group| {
            let added = group.add_members(provider, signer, std::slice::from_ref(key_package));
            Some(added.ok()?.0)
        });
        for leaf in [0, 1].map(LeafNodeIndex::new) {
            add(&|provider, group| {
                Some(group.propose_remove_member(provider, signer, leaf).ok()?.0)
            });
            add(&|provider, group| Some(group.remove_members(provider, signer, &[leaf]).ok()?.0));
        }
        add(&|provider, group| group.leave_group(provider, signer).ok());
        add(&|provider, group| group.leave_group_via_self_remove(provider, signer).ok());
        seeds
    }
}

pub mod application {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let live = live_group();
        let (ours, mut alices) = live.alice();
        let (theirs, mut bobs) = live.bob();
        let Ok(message) = alices.encrypt(&ours, &alice().signer, input) else {
            return Outcome::Refused;
        };
        let Ok(Processed::Application { sender, payload }) = bobs.process(&theirs, &message) else {
            return Outcome::Refused;
        };
        assert_eq!((sender, payload.as_slice()), (alice().identity(), input));
        let inner = Inner::parse(&sender, &payload);
        if let Ok(inner) = &inner {
            super::super::inner::inner_event::check(inner);
        }
        Outcome::of(&inner)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let author = alice().account.public_key();
        super::super::inner::inner_event::seeds()
            .iter()
            .map(|seed| zajil_core::nostr::Rumor::new(crate::people::unsigned(author, seed)))
            .map(|rumor| rumor.to_json().into_bytes())
            .collect()
    }
}
