//! A group as it was at one moment, to go on from there apart from the group itself.

use super::storage::{Label, Storage};
use super::{Group, LeafSigner, MlsError, Processed, Provider};
use openmls::prelude::GroupId;
use openmls_traits::OpenMlsProvider;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// All of OpenMLS's records of one group at one moment: its secrets.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct GroupRecords(Vec<(Vec<u8>, Vec<u8>)>);

impl fmt::Debug for GroupRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupRecords({})", self.0.len())
    }
}

/// The group once more, with records of its own: what happens to it leaves the group alone.
pub struct Aside {
    provider: Provider,
    group: Group,
}

impl Group {
    /// The group as it is now.
    pub fn records(&self, provider: &Provider) -> Result<GroupRecords, MlsError> {
        let is_ours = of_group(self.inner.group_id())?;
        let records = provider.storage().records.borrow();
        let ours = records.iter().filter(|(key, _)| is_ours(key));
        Ok(GroupRecords(ours.map(|(key, value)| (key.clone(), value.clone())).collect()))
    }

    /// Becomes the group as it was when `records` were taken.
    pub fn put_back(
        &mut self,
        provider: &Provider,
        records: &GroupRecords,
    ) -> Result<(), MlsError> {
        let id = self.inner.group_id().clone();
        let is_ours = of_group(&id)?;
        let storage = provider.storage();
        let kept = |key: &[u8]| records.0.iter().any(|(name, _)| name.as_slice() == key);
        let gone: Vec<Vec<u8>> = {
            let all = storage.records.borrow();
            all.keys().filter(|key| is_ours(key) && !kept(key)).cloned().collect()
        };
        gone.iter().for_each(|key| storage.unset(key));
        for (key, value) in &records.0 {
            storage.set(key.clone(), value.clone());
        }
        *self = Self::load(provider, id.as_slice())?;
        Ok(())
    }
}

impl Aside {
    /// The group `id` as it was when `records` were taken.
    pub fn of(provider: &Provider, id: &[u8], records: &GroupRecords) -> Result<Self, MlsError> {
        let records: HashMap<Vec<u8>, Vec<u8>> = records.0.iter().cloned().collect();
        let provider = provider.apart(records)?;
        let group = Group::load(&provider, id)?;
        Ok(Self { provider, group })
    }

    pub fn group(&self) -> &Group {
        &self.group
    }

    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    pub fn records(&self) -> Result<GroupRecords, MlsError> {
        self.group.records(&self.provider)
    }

    /// Reads one message as [`Group::process`] does.
    pub fn process(&mut self, bytes: &[u8]) -> Result<Processed, MlsError> {
        self.group.process(&self.provider, bytes)
    }

    /// Goes on with a commit of our own that renews our leaf; the commit's bytes.
    pub fn renew_leaf(&mut self, signer: &LeafSigner) -> Result<Vec<u8>, MlsError> {
        self.group.renew_leaf(&self.provider, signer)
    }
}

impl fmt::Debug for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Aside").field(&self.group).finish()
    }
}

/// Tells the keys of a group's records.
fn of_group(id: &GroupId) -> Result<impl Fn(&[u8]) -> bool + use<>, MlsError> {
    let name = Storage::key(Label::Tree, id).map_err(|error| MlsError::ours("records", error))?;
    Ok(move |key: &[u8]| {
        let (Some(label), Some(rest)) = (key.first(), key.get(1..)) else { return false };
        Label::OF_GROUPS.iter().any(|of_groups| *of_groups as u8 == *label)
            && name.get(1..).is_some_and(|name| rest.starts_with(name))
    })
}
