//! Somebody who follows an invite link with a program of their own.

use super::group::{Records, saved};
use super::{Person, rng, unix_now};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use zajil_core::envelope::{
    GroupEventKey, GroupProfile, Routing, WelcomeRumor, group_components, group_event_key,
    parse_key_package_event, seal_message, welcome_rumor,
};
use zajil_core::mls::{Founded, Group};
use zajil_core::nostr::{Event, nip59};

/// Where those stand in an invite: after two letters and the version.
const KEY: std::ops::Range<usize> = 3..35;
const TOKEN: std::ops::Range<usize> = 35..51;
const ROUTING: [u8; 32] = [2; 32];

/// Their side of the chat.
pub struct Peer {
    person: &'static Person,
    id: Vec<u8>,
    outer_key: GroupEventKey,
    records: Records,
}

impl Peer {
    /// Whether this is by the person whose link it is.
    pub fn is_of(event: &Event, invite: &str) -> bool {
        event.pubkey.as_bytes().as_slice() == &payload(invite)[KEY]
    }

    /// Founds a group with the owner of a key package; the gift wrap tells them.
    pub fn found(
        person: &'static Person,
        key_package: &Event,
        invite: &str,
        relay: &str,
    ) -> (Self, Event) {
        let mut provider = person.provider();
        let read = parse_key_package_event(&provider, key_package).expect("a key package");
        let invitee = read.key_package;
        let relays = vec![relay.to_owned()];
        let routing = Routing { nostr_group_id: ROUTING, relays: relays.clone() };
        let admins = [person.identity(), invitee.member.identity];
        let state = group_components(&GroupProfile::default(), &admins, &routing);
        let (identity, components) = (person.identity(), person.components());
        let Founded { group, welcome } = Group::found(
            &provider,
            &person.signer,
            &identity,
            &components,
            &state,
            &invitee,
            unix_now().0,
        )
        .expect("founded");
        let invite = payload(invite)[TOKEN].try_into().ok();
        let welcome = WelcomeRumor { welcome, key_package: key_package.id, relays, invite };
        let author = person.account.public_key();
        let rumor = welcome_rumor(author, &welcome, unix_now());
        let wrap =
            nip59::wrap(&rumor, &person.account, &key_package.pubkey, unix_now(), &mut rng());
        let outer_key = group_event_key(&provider, &group).expect("a key");
        let records = saved(Records::new(), provider.take_changes());
        (Self { person, id: group.id(), outer_key, records }, wrap.expect("wrapped"))
    }

    /// Events with these application messages, written one after the other.
    pub fn say(&self, payloads: &[Vec<u8>]) -> Vec<Event> {
        let provider = self.person.provider_of(self.records.clone());
        let mut group = Group::load(&provider, &self.id).expect("the group is there");
        let events = payloads.iter().map(|payload| {
            let message = group.encrypt(&provider, &self.person.signer, payload).ok()?;
            let sealed = seal_message(&self.outer_key, ROUTING, &message, &mut rng()).ok()?;
            sealed.to_event(unix_now(), &mut rng()).ok()
        });
        events.flatten().collect()
    }
}

fn payload(invite: &str) -> Vec<u8> {
    let payload = invite.rsplit('/').next().unwrap_or_default();
    BASE64URL.decode(payload).expect("a link of ours")
}
