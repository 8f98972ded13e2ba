//! Our own commits: published first, applied when a server has them.

use super::Engine;
use super::error::EngineError;
use super::record::ChatKey;
use crate::envelope::group_event_key;
use crate::mls::PAST_EPOCHS;

impl Engine {
    /// A server has our commit, so others may: it takes effect.
    pub(super) fn commit_accepted(&mut self, key: ChatKey, group: &[u8; 32]) {
        let merged = self.merge_commit(key, group);
        self.note("merging our commit", merged);
        self.chat_changed(key);
        self.leaf_renewed(key);
        self.retry_parked(key);
    }

    pub(super) fn merge_commit(
        &mut self,
        key: ChatKey,
        group: &[u8; 32],
    ) -> Result<(), EngineError> {
        let chat = self.chats.get_mut(&key);
        let Some((row, group)) = chat.and_then(|chat| chat.group_mut(group)) else { return Ok(()) };
        if std::mem::take(&mut row.pending_commit) && group.has_pending() {
            self.dirty.mls = true;
            group.merge_pending(&self.provider)?;
            row.keys.insert(0, group_event_key(&self.provider, group)?);
            row.keys.truncate(PAST_EPOCHS + 1);
            self.chat_changed(key);
        }
        Ok(())
    }

    /// Every server refused our commit: it never was.
    pub(super) fn commit_refused(&mut self, key: ChatKey, group: &[u8; 32]) {
        let chat = self.chats.get_mut(&key);
        let Some((row, group)) = chat.and_then(|chat| chat.group_mut(group)) else { return };
        if std::mem::take(&mut row.pending_commit) {
            self.dirty.mls = true;
            let discarded = group.discard_pending(&self.provider).map_err(Into::into);
            self.note("discarding our commit", discarded);
            self.chat_changed(key);
        }
    }
}
