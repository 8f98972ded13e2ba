//! The person's account: a key pair made here, a name, and key packages by which
//! others can reach it while it is away.

use super::Engine;
use super::error::EngineError;
use super::invite::{Invite, MAX_RELAYS};
use super::record::{AccountRow, KeyPackageRow};
use super::stamps::is_ahead;
use crate::envelope::name::{MAX_NAME, clean};
use crate::envelope::{
    inbox_relays_event, key_package_event, leaf_components, prove, relay_list_event,
};
use crate::mls::{Components, LeafSigner, forget_key_package, kept_key_package, own_key_package};
use crate::nostr::{Event, SecretKey, UnsignedEvent};
use rand_core::RngCore;
use std::fmt;
use zajil_api::{Failure, UnixTime, Update};
use zeroize::Zeroizing;

const DAY: u64 = 86_400;
/// A key package is replaced after so long, or when somebody used it.
const KEY_PACKAGE_FRESH_DAYS: u64 = 7;
/// After its lifetime of 84 days nobody can use it; a little more for late mail.
const KEY_PACKAGE_KEPT_DAYS: u64 = 90;

/// The account and its working keys.
pub(super) struct Account {
    pub keys: SecretKey,
    pub signer: LeafSigner,
    pub row: AccountRow,
}

impl Account {
    /// `None` where the row holds no valid key.
    pub fn from_row(row: AccountRow) -> Option<Self> {
        let keys = SecretKey::from_bytes(Zeroizing::new(row.secret)).ok()?;
        let signer = LeafSigner::from_bytes(row.leaf_secret);
        Some(Self { keys, signer, row })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(..)")
    }
}

/// A name people can be called by: 1 to 64 characters, what hides in them taken out.
pub(super) fn clean_name(name: &str) -> Result<String, Failure> {
    clean(name).filter(|name| name.chars().count() <= MAX_NAME).ok_or(Failure::NameInvalid)
}

impl Engine {
    pub(super) fn create_account(&mut self, name: &str) -> Result<(), Failure> {
        if self.account.is_some() {
            return Err(Failure::AccountExists);
        }
        let name = clean_name(name)?;
        self.save_header();
        let keys = SecretKey::generate(&mut self.rng);
        let mut row = AccountRow {
            secret: *keys.to_bytes(),
            leaf_secret: [0; 32],
            name,
            slot: [0; 32],
            invite_token: [0; 16],
            key_packages: Vec::new(),
        };
        self.rng.fill_bytes(&mut row.leaf_secret);
        self.rng.fill_bytes(&mut row.slot);
        self.rng.fill_bytes(&mut row.invite_token);
        let signer = LeafSigner::from_bytes(row.leaf_secret);
        self.account = Some(Account { keys, signer, row });
        self.servers = self.default_relays.iter().cloned().collect();
        for relay in self.servers.clone() {
            self.save_server(&relay);
        }
        self.publish_relay_lists();
        self.renew_key_package().map_err(internal)?;
        self.connect();
        self.account_changed();
        for server in self.server_views() {
            self.update(Update::ServerChanged(server));
        }
        Ok(())
    }

    pub(super) fn rename(&mut self, name: &str) -> Result<(), Failure> {
        let name = clean_name(name)?;
        let account = self.account.as_mut().ok_or(Failure::NoAccount)?;
        account.row.name = name;
        self.account_changed();
        for chat in self.open_chats() {
            let told = self.send_name(chat);
            self.note("telling the name", told);
        }
        Ok(())
    }

    pub(super) fn renew_invite(&mut self) -> Result<(), Failure> {
        let mut token = [0; 16];
        self.rng.fill_bytes(&mut token);
        self.account.as_mut().ok_or(Failure::NoAccount)?.row.invite_token = token;
        self.account_changed();
        Ok(())
    }

    pub(super) fn account_changed(&mut self) {
        self.dirty.account = true;
        if let Some(view) = self.account_view() {
            self.update(Update::AccountChanged(view));
        }
    }

    pub(super) fn account_view(&self) -> Option<zajil_api::Account> {
        let account = self.account.as_ref()?;
        let mut relays = self.trusted_first(&self.servers);
        relays.truncate(MAX_RELAYS);
        let invite = Invite {
            from: account.keys.public_key(),
            token: account.row.invite_token,
            name: account.row.name.clone(),
            relays,
        };
        Some(zajil_api::Account {
            public_key: zajil_api::PublicKey::new(account.keys.public_key().to_hex()),
            name: account.row.name.clone(),
            invite: invite.to_payload(self.unix_now()),
        })
    }

