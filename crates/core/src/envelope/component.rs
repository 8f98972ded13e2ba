//! App components of the profile: their numbers, and the bytes of those we use.

use super::codec::{Reader, is_strictly_sorted, put_bytes};
use super::{EnvelopeError, verify_proof};
use crate::mls::{ComponentId, Components, GroupState, Member};
use crate::relay::parse_relay_url;
use std::fmt;

/// Lists components: supported by a leaf, required by a group.
const APP_COMPONENTS: ComponentId = 0x0001;
const PROFILE: ComponentId = 0x8001;
const ADMINS: ComponentId = 0x8003;
const ROUTING: ComponentId = 0x8004;
/// The account's signature over the leaf key; see [`super::prove`].
pub(super) const PROOF: ComponentId = 0x8009;

/// What our groups ask of every member.
const REQUIRED: [ComponentId; 4] = [PROFILE, ADMINS, ROUTING, PROOF];

/// What our leaves tolerate in a group: 0x8001 to 0x8009, and the media policy and
/// lifecycle that came later. Those we do not use are kept byte for byte by MLS.
pub(super) const SUPPORTED: [ComponentId; 12] = [
    APP_COMPONENTS,
    0x8001,
    0x8002,
    0x8003,
    0x8004,
    0x8005,
    0x8006,
    0x8007,
    0x8008,
    PROOF,
    0x800b,
    0x800c,
];

const MAX_NAME: usize = 256;
const MAX_DESCRIPTION: usize = 4096;
const MAX_RELAY: usize = 512;
/// More than any group needs, and little work to refuse.
const MAX_LIST: usize = 64 * 1024;

/// 0x8004: where a group's events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// The value of the `h` tag; random, and says nothing about anyone.
    pub nostr_group_id: [u8; 32],
    /// Sorted, unique.
    pub relays: Vec<String>,
}

/// 0x8001: how a group calls itself. Both empty between two people.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct GroupProfile {
    pub name: String,
    pub description: String,
}

/// Lengths only: what a group calls itself is its members' business.
impl fmt::Debug for GroupProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupProfile({} + {} bytes)", self.name.len(), self.description.len())
    }
}

/// The components of a leaf of ours, `proof` being [`super::prove`]'s.
pub fn leaf_components(proof: Vec<u8>) -> Components {
    Components::from([(APP_COMPONENTS, put_ids(&SUPPORTED)), (PROOF, proof)])
}

/// The components of a new group.
pub fn group_components(
    profile: &GroupProfile,
    admins: &[[u8; 32]],
    routing: &Routing,
) -> Components {
    let mut name = Vec::new();
    put_bytes(&mut name, profile.name.as_bytes());
    put_bytes(&mut name, profile.description.as_bytes());
    let mut sorted = admins.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut admins = Vec::new();
    put_bytes(&mut admins, &sorted.concat());
    Components::from([
        (APP_COMPONENTS, put_ids(&REQUIRED)),
        (PROFILE, name),
        (ADMINS, admins),
        (ROUTING, routing.encode()),
    ])
}

/// Judges a group somebody adds us to: every member proven, routing and admins
/// readable, and `sender` one of the admins. Returns where its events go.
pub fn read_group(sender: &Member, state: &GroupState) -> Result<Routing, EnvelopeError> {
    for member in &state.members {
        verify_proof(member)?;
    }
    let required = component(state, APP_COMPONENTS, "its list of components")?;
    let required = read_ids(required, "list of components")?;
    if required.iter().any(|id| !SUPPORTED.contains(id)) {
        return Err(EnvelopeError::Component("only components that we support"));
    }
    if !required.contains(&PROOF) {
        return Err(EnvelopeError::Component("the demand for identity proofs"));
    }
    let admins = read_admins(component(state, ADMINS, "admins")?)?;
    let is_member = |key: &[u8; 32]| state.members.iter().any(|member| member.identity == *key);
    if !admins.iter().all(is_member) {
        return Err(EnvelopeError::Component("the admins it lists"));
    }
    if !admins.contains(&sender.identity) {
        return Err(EnvelopeError::NotAdmin);
    }
    Routing::decode(component(state, ROUTING, "routing")?)
}

impl Routing {
    fn encode(&self) -> Vec<u8> {
        let mut relays = Vec::new();
        for relay in &self.relays {
            put_bytes(&mut relays, relay.as_bytes());
        }
        let mut out = self.nostr_group_id.to_vec();
        put_bytes(&mut out, &relays);
        out
    }

    fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let what = "routing";
        let mut reader = Reader::new(bytes, what);
        let nostr_group_id = reader.array()?;
        let mut list = Reader::new(reader.bytes(MAX_LIST)?, what);
        reader.end()?;
        let mut relays = Vec::new();
        while !list.is_empty() {
            let relay = list.bytes(MAX_RELAY)?;
            let relay = std::str::from_utf8(relay).map_err(|_| EnvelopeError::Encoding(what))?;
            if !is_absolute(relay) || parse_relay_url(relay).is_err() {
                return Err(EnvelopeError::Component("addresses of servers that can be reached"));
            }
            // As it stands there: members compare the bytes.
            relays.push(relay.to_owned());
        }
        if relays.is_empty() || !is_strictly_sorted(&relays) {
            return Err(EnvelopeError::Encoding(what));
        }
        Ok(Self { nostr_group_id, relays })
    }
}

impl GroupProfile {
    /// The profile in a group's components; `None` where it has none.
    pub fn of(components: &Components) -> Result<Option<Self>, EnvelopeError> {
        let Some(bytes) = components.get(&PROFILE) else { return Ok(None) };
        let what = "group profile";
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec()).map_err(|_| EnvelopeError::Encoding(what))
        };
        let mut reader = Reader::new(bytes, what);
        let name = text(reader.bytes(MAX_NAME)?)?;
        let description = text(reader.bytes(MAX_DESCRIPTION)?)?;
        reader.end()?;
        Ok(Some(Self { name, description }))
    }
}

