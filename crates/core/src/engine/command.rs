//! What the person asks for.

use super::Engine;
use super::chat::Chat;
use super::invite::Invite;
use super::record::ChatKey;
use zajil_api::{
    ChatId, Command, CommandId, Contact, Failure, Receipts, Request, Snapshot, Stage, Update,
};

impl Engine {
    pub(super) fn handle_request(&mut self, request: Request) {
        let id = request.id;
        if let Err(failure) = self.handle_command(id, request.command) {
            self.update(Update::Refused { answers: id, failure });
        }
    }

    fn handle_command(&mut self, id: CommandId, command: Command) -> Result<(), Failure> {
        let needs_no_account = matches!(
            command,
            Command::Attach
                | Command::CreateAccount { .. }
                | Command::ReadInvite { .. }
                | Command::RetryStorage
        );
        if self.account.is_none() && !needs_no_account {
            return Err(Failure::NoAccount);
        }
        match command {
            Command::Attach => {
                let snapshot = self.snapshot();
                self.update(Update::Attached { answers: id, snapshot });
                Ok(())
            }
            Command::CreateAccount { name } => self.create_account(&name),
            Command::Rename { name } => self.rename(&name),
            Command::ReadInvite { link } => self.read_invite(id, &link),
            Command::StartChat { link } => self.start_chat(id, &link),
            Command::RenewInvite => self.renew_invite(),
            Command::AcceptRequest { chat } => self.accept_request(self.known(&chat)?),
            Command::DeclineRequest { chat } => self.decline_request(self.known(&chat)?),
            Command::SendMessage { chat, text } => self.send_message(id, self.known(&chat)?, text),
            Command::RetryMessage { chat, place } => self.retry_message(self.known(&chat)?, place),
            Command::WithdrawMessage { chat, place } => {
                self.withdraw_message(id, self.known(&chat)?, place);
                Ok(())
            }
            Command::LoadDelivery { chat, place } => {
                self.load_delivery(id, self.known(&chat)?, place);
                Ok(())
            }
            Command::PractiseOutage { servers, seconds } => self.practise_outage(&servers, seconds),
            Command::EndPractice => {
                self.end_practice();
                Ok(())
            }
            Command::LoadMessages { chat, page, limit } => {
                self.load_messages(id, self.known(&chat)?, page, limit);
                Ok(())
            }
            Command::MarkRead { chat, up_to } => {
                let key = self.known(&chat)?;
                self.show_up_in(key);
                self.mark_read(key, up_to);
                Ok(())
            }
            Command::Typing { chat } => {
                let key = self.known(&chat)?;
                // The message finds its keys renewed.
                self.show_up_in(key);
                let told = self.send_typing(key);
                self.note("telling that one writes", told);
                Ok(())
            }
            Command::AddServer { url } => self.add_server(&url),
            Command::RemoveServer { url } => self.remove_server(&url),
            Command::SetReceipts { receipts } => {
                self.set_receipts(receipts);
                Ok(())
            }
            // The host's business: it holds back what is to be saved.
            Command::RetryStorage => Ok(()),
        }
    }

    /// The person is in this chat.
    fn show_up_in(&mut self, key: ChatKey) {
        if self.chats.get(&key).is_some_and(Chat::must_show_up) {
            self.owe_sign(key);
        }
    }

    fn known(&self, chat: &ChatId) -> Result<ChatKey, Failure> {
        ChatKey::from_id(chat)
            .filter(|key| self.chats.contains_key(key))
            .ok_or(Failure::ChatUnknown)
    }

    fn snapshot(&self) -> Snapshot {
        let mut chats: Vec<_> = self.chats.values().map(|chat| chat.view()).collect();
        chats.sort_by_key(|chat| std::cmp::Reverse(chat.touched_at));
        Snapshot {
            account: self.account_view(),
            chats,
            servers: self.server_views(),
            settings: self.settings,
            catch_up: self.catchup.told.view(),
        }
    }

    fn read_invite(&mut self, id: CommandId, link: &str) -> Result<(), Failure> {
        let invite = self.parse_invite(link)?;
        let view = zajil_api::Invite {
            from: Contact {
                public_key: zajil_api::PublicKey::new(invite.from.to_hex()),
                name: invite.name,
            },
            chat: self.chat_with(&invite.from).map(ChatKey::to_id),
        };
        self.update(Update::InviteRead { answers: id, invite: view });
        Ok(())
    }

    /// A link that is whole, still good, and not one's own.
    pub(super) fn parse_invite(&self, link: &str) -> Result<Invite, Failure> {
        let invite = Invite::parse(link, self.unix_now())?;
        let own = self.account.as_ref().map(|account| account.keys.public_key());
        if own == Some(invite.from) { Err(Failure::InviteOwn) } else { Ok(invite) }
    }

    pub(super) fn accept_request(&mut self, key: ChatKey) -> Result<(), Failure> {
        let now = self.unix_now();
        let chat = self.chats.get_mut(&key).ok_or(Failure::ChatUnknown)?;
        if chat.row.stage == Stage::Requested {
            // What was not listened to is read before anything is written.
            chat.caught_up &= chat.is_listened_to();
            chat.row.stage = Stage::Open;
            // Its servers were not asked before: they are asked for all there is.
            for group in &mut chat.row.groups {
                group.joined_at = now;
            }
            self.chat_changed(key);
            let newest = self.chats.get(&key).and_then(|chat| chat.row.groups.last());
            self.greet(key, newest.map(|row| row.nostr_group_id));
            self.ask_groups_again();
        }
        Ok(())
    }

    fn decline_request(&mut self, key: ChatKey) -> Result<(), Failure> {
        let chat = self.chats.get(&key).ok_or(Failure::ChatUnknown)?;
        if chat.row.stage != Stage::Requested {
            return Err(Failure::ChatClosed);
        }
        let peer = chat.row.peer;
        self.remove_chat(key);
        self.blocked.insert(peer);
        self.save_blocked(&peer);
        Ok(())
    }

    pub(super) fn remove_chat(&mut self, key: ChatKey) {
        let Some(chat) = self.chats.remove(&key) else { return };
        for row in &chat.row.groups {
            self.forget_group(&row.nostr_group_id);
            self.forget_seen_of(&row.nostr_group_id);
        }
        for group in chat.groups {
            let deleted = group.delete(&self.provider).map_err(Into::into);
            self.note("deleting a group", deleted);
        }
        self.dirty.mls = true;
        self.forget_messages(key);
        self.forget_runs(key);
        self.forget_withdrawn(key);
        self.forget_receipts(key);
        for place in chat.queued.keys() {
            self.forget_queued(key, *place);
        }
        let (gone, kept) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|row: &super::record::ParkedRow| row.chat == key);
        self.parked = kept;
        for row in gone {
            self.forget_parked(&row.event);
        }
        self.chat_changed(key);
        self.update(Update::ChatRemoved(key.to_id()));
        self.connect();
        self.resubscribe();
    }

    fn set_receipts(&mut self, receipts: Receipts) {
        self.settings.receipts = receipts;
        self.save_settings();
        self.update(Update::SettingsChanged(self.settings));
    }
}
