//! Key packages (RFC 9420 §10): anybody publishes one, and we found groups with it.

use super::Outcome;
use crate::people::{alice, bob, unix_now};
use crate::tls::{Cursor, signature, vector};
use zajil_core::envelope::{GroupProfile, group_components, verify_proof};
use zajil_core::mls::{Group, parse_key_package};

/// Reads it as somebody who is about to invite its owner, and does so.
fn read(bytes: &[u8]) -> Outcome {
    let alice = alice();
    let provider = alice.provider();
    let key_package = parse_key_package(&provider, bytes);
    if let Ok(invitee) = &key_package {
        if let Ok(account) = verify_proof(&invitee.member) {
            assert_eq!(account, bob().account.public_key(), "a leaf passes for another's");
        }
        let admins = [alice.identity(), invitee.member.identity];
        let routing = crate::people::routing();
        let state = group_components(&GroupProfile::default(), &admins, &routing);
        let components = alice.components();
        let founded = Group::found(
            &provider,
            &alice.signer,
            &alice.identity(),
            &components,
            &state,
            invitee,
            unix_now().0,
        );
        if let Ok(founded) = founded {
            assert!(founded.group.state().is_ok(), "a group that we founded");
        }
    }
    Outcome::of(&key_package)
}

pub mod mls_key_package {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        read(input)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        vec![bob().key_package(&bob().provider()).bytes]
    }
}

pub mod signed_key_package {
    use super::*;

    /// The message's, and the key package's, version and suite.
    const HEAD: [u8; 8] = [0, 1, 0, 5, 0, 1, 0, 1];

    /// Length (2 bytes) and bytes of what is signed of the leaf, then the key package's
    /// extensions; signed here by the leaf's key.
    pub fn run(input: &[u8]) -> Outcome {
        let Some((length, rest)) = input.split_first_chunk::<2>() else {
            return Outcome::Refused;
        };
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (leaf, extensions) = rest.split_at(length);
        let signer = &bob().signer;
        let init_key = vector(&[9; 32]);
        let leaf_signature = signature(signer, "LeafNodeTBS", leaf);
        let mut message = [HEAD.as_slice(), &init_key, leaf, &leaf_signature, extensions].concat();
        let signed = signature(signer, "KeyPackageTBS", message.get(4..).unwrap_or_default());
        message.extend(signed);
        read(&message)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let bytes = bob().key_package(&bob().provider()).bytes;
        parts(&bytes).into_iter().collect()
    }

    fn parts(bytes: &[u8]) -> Option<Vec<u8>> {
        let mut cursor = Cursor::new(bytes);
        cursor.take(HEAD.len())?;
        cursor.vector()?; // init key
        let start = cursor.at();
        cursor.vector()?; // encryption key
        cursor.vector()?; // signature key
        cursor.take(2)?;
        cursor.vector()?; // identity
        for _ in 0..5 {
            cursor.vector()?; // capabilities
        }
        cursor.take(1 + 16)?; // source, lifetime
        cursor.vector()?; // extensions
        let leaf = bytes.get(start..cursor.at())?;
        cursor.vector()?; // the leaf's signature
        let length = u16::try_from(leaf.len()).ok()?.to_be_bytes();
        Some([length.as_slice(), leaf, &vector(cursor.vector()?)].concat())
    }
}
