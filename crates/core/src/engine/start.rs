//! From an invite link, or another's key package, to a founded group.

use super::Engine;
use super::chat::Chat;
use super::error::EngineError;
use super::record::{ChatKey, GroupRow, Purpose, WantedRow};
use crate::envelope::{
    GroupProfile, KeyPackageEvent, Routing, WelcomeRumor, group_components, group_event_key,
    parse_inbox_relays, parse_key_package_event, welcome_rumor,
};
use crate::mls::{Founded, Group};
use crate::nostr::{Event, Kind, PublicKey};
use crate::relay::parse_relay_url;
use crate::sorted::SortedSet;
use rand_core::RngCore;
use zajil_api::{CommandId, Failure, RelayUrl, Stage, Update};

/// Relays a chat's events go to at most.
pub(super) const MAX_GROUP_RELAYS: usize = 5;
/// Relays a Welcome goes to at most.
const MAX_INBOX_RELAYS: usize = 8;

impl Engine {
    pub(super) fn start_chat(&mut self, id: CommandId, link: &str) -> Result<(), Failure> {
        let account = self.account.as_ref().ok_or(Failure::NoAccount)?;
        let own = account.keys.public_key();
        let invite = self.parse_invite(link)?;
        debug_assert_ne!(own, invite.from);
        if self.blocked.remove(&invite.from) {
            self.forget_blocked(&invite.from);
        }
        let wanted = WantedRow { token: invite.token, relays: invite.relays };
        let key = match self.chat_with(&invite.from) {
            Some(key) => {
                if let Some(chat) = self.chats.get_mut(&key) {
                    chat.in_turn = false;
                    match chat.row.stage {
                        Stage::Open => self.wanted_again(key, wanted),
                        Stage::Connecting => chat.row.wanted = Some(wanted),
                        Stage::Requested => self.accept_request(key)?,
                    }
                }
                key
            }
            None => {
                let key = self.fresh_chat_key();
                let now = self.unix_now();
                let mut chat = Chat::fresh(key, invite.from, invite.name, Stage::Connecting, now);
                chat.row.wanted = Some(wanted);
                self.chats.insert(key, chat);
                key
            }
        };
        self.chat_changed(key);
        self.connect();
        self.look_up(key);
        // The chat's row goes first: whoever waits for this answer opens the chat.
        self.flush();
        self.update(Update::ChatOpened { answers: id, chat: key.to_id() });
        Ok(())
    }

    pub(super) fn fresh_chat_key(&mut self) -> ChatKey {
        let mut key = [0; 16];
        self.rng.fill_bytes(&mut key);
        ChatKey(key)
    }

    /// All that a relay knew of whom we look for has arrived.
    pub(super) fn found(&mut self, events: &[Event]) {
        let waiting: Vec<(ChatKey, PublicKey)> =
            self.sought().map(|chat| (chat.row.key, chat.row.peer)).collect();
        for (key, peer) in waiting {
            let of_peer = || events.iter().filter(|event| event.pubkey == peer);
            let best = of_peer()
                .filter(|event| event.kind == Kind::KEY_PACKAGE)
                .filter_map(|event| self.read_key_package(event))
                // Single-use before last resort, then the freshest, then the lower reference.
                .max_by_key(|found| {
                    let key_package = &found.key_package;
                    let reference = std::cmp::Reverse(key_package.reference.clone());
                    (!key_package.last_resort, found.created_at, reference)
                });
            let inbox = of_peer()
                .filter(|event| event.kind == Kind::INBOX_RELAYS && event.verify().is_ok())
                .max_by_key(|event| event.created_at)
                .map(parse_inbox_relays)
                .unwrap_or_default();
            if let Some(key_package) = best.filter(|found| self.is_to_be_used(key, found)) {
                let founded = self.found_group(key, &key_package, &inbox);
                self.note("founding a group", founded);
            }
        }
    }

    fn read_key_package(&self, event: &Event) -> Option<KeyPackageEvent> {
        event.verify().ok()?;
        match parse_key_package_event(&self.provider, event) {
            Ok(found) => Some(found),
            Err(error) => {
                tracing::debug!(%error, "a key package is of no use");
                None
            }
        }
    }

    fn found_group(
        &mut self,
        key: ChatKey,
        found: &KeyPackageEvent,
        inbox: &[String],
    ) -> Result<(), EngineError> {
        let components = self.leaf_components()?;
        let (now, founded_at) = (self.unix_now(), self.now);
        let mut nostr_group_id = [0; 32];
        self.rng.fill_bytes(&mut nostr_group_id);
        let own = self.trusted_first(&self.servers);
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let wanted = chat.row.wanted.clone().ok_or(EngineError::State("not wanted"))?;
        let (us, peer) = (account.keys.public_key(), chat.row.peer);
        let inbox: Vec<RelayUrl> =
            inbox.iter().filter_map(|url| parse_relay_url(url).ok()).collect();
        // A link has room for a few of theirs only.
        let relays = group_relays(wanted.relays.iter().chain(&own).chain(&inbox));
        let texts: Vec<String> = relays.iter().map(|relay| relay.as_str().to_owned()).collect();
        let state = group_components(
            &GroupProfile::default(),
            // Between two people neither rules the other.
            &[*us.as_bytes(), *peer.as_bytes()],
            &Routing { nostr_group_id, relays: texts.clone() },
        );
        let Founded { group, welcome } = Group::found(
            &self.provider,
            &account.signer,
            us.as_bytes(),
            &components,
            &state,
            &found.key_package,
            now.0,
        )?;
        self.dirty.mls = true;
        let outer = group_event_key(&self.provider, &group)?;
        let epoch = group.epoch();
        self.retire_oldest_group(key);
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let welcome = WelcomeRumor {
            welcome,
            key_package: found.event_id,
            relays: texts,
            invite: Some(wanted.token),
        };
        let rumor = welcome_rumor(us, &welcome, now);
        let everywhere = relays.clone();
        chat.row.groups.push(GroupRow {
            id: group.id(),
            nostr_group_id,
            relays,
            joined_at: now,
            keys: vec![outer.clone()],
            pending_commit: false,
        });
        chat.groups.push(group);
        chat.first_row = self.outbox.next_id();
        chat.row.stage = Stage::Open;
        chat.row.wanted = None;
        chat.caught_up = true;
        chat.seeks_anew = false;
        chat.inviting.invited(founded_at);
        // Where their list is not known the group's own servers are where they may look.
        let others = if inbox.is_empty() { everywhere } else { Vec::new() };
        let targets = inbox.into_iter().chain(wanted.relays).chain(others);
        let targets: SortedSet<RelayUrl> = targets.take(MAX_INBOX_RELAYS).collect();
        self.begin_states(nostr_group_id, epoch, outer, true);
        self.weigh_keys(key);
        self.chat_changed(key);
        let used = found.key_package.reference.as_slice().try_into().unwrap_or_default();
        let (group, used_at) = (nostr_group_id, found.created_at);
        self.enqueue_welcome(
            peer,
            &rumor,
            targets,
            Purpose::Welcome { chat: key, group, used, used_at },
        );
        self.connect();
        self.resubscribe();
        self.send_name(key)?;
        self.write_here_too(key);
        self.send_queued(key)
    }
}

/// The first few, sorted and unique as the profile wants them.
fn group_relays<'a>(relays: impl Iterator<Item = &'a RelayUrl>) -> Vec<RelayUrl> {
    let mut chosen = SortedSet::new();
    for relay in relays {
        if chosen.len() < MAX_GROUP_RELAYS {
            chosen.insert(relay.clone());
        }
    }
    chosen.into_iter().collect()
}
