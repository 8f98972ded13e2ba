//! Key packages (RFC 9420 §10): how one is added to a group while away.

use super::component::{from_extension, to_extension};
use super::group::leaf_extensions;
use super::{
    CIPHERSUITE, Components, LeafSigner, Member, MlsError, PROPOSALS, Provider,
    REQUIRED_EXTENSIONS, capabilities,
};
use openmls::prelude::hash_ref::KeyPackageRef;
use openmls::prelude::{
    Extensions, KeyPackage, KeyPackageBuilder, KeyPackageBundle, Lifetime, MlsMessageBodyIn,
    MlsMessageIn, MlsMessageOut, ProtocolVersion,
};
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::StorageProvider;
use tls_codec::{Deserialize, Serialize};

/// The component that marks a key package as one of last resort: it may be used
/// more than once, because its owner cannot be asked for another.
const LAST_RESORT: u16 = 0x0004;

/// How long a key package is good for at most, by the profile: 84 days and an hour…
const LIFETIME_SECONDS: u64 = 84 * 24 * 3600 + 3600;
/// …of which so much lies in the past: theirs may be a day late, and ours a day ahead.
const SKEW_SECONDS: u64 = 2 * 24 * 3600;

/// How long a leaf made at `now` (seconds) may be added to groups.
pub(super) fn lifetime(now: u64) -> Lifetime {
    Lifetime::init(
        now.saturating_sub(SKEW_SECONDS),
        now.saturating_add(LIFETIME_SECONDS - SKEW_SECONDS),
    )
}

/// A key package of ours, ready to be published; its private half is in the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKeyPackage {
    /// `MLSMessage(mls_key_package)`.
    pub bytes: Vec<u8>,
    /// The KeyPackageRef (RFC 9420 §5.2).
    pub reference: Vec<u8>,
}

/// Somebody's valid key package, not yet used.
#[derive(Clone, Debug)]
pub struct InviteeKeyPackage {
    pub member: Member,
    pub reference: Vec<u8>,
    /// Seconds since 1970.
    pub not_before: u64,
    pub last_resort: bool,
    /// The extension types its leaf tolerates, without those that mean nothing (GREASE).
    pub extensions: Vec<u16>,
    /// The proposal types, likewise.
    pub proposals: Vec<u16>,
    pub(super) inner: KeyPackage,
}

impl InviteeKeyPackage {
    /// Whether its leaf tolerates what our groups require of every member.
    pub fn fits_our_groups(&self) -> bool {
        REQUIRED_EXTENSIONS.iter().all(|id| self.extensions.contains(&(*id).into()))
            && PROPOSALS.iter().all(|id| self.proposals.contains(&(*id).into()))
    }
}

/// Makes a key package of last resort for the account `identity`, valid from `now` (seconds).
pub fn own_key_package(
    provider: &Provider,
    signer: &LeafSigner,
    identity: &[u8; 32],
    leaf_components: &Components,
    now: u64,
) -> Result<OwnKeyPackage, MlsError> {
    let last_resort = Components::from([(LAST_RESORT, Vec::new())]);
    let last_resort = Extensions::single(to_extension(&last_resort))
        .map_err(|error| MlsError::ours("key package", error))?;
    let bundle = KeyPackageBuilder::new()
        .key_package_lifetime(lifetime(now))
        .key_package_extensions(last_resort)
        .leaf_node_capabilities(capabilities())
        .leaf_node_extensions(leaf_extensions(leaf_components)?)
        .build(CIPHERSUITE, provider, signer, signer.credential(identity))
        .map_err(|error| MlsError::ours("key package", error))?;
    let reference = bundle
        .key_package()
        .hash_ref(provider.crypto())
        .map_err(|error| MlsError::ours("key package reference", error))?;
    published(&bundle, reference.as_slice())
}

/// One that was made before, to be published once more; `None` where it is forgotten.
pub fn kept_key_package(
    provider: &Provider,
    reference: &[u8],
) -> Result<Option<OwnKeyPackage>, MlsError> {
    let bundle: Option<KeyPackageBundle> = provider
        .storage()
        .key_package(&parse_reference(reference)?)
        .map_err(|error| MlsError::ours("key package", error))?;
    bundle.map(|bundle| published(&bundle, reference)).transpose()
}

fn published(bundle: &KeyPackageBundle, reference: &[u8]) -> Result<OwnKeyPackage, MlsError> {
    let bytes = MlsMessageOut::from(bundle.key_package().clone())
        .tls_serialize_detached()
        .map_err(|error| MlsError::ours("key package bytes", error))?;
    Ok(OwnKeyPackage { bytes, reference: reference.to_vec() })
}

/// Reads and checks a key package: signatures, suite, lifetime. Whether its
/// owner is who they say is for the caller to check, from the member's components.
pub fn parse_key_package(provider: &Provider, bytes: &[u8]) -> Result<InviteeKeyPackage, MlsError> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes)
        .map_err(|error| MlsError::peer("key package", error))?;
    let MlsMessageBodyIn::KeyPackage(key_package) = message.extract() else {
        return Err(MlsError::peer("key package", "another kind of message"));
    };
    let inner = key_package
        .validate(provider.crypto(), ProtocolVersion::Mls10)
        .map_err(|error| MlsError::peer("key package", error))?;
    if inner.ciphersuite() != CIPHERSUITE || !inner.life_time().has_acceptable_range() {
        return Err(MlsError::peer("key package", "suite or lifetime out of bounds"));
    }
    let reference = inner
        .hash_ref(provider.crypto())
        .map_err(|error| MlsError::ours("key package reference", error))?;
    let components = from_extension(inner.extensions().app_data_dictionary());
    let leaf = inner.leaf_node();
    Ok(InviteeKeyPackage {
        member: Member::of_leaf(leaf)?,
        reference: reference.as_slice().to_vec(),
        not_before: inner.life_time().not_before(),
        extensions: meaningful(leaf.capabilities().extensions()),
        proposals: meaningful(leaf.capabilities().proposals()),
        last_resort: components.contains_key(&LAST_RESORT) || inner.last_resort(),
        inner,
    })
}

/// The ids without those reserved to keep implementations tolerant (RFC 9420 §13.5).
fn meaningful<T: Copy + Into<u16>>(types: &[T]) -> Vec<u16> {
    types.iter().map(|id| (*id).into()).filter(|id| !is_grease(*id)).collect()
}

fn is_grease(id: u16) -> bool {
    let [high, low] = id.to_be_bytes();
    high == low && low & 0x0f == 0x0a && low != 0xfa
}

/// Forgets the private half of a key package of ours that nobody can use any more.
pub fn forget_key_package(provider: &Provider, reference: &[u8]) -> Result<(), MlsError> {
    provider
        .storage()
        .delete_key_package(&parse_reference(reference)?)
        .map_err(|error| MlsError::ours("key package", error))
}

fn parse_reference(reference: &[u8]) -> Result<KeyPackageRef, MlsError> {
    // A KeyPackageRef is a vector of 32 bytes: its length, then the hash.
    let framed = [&[32], reference].concat();
    KeyPackageRef::tls_deserialize_exact(framed.as_slice())
        .map_err(|error| MlsError::ours("key package reference", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_a_day_ahead_made_is_of_use_to_one_that_is_a_day_late() {
        let (now, day) = (1_800_000_000, 24 * 3600);
        let lifetime = lifetime(now + day);
        assert!(lifetime.has_acceptable_range());
        assert!(lifetime.not_before() <= now - day);
        assert!(lifetime.not_after() > now + 80 * day);
    }
}
