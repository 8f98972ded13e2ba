//! OpenMLS's storage trait on [`Storage`]: which record goes under which label.

use super::storage::{Label, Outcome, Storage, StorageError};
use openmls_traits::storage::{CURRENT_VERSION as V, StorageProvider, traits};

/// Most records are one value a group: writing, reading and deleting differ in nothing
/// but the label.
macro_rules! of_group {
    ($($label:ident $kind:ident: $write:ident $read:ident $delete:ident;)*) => {
        $(
            fn $write<GroupId: traits::GroupId<V>, T: traits::$kind<V>>(&self, group: &GroupId, value: &T) -> Outcome {
                self.write(Label::$label, group, value)
            }

            fn $read<GroupId: traits::GroupId<V>, T: traits::$kind<V>>(&self, group: &GroupId) -> Outcome<Option<T>> {
                self.read(Label::$label, group)
            }

            fn $delete<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Outcome {
                self.delete(Label::$label, group)
            }
        )*
    };
}

impl StorageProvider<V> for Storage {
    type Error = StorageError;

    of_group! {
        Tree TreeSync: write_tree tree delete_tree;
        InterimTranscriptHash InterimTranscriptHash: write_interim_transcript_hash interim_transcript_hash delete_interim_transcript_hash;
        Context GroupContext: write_context group_context delete_context;
        ConfirmationTag ConfirmationTag: write_confirmation_tag confirmation_tag delete_confirmation_tag;
        MessageSecrets MessageSecrets: write_message_secrets message_secrets delete_message_secrets;
        ResumptionPsks ResumptionPskStore: write_resumption_psk_store resumption_psk_store delete_all_resumption_psk_secrets;
        OwnLeafIndex LeafNodeIndex: write_own_leaf_index own_leaf_index delete_own_leaf_index;
        EpochSecrets GroupEpochSecrets: write_group_epoch_secrets group_epoch_secrets delete_group_epoch_secrets;
    }

    fn write_application_export_tree<G: traits::GroupId<V>, T: traits::ApplicationExportTree<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> Outcome {
        self.write(Label::ExportTree, group, value)
    }

    fn application_export_tree<G: traits::GroupId<V>, T: traits::ApplicationExportTree<V>>(
        &self,
        group: &G,
    ) -> Outcome<Option<T>> {
        self.read(Label::ExportTree, group)
    }

    fn delete_application_export_tree<
        G: traits::GroupId<V>,
        T: traits::ApplicationExportTree<V>,
    >(
        &self,
        group: &G,
    ) -> Outcome {
        self.delete(Label::ExportTree, group)
    }

    // The one type that only a self-describing format can read back.
    fn write_mls_join_config<G: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> Outcome {
        let value = serde_json::to_vec(value).map_err(|_| StorageError)?;
        self.set(Self::key(Label::JoinConfig, group)?, value);
        Ok(())
    }

