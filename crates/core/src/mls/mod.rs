//! MLS (RFC 9420) groups, through OpenMLS.
//!
//! This module knows groups, key packages, commits and ratchets. It does not
//! know Nostr, people or chats: what a leaf or a group carries beyond MLS stands
//! in an *app data dictionary* (component id to opaque bytes), whose meaning is
//! the [`envelope`](crate::envelope)'s.
//!
//! OpenMLS wants synchronous storage and a browser's store is not; so OpenMLS
//! works on memory, and [`Provider::take_changes`] tells which records to save.

mod aside;
mod component;
mod crypto;
mod error;
mod group;
mod hpke;
mod key_package;
mod member;
mod message;
mod provider;
mod signer;
mod storage;
mod storage_provider;

pub use aside::{Aside, GroupRecords};
pub use component::{ComponentId, Components};
pub use error::MlsError;
pub use group::{Founded, Group};
pub use key_package::{
    InviteeKeyPackage, OwnKeyPackage, forget_key_package, kept_key_package, own_key_package,
    parse_key_package,
};
pub use member::{GroupState, Member};
pub use message::{Processed, message_epoch};
pub use provider::{MlsRecord, Provider};
pub use signer::LeafSigner;

use openmls::prelude::{
    Capabilities, Ciphersuite, ExtensionType, ProposalType, RequiredCapabilitiesExtension,
};

/// The one suite every implementation of the profile must support: X25519, AES-128-GCM, SHA-256, Ed25519.
pub const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// Application messages of so many past epochs can still be read.
pub const PAST_EPOCHS: usize = 5;

/// So many messages of one sender may overtake another: as many as may be missing,
/// because servers keep whole seconds, and what was written offline leaves within
/// one. With fewer the keys of the overtaken are deleted before these arrive; the one
/// that overtakes counts as well.
const OUT_OF_ORDER: u32 = FORWARD_DISTANCE + 1;

/// So many messages of one sender may be missing before the next readable one.
const FORWARD_DISTANCE: u32 = 1000;

/// Application messages are filled up to multiples of so many bytes, so that sizes
/// say less.
const PADDING: usize = 128;

/// Extension types our leaves tolerate: required_capabilities, app_data_dictionary,
/// and 0xf2d1, by which a member says that an agent's text, streamed elsewhere, may
/// reach it as the final message. We read no streams; that message is of kind 9 and
/// shown as any other, which is all that this marker promises.
const EXTENSIONS: [ExtensionType; 3] = [
    ExtensionType::RequiredCapabilities,
    ExtensionType::AppDataDictionary,
    ExtensionType::Unknown(0xf2d1),
];

/// What a leaf in a group of ours must tolerate.
const REQUIRED_EXTENSIONS: [ExtensionType; 1] = [ExtensionType::AppDataDictionary];

/// Proposal types our leaves and every leaf in a group of ours tolerate: app_data_update and self_remove.
const PROPOSALS: [ProposalType; 2] = [ProposalType::AppDataUpdate, ProposalType::SelfRemove];

/// Extension ids of [`own_key_package`]'s leaf, for its advertisement.
pub fn advertised_extensions() -> Vec<u16> {
    EXTENSIONS.iter().map(|extension| u16::from(*extension)).collect()
}

/// Proposal ids of [`own_key_package`]'s leaf, for its advertisement.
pub fn advertised_proposals() -> Vec<u16> {
    PROPOSALS.iter().map(|proposal| u16::from(*proposal)).collect()
}

fn capabilities() -> Capabilities {
    Capabilities::builder()
        .ciphersuites(vec![CIPHERSUITE])
        .extensions(EXTENSIONS.to_vec())
        .proposals(PROPOSALS.to_vec())
        .build()
}

fn required_capabilities() -> RequiredCapabilitiesExtension {
    RequiredCapabilitiesExtension::new(&REQUIRED_EXTENSIONS, &PROPOSALS, &[])
}
