//! App components: what a group and its leaves carry beyond MLS.
//!
//! An input is a list: id (2 bytes), length (2 bytes), so many bytes.

use super::Outcome;
use crate::people::{self, live_group};
use zajil_core::envelope::{GroupProfile, group_components as written, read_group, verify_proof};
use zajil_core::mls::{Components, GroupState, Member};

const PROFILE: u16 = 0x8001;
const ROUTING: u16 = 0x8004;

fn read(mut input: &[u8]) -> Components {
    let mut components = Components::new();
    while let Some((head, rest)) = input.split_first_chunk::<4>() {
        let [id, more, high, low] = *head;
        let length = usize::from(u16::from_be_bytes([high, low])).min(rest.len());
        let (bytes, rest) = rest.split_at(length);
        components.insert(u16::from_be_bytes([id, more]), bytes.to_vec());
        input = rest;
    }
    components
}

fn write(components: &Components) -> Vec<u8> {
    let mut out = Vec::new();
    for (id, bytes) in components {
        out.extend(id.to_be_bytes());
        out.extend(u16::try_from(bytes.len()).unwrap_or_default().to_be_bytes());
        out.extend(bytes);
    }
    out
}

pub mod group_components {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let members = &live_group().members;
        let components = read(input);
        let profile = GroupProfile::of(&components);
        let state = GroupState { members: members.clone(), components };
        let Some(sender) = members.first() else { return Outcome::Refused };
        let routing = read_group(sender, &state);
        let profile = profile.ok().flatten();
        let again = written(
            profile.as_ref().unwrap_or(&GroupProfile::default()),
            &[sender.identity],
            routing.as_ref().unwrap_or(&people::routing()),
        );
        // There is one way to write each, or members would disagree on what is the same.
        if routing.is_ok() {
            assert_eq!(again.get(&ROUTING), state.components.get(&ROUTING));
        }
        if profile.is_some() {
            assert_eq!(again.get(&PROFILE), state.components.get(&PROFILE));
        }
        Outcome::of(&routing)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        vec![write(&live_group().components)]
    }
}

pub mod leaf_components {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let Some(member) = live_group().members.first() else { return Outcome::Refused };
        let member = Member { components: read(input), ..member.clone() };
        let proof = verify_proof(&member);
        if let Ok(account) = &proof {
            assert_eq!(*account.as_bytes(), member.identity, "a proof of another account");
        }
        Outcome::of(&proof)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        live_group().members.iter().take(1).map(|member| write(&member.components)).collect()
    }
}
