//! OpenMLS's records in memory, written down in postcard, and a note of each that
//! changed: what the store has to write, and nothing more.

use super::MlsRecord;
use crate::sorted::SortedSet;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use thiserror::Error;

/// A record that cannot be written down or read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an MLS record has not the form it should have")]
pub struct StorageError;

pub(super) type Outcome<T = ()> = Result<T, StorageError>;

/// The first byte of a record's key: what it is. Stored for ever; only add.
#[repr(u8)]
#[derive(Clone, Copy)]
pub(super) enum Label {
    JoinConfig = 1,
    OwnLeafNodes = 2,
    Tree = 3,
    InterimTranscriptHash = 4,
    Context = 5,
    ConfirmationTag = 6,
    GroupState = 7,
    MessageSecrets = 8,
    ResumptionPsks = 9,
    OwnLeafIndex = 10,
    EpochSecrets = 11,
    ExportTree = 12,
    ProposalRefs = 13,
    Proposal = 14,
    SignatureKeyPair = 15,
    EncryptionKeyPair = 16,
    EpochKeyPairs = 17,
    KeyPackage = 18,
    Psk = 19,
}

impl Label {
    /// What belongs to one group; its id comes first in the key.
    pub(super) const OF_GROUPS: [Self; 15] = [
        Self::JoinConfig,
        Self::OwnLeafNodes,
        Self::Tree,
        Self::InterimTranscriptHash,
        Self::Context,
        Self::ConfirmationTag,
        Self::GroupState,
        Self::MessageSecrets,
        Self::ResumptionPsks,
        Self::OwnLeafIndex,
        Self::EpochSecrets,
        Self::ExportTree,
        Self::ProposalRefs,
        Self::Proposal,
        Self::EpochKeyPairs,
    ];
}

/// Whether a record is a key package's private half.
pub(super) fn is_key_package(key: &[u8]) -> bool {
    key.first() == Some(&(Label::KeyPackage as u8))
}

#[derive(Default)]
pub struct Storage {
    pub(super) records: RefCell<HashMap<Vec<u8>, Vec<u8>>>,
    dirty: RefCell<SortedSet<Vec<u8>>>,
}

/// Every value is a secret and many a key names a group: only their number is shown.
impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Storage({} records)", self.records.borrow().len())
    }
}

impl Storage {
    pub fn new(records: HashMap<Vec<u8>, Vec<u8>>) -> Self {
        Self { records: RefCell::new(records), dirty: RefCell::default() }
    }

    /// The records written or deleted since the last call.
    pub fn take_changes(&self) -> Vec<MlsRecord> {
        let records = self.records.borrow();
        let dirty = self.dirty.take().into_iter();
        dirty.map(|key| (key.clone(), records.get(&key).cloned())).collect()
    }

    pub(super) fn set(&self, key: Vec<u8>, value: Vec<u8>) {
        self.dirty.borrow_mut().insert(key.clone());
        self.records.borrow_mut().insert(key, value);
    }

    pub(super) fn key(label: Label, parts: &impl Serialize) -> Outcome<Vec<u8>> {
        postcard::to_extend(parts, vec![label as u8]).map_err(|_| StorageError)
    }

    pub(super) fn write(
        &self,
        label: Label,
        parts: &impl Serialize,
        value: &(impl Serialize + ?Sized),
    ) -> Outcome {
        let value = postcard::to_stdvec(value).map_err(|_| StorageError)?;
        self.set(Self::key(label, parts)?, value);
        Ok(())
    }

    pub(super) fn read<T: DeserializeOwned>(
        &self,
        label: Label,
        parts: &impl Serialize,
    ) -> Outcome<Option<T>> {
        let key = Self::key(label, parts)?;
        let records = self.records.borrow();
        records
            .get(&key)
            .map(|value| postcard::from_bytes(value))
            .transpose()
            .map_err(|_| StorageError)
    }

    pub(super) fn read_list<T: DeserializeOwned>(
        &self,
        label: Label,
        parts: &impl Serialize,
    ) -> Outcome<Vec<T>> {
        Ok(self.read(label, parts)?.unwrap_or_default())
    }

    pub(super) fn delete(&self, label: Label, parts: &impl Serialize) -> Outcome {
        self.unset(&Self::key(label, parts)?);
        Ok(())
    }

    pub(super) fn unset(&self, key: &[u8]) {
        self.records.borrow_mut().remove(key);
        self.dirty.borrow_mut().insert(key.to_vec());
    }

    /// Appends to a list without reading what is in it as anything but bytes.
    pub(super) fn append(
        &self,
        label: Label,
        parts: &impl Serialize,
        value: &impl Serialize,
    ) -> Outcome {
        let item = postcard::to_stdvec(value).map_err(|_| StorageError)?;
        let mut items: Vec<Vec<u8>> = self.read_list(label, parts)?;
        items.push(item);
        self.write(label, parts, &items)
    }

    pub(super) fn appended<T: DeserializeOwned>(
        &self,
        label: Label,
        parts: &impl Serialize,
    ) -> Outcome<Vec<T>> {
        let items: Vec<Vec<u8>> = self.read_list(label, parts)?;
        let items = items.iter().map(|item| postcard::from_bytes(item));
        items.collect::<Result<_, _>>().map_err(|_| StorageError)
    }
}
