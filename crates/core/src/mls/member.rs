//! Who is in a group, and what the group agreed on.

use super::component::from_extension;
use super::{Components, MlsError};
use openmls::prelude::{BasicCredential, LeafNode};
use std::fmt;

/// A member, as their leaf shows them. Nothing here is proven until the
/// envelope has checked the proof among the components.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// The account: the credential's identity.
    pub identity: [u8; 32],
    /// The leaf's MLS signature key.
    pub signature_key: Vec<u8>,
    pub components: Components,
}

impl Member {
    pub(super) fn of_leaf(leaf: &LeafNode) -> Result<Self, MlsError> {
        let credential = BasicCredential::try_from(leaf.credential().clone())
            .map_err(|error| MlsError::peer("credential", error))?;
        let identity = credential
            .identity()
            .try_into()
            .map_err(|_| MlsError::peer("credential", "an identity has 32 bytes"))?;
        Ok(Self {
            identity,
            signature_key: leaf.signature_key().as_slice().to_vec(),
            components: from_extension(leaf.extensions().app_data_dictionary()),
        })
    }
}

/// A group's shared state, for the envelope to judge.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupState {
    pub members: Vec<Member>,
    pub components: Components,
}

/// Whose leaf it is, and which components it has.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.identity;
        let ids = self.components.keys();
        write!(f, "Member({a:02x}{b:02x}{c:02x}{d:02x}… {:x?})", ids.collect::<Vec<_>>())
    }
}

/// Components may hold what only members are to know, as the group's name.
impl fmt::Debug for GroupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.components.keys();
        write!(f, "GroupState({:?} {:x?})", self.members, ids.collect::<Vec<_>>())
    }
}
