//! Rows of the states a group was in or may turn out to be in.

use crate::envelope::GroupEventKey;
use crate::mls::GroupRecords;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The SHA-256 of the commit that led to a state; zeros where the group began for us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StateId(pub [u8; 32]);

impl StateId {
    pub fn of(commit: &[u8]) -> Self {
        Self(Sha256::digest(commit).into())
    }
}

/// One state: an epoch of one branch.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct StateRow {
    /// The routing id of the group.
    pub group: [u8; 32],
    pub id: StateId,
    pub epoch: u64,
    /// The state it came from, unless that is forgotten.
    pub parent: Option<StateId>,
    /// Whose commit led here.
    pub committer: [u8; 32],
    /// Whether only an admin may make such a commit, by which the profile ranks them. So far it
    /// is always false: the only commits that are followed renew their author's leaf.
    pub privileged: bool,
    /// The outer key of this epoch.
    pub key: GroupEventKey,
    /// Accounts known to have written in it; no more than a quorum.
    pub witnesses: Vec<[u8; 32]>,
    /// What is needed to go on from here; `None` for the state the group is in.
    pub records: Option<GroupRecords>,
    /// Of a commit of our own: the row of the outbox that carries it.
    pub ours: Option<OwnCommitRow>,
    /// Made by this device since it started, or based on that: no copy of the device knows it.
    #[serde(skip)]
    pub fresh: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnCommitRow {
    pub outgoing: u64,
    /// Whether anybody else is known to have it; until then it decides nothing.
    pub is_out: bool,
}
