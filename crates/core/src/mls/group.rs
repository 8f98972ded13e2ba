//! One MLS group, as this device holds it.

use super::component::{from_extension, to_extension};
use super::key_package::lifetime;
use super::message::{Processed, parse_message};
use super::storage::is_key_package;
use super::{
    CIPHERSUITE, Components, FORWARD_DISTANCE, GroupState, InviteeKeyPackage, LeafSigner, Member,
    MlsError, OUT_OF_ORDER, PADDING, PAST_EPOCHS, Provider, capabilities, required_capabilities,
};
use openmls::prelude::{
    BasicCredential, CommitMessageBundle, Extension, Extensions, GroupId, LeafNode,
    LeafNodeParameters, MlsGroup, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn,
    MlsMessageOut, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, ProcessedMessageContent, Sender,
    SenderRatchetConfiguration, StagedWelcome, WelcomeError,
};
use openmls_traits::OpenMlsProvider;
use std::fmt;
use tls_codec::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What founding a group leaves to be delivered.
pub struct Founded {
    pub group: Group,
    /// `MLSMessage(mls_welcome)` for the invitee.
    pub welcome: Vec<u8>,
}

impl fmt::Debug for Founded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Founded({:?}, {} bytes)", self.group, self.welcome.len())
    }
}

/// One group. Every change is in the provider's records when a method returns.
pub struct Group {
    pub(super) inner: MlsGroup,
}

impl Group {
    /// Founds a group of two at `now` (seconds) and adds `invitee`. The founding commit is
    /// applied at once: nobody else could be in disagreement with it.
    pub fn found(
        provider: &Provider,
        signer: &LeafSigner,
        identity: &[u8; 32],
        leaf_components: &Components,
        group_components: &Components,
        invitee: &InviteeKeyPackage,
        now: u64,
    ) -> Result<Founded, MlsError> {
        let context = Extensions::from_vec(vec![
            Extension::RequiredCapabilities(required_capabilities()),
            to_extension(group_components),
        ])
        .map_err(|error| MlsError::ours("group context", error))?;
        let mut inner = MlsGroup::builder()
            .ciphersuite(CIPHERSUITE)
            .with_wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .padding_size(PADDING)
            .max_past_epochs(PAST_EPOCHS)
            .sender_ratchet_configuration(ratchet())
            .use_ratchet_tree_extension(true)
            .lifetime(lifetime(now))
            .with_capabilities(capabilities())
            .with_leaf_node_extensions(leaf_extensions(leaf_components)?)
            .map_err(|error| MlsError::ours("leaf", error))?
            .with_group_context_extensions(context)
            .build(provider, signer, signer.credential(identity))
            .map_err(|error| MlsError::ours("founding", error))?;
        let (_, welcome, _) = inner
            .add_members(provider, signer, std::slice::from_ref(&invitee.inner))
            .map_err(|error| MlsError::peer("key package", error))?;
        inner
            .merge_pending_commit(provider)
            .map_err(|error| MlsError::ours("founding commit", error))?;
        Ok(Founded { group: Self { inner }, welcome: serialize(&welcome)? })
    }