/// A person may leave the scheme out or a space in; a group may not.
fn is_absolute(url: &str) -> bool {
    url.contains("://") && !url.contains(char::is_whitespace)
}

fn component<'a>(
    state: &'a GroupState,
    id: ComponentId,
    name: &'static str,
) -> Result<&'a [u8], EnvelopeError> {
    state.components.get(&id).map(Vec::as_slice).ok_or(EnvelopeError::Component(name))
}

fn read_admins(bytes: &[u8]) -> Result<Vec<[u8; 32]>, EnvelopeError> {
    let what = "admins";
    let mut reader = Reader::new(bytes, what);
    let mut list = Reader::new(reader.bytes(MAX_LIST)?, what);
    reader.end()?;
    let mut admins = Vec::new();
    while !list.is_empty() {
        admins.push(list.array()?);
    }
    if admins.is_empty() || !is_strictly_sorted(&admins) {
        return Err(EnvelopeError::Encoding(what));
    }
    Ok(admins)
}

fn put_ids(ids: &[ComponentId]) -> Vec<u8> {
    let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_be_bytes()).collect();
    let mut out = Vec::new();
    put_bytes(&mut out, &bytes);
    out
}

/// A list of component ids, strictly ascending.
pub(super) fn read_ids(
    bytes: &[u8],
    what: &'static str,
) -> Result<Vec<ComponentId>, EnvelopeError> {
    let mut reader = Reader::new(bytes, what);
    let mut list = Reader::new(reader.bytes(MAX_LIST)?, what);
    reader.end()?;
    let mut ids = Vec::new();
    while !list.is_empty() {
        ids.push(ComponentId::from_be_bytes(list.array()?));
    }
    if is_strictly_sorted(&ids) { Ok(ids) } else { Err(EnvelopeError::Encoding(what)) }
}

/// The components a leaf says it supports.
pub(super) fn supported_by(member: &Member) -> Result<Vec<ComponentId>, EnvelopeError> {
    let list = member.components.get(&APP_COMPONENTS).map_or(&[][..], Vec::as_slice);
    read_ids(list, "list of components")
}

/// Whether a leaf can be in a group of ours.
pub(super) fn supports_ours(member: &Member) -> Result<bool, EnvelopeError> {
    let supported = supported_by(member)?;
    Ok(REQUIRED.iter().all(|id| supported.contains(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the profile's published byte fixture `nostr-routing-v1-valid-state`.
    const ROUTING_STATE: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2c157773733a2f2f72656c61792d612e6578616d706c65157773733a2f2f72656c61792d622e6578616d706c65";
    /// From `nostr-routing-v1-invalid-duplicate-relay`.
    const DUPLICATE_RELAY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2c157773733a2f2f72656c61792d612e6578616d706c65157773733a2f2f72656c61792d612e6578616d706c65";

    #[test]
    fn routing_has_the_bytes_of_the_published_fixture() {
        let bytes = hex::decode(ROUTING_STATE).unwrap();
        let routing = Routing::decode(&bytes).unwrap();
        assert_eq!(routing.nostr_group_id[..4], [0, 1, 2, 3]);
        assert_eq!(routing.relays, ["wss://relay-a.example", "wss://relay-b.example"]);
        assert_eq!(routing.encode(), bytes);
        assert!(Routing::decode(&hex::decode(DUPLICATE_RELAY).unwrap()).is_err());
        assert!(Routing::decode(&bytes[..40]).is_err());
        assert!(Routing::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
    }

    #[test]
    fn routing_without_a_valid_address_for_each_server_is_refused() {
        let decoded = |relay: &str| {
            let mut relays = vec!["wss://a.example".to_owned(), relay.to_owned()];
            relays.sort();
            let routing = Routing { nostr_group_id: [1; 32], relays };
            (Routing::decode(&routing.encode()), routing)
        };
        for good in ["ws://localhost:7777/", "wss://B.example:443/x?y"] {
            let (read, written) = decoded(good);
            assert_eq!(read.unwrap(), written, "kept byte for byte");
        }
        for bad in
            ["", "b.example", " wss://b.example", "https://b.example", "wss://", "wss://u@b", "x"]
        {
            assert!(decoded(bad).0.is_err(), "{bad}");
        }
    }

    #[test]
    fn lists_are_read_only_in_their_one_canonical_form() {
        assert_eq!(read_ids(&put_ids(&SUPPORTED), "list").unwrap(), SUPPORTED);
        assert!(read_ids(&put_ids(&[2, 1]), "list").is_err());
        assert!(read_ids(&put_ids(&[1, 1]), "list").is_err());
        let admins = |keys: &[[u8; 32]]| {
            let mut out = Vec::new();
            put_bytes(&mut out, &keys.concat());
            read_admins(&out)
        };
        assert!(admins(&[[1; 32], [2; 32]]).is_ok());
        assert!(admins(&[[2; 32], [1; 32]]).is_err());
        assert!(admins(&[]).is_err());
    }

    #[test]
    fn a_group_profile_comes_back_as_it_was_written() {
        let profile = GroupProfile { name: "عائلة".to_owned(), description: "x".repeat(300) };
        let routing =
            Routing { nostr_group_id: [1; 32], relays: vec!["wss://a.example".to_owned()] };
        let components = group_components(&profile, &[[3; 32]], &routing);
        assert_eq!(GroupProfile::of(&components).unwrap(), Some(profile));
    }
}