    /// Tells the world where this account publishes and receives.
    pub(super) fn publish_relay_lists(&mut self) {
        let Some(account) = &self.account else { return };
        let author = account.keys.public_key();
        let relays: Vec<String> =
            self.servers.iter().map(|relay| relay.as_str().to_owned()).collect();
        let now = self.next_own_date();
        for event in
            [relay_list_event(author, &relays, now), inbox_relays_event(author, &relays, now)]
        {
            let published = self.publish_own(event);
            self.note("publishing a relay list", published);
        }
    }

    /// The date of what speaks for the account: a server keeps the latest of a kind only, and
    /// tells two of one second apart by luck.
    fn next_own_date(&mut self) -> UnixTime {
        let now = self.unix_now();
        let made = self.account.as_ref().and_then(|account| account.row.key_packages.last());
        let last = self.own_at.max(made.map_or(UnixTime(0), |row| row.made_at));
        // What lies further ahead was dated by a clock that has been put right since.
        self.own_at = if is_ahead(last, now) { now } else { now.max(UnixTime(last.0 + 1)) };
        self.own_at
    }

    /// Publishes the last key package once more: a server may have lost it, or have another in
    /// its place.
    pub(super) fn publish_key_package(&mut self) -> Result<(), EngineError> {
        let now = self.next_own_date();
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let last = account.row.key_packages.last();
        // Before its time nobody can use it.
        let Some(last) = last.filter(|row| !is_ahead(row.made_at, self.unix_now())) else {
            return self.renew_key_package();
        };
        let Some(kept) = kept_key_package(&self.provider, &last.reference)? else {
            return self.renew_key_package();
        };
        let author = account.keys.public_key();
        let event = key_package_event(author, &account.row.slot, &kept, now);
        self.publish_own(event)
    }

    /// Publishes a key package in place of the last one, which stays usable: others
    /// may hold it already.
    pub(super) fn renew_key_package(&mut self) -> Result<(), EngineError> {
        let now = self.next_own_date();
        let components = self.leaf_components()?;
        let account = self.account.as_mut().ok_or(EngineError::State("no account"))?;
        let author = account.keys.public_key();
        let made = own_key_package(
            &self.provider,
            &account.signer,
            author.as_bytes(),
            &components,
            now.0,
        )?;
        self.dirty.mls = true;
        self.dirty.account = true;
        let reference = made.reference.clone();
        if account.row.key_packages.last().is_some_and(|row| is_ahead(row.made_at, now)) {
            // Servers keep that one in its place until its date is past.
            self.rng.fill_bytes(&mut account.row.slot);
        }
        account.row.key_packages.push(KeyPackageRow { reference, made_at: now });
        let kept_since = UnixTime(now.0.saturating_sub(KEY_PACKAGE_KEPT_DAYS * DAY));
        let (old, kept) = std::mem::take(&mut account.row.key_packages)
            .into_iter()
            .partition(|row: &KeyPackageRow| row.made_at < kept_since);
        account.row.key_packages = kept;
        let event = key_package_event(author, &account.row.slot, &made, now);
        for row in old {
            forget_key_package(&self.provider, &row.reference)?;
        }
        self.publish_own(event)
    }

    /// After somebody used the key package; not more than once an hour.
    pub(super) fn renew_used_key_package(&mut self) {
        self.renew_key_package_older_than(3600);
    }

    /// A key package that is no longer fresh is replaced.
    pub(super) fn renew_stale_key_package(&mut self) {
        self.renew_key_package_older_than(KEY_PACKAGE_FRESH_DAYS * DAY);
    }

    fn renew_key_package_older_than(&mut self, seconds: u64) {
        let now = self.unix_now();
        let stale = self.account.as_ref().is_some_and(|account| {
            account.row.key_packages.last().is_none_or(|row| {
                let age = now.0.saturating_sub(row.made_at.0);
                age > seconds || is_ahead(row.made_at, now)
            })
        });
        if stale {
            let renewed = self.renew_key_package();
            self.note("renewing the key package", renewed);
        }
    }

    /// What every leaf of ours carries.
    pub(super) fn leaf_components(&mut self) -> Result<Components, EngineError> {
        let now = self.unix_now();
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let key = account.signer.public_key();
        Ok(leaf_components(prove(&account.keys, &key, now, &mut self.rng)))
    }

    /// Signs an event of the account and sends it to the person's own servers.
    fn publish_own(&mut self, event: UnsignedEvent) -> Result<(), EngineError> {
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let event = Event::sign(event, &account.keys, &mut self.rng)?;
        let targets = self.servers.iter().cloned().collect();
        self.enqueue_event(&event, targets);
        Ok(())
    }
}

pub(super) fn internal(error: EngineError) -> Failure {
    tracing::error!(%error, "internal");
    Failure::Internal
}