    /// Joins from a Welcome, unless `judge` refuses what the group would be. The key
    /// package stays usable: ours are all of last resort.
    pub fn join<E: From<MlsError>>(
        provider: &Provider,
        welcome: &[u8],
        judge: impl FnOnce(&Member, &GroupState) -> Result<(), E>,
    ) -> Result<Self, E> {
        let message = MlsMessageIn::tls_deserialize_exact(welcome)
            .map_err(|error| MlsError::peer("welcome", error))?;
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
            return Err(MlsError::peer("welcome", "another kind of message").into());
        };
        let config = MlsGroupJoinConfig::builder()
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .padding_size(PADDING)
            .max_past_epochs(PAST_EPOCHS)
            .sender_ratchet_configuration(ratchet())
            .use_ratchet_tree_extension(true)
            .build();
        let (sender, group) = provider.keeping(is_key_package, |provider| {
            let staged = StagedWelcome::new_from_welcome(provider, &config, welcome, None)
                .map_err(|error| match error {
                    WelcomeError::NoMatchingKeyPackage | WelcomeError::JoinerSecretNotFound => {
                        MlsError::NotForUs
                    }
                    error => MlsError::peer("welcome", error),
                })?;
            let sender = staged
                .welcome_sender()
                .map_err(|error| MlsError::peer("welcome sender", error))
                .and_then(Member::of_leaf)?;
            let inner =
                staged.into_group(provider).map_err(|error| MlsError::ours("joining", error))?;
            Ok::<_, MlsError>((sender, Self { inner }))
        })?;
        // Nothing is saved before the provider's changes are taken, so a group that
        // is refused here has never existed.
        let verdict = group.state().map_err(E::from).and_then(|state| judge(&sender, &state));
        match verdict {
            Ok(()) => Ok(group),
            Err(refused) => {
                group.delete(provider)?;
                Err(refused)
            }
        }
    }

    /// Rebuilds the group `id` from the provider's records.
    pub fn load(provider: &Provider, id: &[u8]) -> Result<Self, MlsError> {
        MlsGroup::load(provider.storage(), &GroupId::from_slice(id))
            .map_err(|error| MlsError::ours("loading", error))?
            .map(|inner| Self { inner })
            .ok_or(MlsError::Lost)
    }

    /// Forgets the group: its records are deleted.
    pub fn delete(mut self, provider: &Provider) -> Result<(), MlsError> {
        self.inner.delete(provider.storage()).map_err(|error| MlsError::ours("deleting", error))
    }

    /// Private to the group's members; never on the wire in the clear.
    pub fn id(&self) -> Vec<u8> {
        self.inner.group_id().as_slice().to_vec()
    }

    pub fn epoch(&self) -> u64 {
        self.inner.epoch().as_u64()
    }

    /// The shared state of the current epoch.
    pub fn state(&self) -> Result<GroupState, MlsError> {
        let members = self
            .inner
            .treesync()
            .full_leaves()
            .map(|(_, leaf)| Member::of_leaf(leaf))
            .collect::<Result<_, _>>()?;
        let components = from_extension(self.inner.extensions().app_data_dictionary());
        Ok(GroupState { members, components })
    }

    /// `MLS-Exporter(label, context, 32)` of the current epoch (RFC 9420 §8.5).
    pub fn export(
        &self,
        provider: &Provider,
        label: &str,
        context: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, MlsError> {
        let secret = self
            .inner
            .export_secret(provider.crypto(), label, context, 32)
            .map(Zeroizing::new)
            .map_err(|error| MlsError::ours("exporter", error))?;
        let bytes =
            secret.as_slice().try_into().map_err(|_| MlsError::ours("exporter", "not 32 bytes"))?;
        Ok(Zeroizing::new(bytes))
    }

    /// Encrypts application bytes. The ratchet has moved when this returns: its
    /// records must be durable before the result goes anywhere.
    pub fn encrypt(
        &mut self,
        provider: &Provider,
        signer: &LeafSigner,
        payload: &[u8],
    ) -> Result<Vec<u8>, MlsError> {
        crate::observe::begin();
        let message = self
            .inner
            .create_message(provider, signer, payload)
            .map_err(|error| MlsError::ours("encrypting", error))?;
        let bytes = serialize(&message)?;
        crate::observe::message(&bytes, payload);
        Ok(bytes)
    }

    /// Goes on to the next epoch by a commit that renews our own leaf; the commit's bytes.
    pub fn renew_leaf(
        &mut self,
        provider: &Provider,
        signer: &LeafSigner,
    ) -> Result<Vec<u8>, MlsError> {
        let bundle: CommitMessageBundle = self
            .inner
            .self_update(provider, signer, LeafNodeParameters::default())
            .map_err(|error| MlsError::ours("self-update", error))?;
        let commit = serialize(bundle.commit())?;
        self.inner
            .merge_pending_commit(provider)
            .map_err(|error| MlsError::ours("merging", error))?;
        Ok(commit)
    }

    /// Whether an earlier version left a commit of ours here that no server had confirmed.
    pub fn has_pending(&self) -> bool {
        self.inner.pending_commit().is_some()
    }

    /// Gives up that commit.
    pub fn discard_pending(&mut self, provider: &Provider) -> Result<(), MlsError> {
        self.inner
            .clear_pending_commit(provider.storage())
            .map_err(|error| MlsError::ours("discarding", error))
    }

    /// Reads one message of the group and applies what it may change.
    pub fn process(&mut self, provider: &Provider, bytes: &[u8]) -> Result<Processed, MlsError> {
        let message = parse_message(bytes)?;
        if message.group_id() != self.inner.group_id() {
            return Err(MlsError::peer("message", "of another group"));
        }
        let (epoch, of) = (self.epoch(), message.epoch().as_u64());
        let age = epoch.checked_sub(of).ok_or(MlsError::FutureEpoch)?;
        let processed = self
            .inner
            .process_message(provider, message)
            .map_err(|error| MlsError::of_processing(error, age))?;
        let Sender::Member(leaf) = *processed.sender() else {
            return Ok(Processed::Ignored("a sender outside the group"));
        };
        let sender = BasicCredential::try_from(processed.credential().clone())
            .ok()
            .and_then(|credential| credential.identity().try_into().ok())
            .ok_or_else(|| MlsError::peer("sender", "not an account"))?;
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(message) => {
                Ok(Processed::Application { sender, payload: Zeroizing::new(message.into_bytes()) })
            }
            ProcessedMessageContent::StagedCommitMessage(commit) => {
                let renews_leaf_only = commit.queued_proposals().next().is_none()
                    && commit
                        .update_path_leaf_node()
                        .is_some_and(|node| Member::of_leaf(node).ok() == self.member_at(leaf));
                if !renews_leaf_only {
                    return Ok(Processed::Ignored("a commit that changes more than its sender"));
                }
                self.inner
                    .merge_staged_commit(provider, *commit)
                    .map_err(|error| MlsError::ours("merging", error))?;
                Ok(Processed::SelfUpdated { sender })
            }
            ProcessedMessageContent::OwnPendingCommit => Ok(Processed::Ignored("our own commit")),
            ProcessedMessageContent::OwnPrivateMessage => Err(MlsError::OwnMessage),
            _ => Ok(Processed::Ignored("a proposal")),
        }
    }

    fn member_at(&self, leaf: openmls::prelude::LeafNodeIndex) -> Option<Member> {
        let node = self.inner.public_group().leaf(leaf)?;
        Member::of_leaf(node).ok()
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("epoch", &self.epoch()).finish_non_exhaustive()
    }
}

pub(super) fn leaf_extensions(components: &Components) -> Result<Extensions<LeafNode>, MlsError> {
    Extensions::single(to_extension(components)).map_err(|error| MlsError::ours("leaf", error))
}

fn ratchet() -> SenderRatchetConfiguration {
    SenderRatchetConfiguration::new(OUT_OF_ORDER, FORWARD_DISTANCE)
}

fn serialize(message: &MlsMessageOut) -> Result<Vec<u8>, MlsError> {
    message.tls_serialize_detached().map_err(|error| MlsError::ours("message bytes", error))
}