    fn mls_group_join_config<G: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &G,
    ) -> Outcome<Option<T>> {
        let key = Self::key(Label::JoinConfig, group)?;
        let records = self.records.borrow();
        let value = records.get(&key).map(|value| serde_json::from_slice(value));
        value.transpose().map_err(|_| StorageError)
    }

    fn delete_group_config<G: traits::GroupId<V>>(&self, group: &G) -> Outcome {
        self.delete(Label::JoinConfig, group)
    }

    fn write_group_state<T: traits::GroupState<V>, G: traits::GroupId<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> Outcome {
        self.write(Label::GroupState, group, value)
    }

    fn group_state<T: traits::GroupState<V>, G: traits::GroupId<V>>(
        &self,
        group: &G,
    ) -> Outcome<Option<T>> {
        self.read(Label::GroupState, group)
    }

    fn delete_group_state<G: traits::GroupId<V>>(&self, group: &G) -> Outcome {
        self.delete(Label::GroupState, group)
    }

    fn append_own_leaf_node<G: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &G,
        node: &T,
    ) -> Outcome {
        self.append(Label::OwnLeafNodes, group, node)
    }

    fn own_leaf_nodes<G: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &G,
    ) -> Outcome<Vec<T>> {
        self.appended(Label::OwnLeafNodes, group)
    }

    fn delete_own_leaf_nodes<G: traits::GroupId<V>>(&self, group: &G) -> Outcome {
        self.delete(Label::OwnLeafNodes, group)
    }

    fn queue_proposal<
        G: traits::GroupId<V>,
        R: traits::ProposalRef<V>,
        P: traits::QueuedProposal<V>,
    >(
        &self,
        group: &G,
        reference: &R,
        proposal: &P,
    ) -> Outcome {
        self.write(Label::Proposal, &(group, reference), proposal)?;
        self.append(Label::ProposalRefs, group, reference)
    }

    fn queued_proposal_refs<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &G,
    ) -> Outcome<Vec<R>> {
        self.appended(Label::ProposalRefs, group)
    }

    fn queued_proposals<
        G: traits::GroupId<V>,
        R: traits::ProposalRef<V>,
        P: traits::QueuedProposal<V>,
    >(
        &self,
        group: &G,
    ) -> Outcome<Vec<(R, P)>> {
        let references: Vec<R> = self.appended(Label::ProposalRefs, group)?;
        let proposals = references.into_iter().map(|reference| {
            let proposal = self.read(Label::Proposal, &(group, &reference))?;
            Ok((reference, proposal.ok_or(StorageError)?))
        });
        proposals.collect()
    }

    fn remove_proposal<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &G,
        reference: &R,
    ) -> Outcome {
        self.delete(Label::Proposal, &(group, reference))?;
        let gone = postcard::to_stdvec(reference).map_err(|_| StorageError)?;
        let mut items: Vec<Vec<u8>> = self.read_list(Label::ProposalRefs, group)?;
        items.retain(|item| *item != gone);
        self.write(Label::ProposalRefs, group, &items)
    }

    fn clear_proposal_queue<G: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &G,
    ) -> Outcome {
        for reference in self.queued_proposal_refs::<G, R>(group)? {
            self.delete(Label::Proposal, &(group, &reference))?;
        }
        self.delete(Label::ProposalRefs, group)
    }

    fn write_signature_key_pair<
        K: traits::SignaturePublicKey<V>,
        T: traits::SignatureKeyPair<V>,
    >(
        &self,
        key: &K,
        pair: &T,
    ) -> Outcome {
        self.write(Label::SignatureKeyPair, key, pair)
    }

    fn signature_key_pair<K: traits::SignaturePublicKey<V>, T: traits::SignatureKeyPair<V>>(
        &self,
        key: &K,
    ) -> Outcome<Option<T>> {
        self.read(Label::SignatureKeyPair, key)
    }

    fn delete_signature_key_pair<K: traits::SignaturePublicKey<V>>(&self, key: &K) -> Outcome {
        self.delete(Label::SignatureKeyPair, key)
    }

    fn write_encryption_key_pair<K: traits::EncryptionKey<V>, T: traits::HpkeKeyPair<V>>(
        &self,
        key: &K,
        pair: &T,
    ) -> Outcome {
        self.write(Label::EncryptionKeyPair, key, pair)
    }

    fn encryption_key_pair<T: traits::HpkeKeyPair<V>, K: traits::EncryptionKey<V>>(
        &self,
        key: &K,
    ) -> Outcome<Option<T>> {
        self.read(Label::EncryptionKeyPair, key)
    }

    fn delete_encryption_key_pair<K: traits::EncryptionKey<V>>(&self, key: &K) -> Outcome {
        self.delete(Label::EncryptionKeyPair, key)
    }

    fn write_encryption_epoch_key_pairs<
        G: traits::GroupId<V>,
        E: traits::EpochKey<V>,
        T: traits::HpkeKeyPair<V>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf: u32,
        pairs: &[T],
    ) -> Outcome {
        self.write(Label::EpochKeyPairs, &(group, epoch, leaf), pairs)
    }

    fn encryption_epoch_key_pairs<
        G: traits::GroupId<V>,
        E: traits::EpochKey<V>,
        T: traits::HpkeKeyPair<V>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf: u32,
    ) -> Outcome<Vec<T>> {
        self.read_list(Label::EpochKeyPairs, &(group, epoch, leaf))
    }

    fn delete_encryption_epoch_key_pairs<G: traits::GroupId<V>, E: traits::EpochKey<V>>(
        &self,
        group: &G,
        epoch: &E,
        leaf: u32,
    ) -> Outcome {
        self.delete(Label::EpochKeyPairs, &(group, epoch, leaf))
    }

    fn write_key_package<R: traits::HashReference<V>, T: traits::KeyPackage<V>>(
        &self,
        reference: &R,
        bundle: &T,
    ) -> Outcome {
        self.write(Label::KeyPackage, reference, bundle)
    }

    fn key_package<R: traits::HashReference<V>, T: traits::KeyPackage<V>>(
        &self,
        reference: &R,
    ) -> Outcome<Option<T>> {
        self.read(Label::KeyPackage, reference)
    }

    fn delete_key_package<R: traits::HashReference<V>>(&self, reference: &R) -> Outcome {
        self.delete(Label::KeyPackage, reference)
    }

    fn write_psk<K: traits::PskId<V>, T: traits::PskBundle<V>>(&self, id: &K, psk: &T) -> Outcome {
        self.write(Label::Psk, id, psk)
    }

    fn psk<T: traits::PskBundle<V>, K: traits::PskId<V>>(&self, id: &K) -> Outcome<Option<T>> {
        self.read(Label::Psk, id)
    }

    fn delete_psk<K: traits::PskId<V>>(&self, id: &K) -> Outcome {
        self.delete(Label::Psk, id)
    }
}
