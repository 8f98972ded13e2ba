//! What OpenMLS runs on: cryptography, randomness, and records in memory.

use openmls_rust_crypto::{MemoryStorage, RustCrypto};
use openmls_traits::OpenMlsProvider;
use openmls_traits::random::OpenMlsRand;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::PoisonError;

/// One of OpenMLS's records: a key and, unless it was deleted, its value.
/// Both are secret: keys name groups, values hold ratchets.
pub type MlsRecord = (Vec<u8>, Option<Vec<u8>>);

/// Cryptography, randomness and storage for every group of one account.
pub struct Provider {
    crypto: RustCrypto,
    rand: Rand,
    storage: MemoryStorage,
    /// The records as they were last handed out to be saved.
    saved: HashMap<Vec<u8>, Vec<u8>>,
}

impl Provider {
    /// `seed` is 32 random bytes; `records` are those saved earlier.
    pub fn new(seed: [u8; 32], records: HashMap<Vec<u8>, Vec<u8>>) -> Self {
        let storage = MemoryStorage::default();
        *storage.values.write().unwrap_or_else(PoisonError::into_inner) = records.clone();
        let rand = Rand(RefCell::new(ChaCha20Rng::from_seed(seed)));
        Self { crypto: RustCrypto::default(), rand, storage, saved: records }
    }

    /// The records that differ since the last call: these must be durable before
    /// anything made with them leaves the device.
    pub fn take_changes(&mut self) -> Vec<MlsRecord> {
        let values = self.storage.values.read().unwrap_or_else(PoisonError::into_inner);
        let mut changes: Vec<MlsRecord> = values
            .iter()
            .filter(|(key, value)| self.saved.get(*key) != Some(value))
            .map(|(key, value)| (key.clone(), Some(value.clone())))
            .collect();
        let gone = self.saved.keys().filter(|key| !values.contains_key(*key));
        changes.extend(gone.map(|key| (key.clone(), None)));
        for (key, value) in &changes {
            match value {
                Some(value) => self.saved.insert(key.clone(), value.clone()),
                None => self.saved.remove(key),
            };
        }
        changes
    }

    /// Runs `step` and afterwards puts back every record whose key `keep` names,
    /// should the step have deleted it.
    pub(super) fn keeping<T>(
        &self,
        keep: impl Fn(&[u8]) -> bool,
        step: impl FnOnce(&Self) -> T,
    ) -> T {
        let kept: Vec<(Vec<u8>, Vec<u8>)> = {
            let values = self.storage.values.read().unwrap_or_else(PoisonError::into_inner);
            values
                .iter()
                .filter(|(key, _)| keep(key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        };
        let outcome = step(self);
        let mut values = self.storage.values.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in kept {
            values.entry(key).or_insert(value);
        }
        outcome
    }
}

impl OpenMlsProvider for Provider {
    type CryptoProvider = RustCrypto;
    type RandProvider = Rand;
    type StorageProvider = MemoryStorage;

    fn crypto(&self) -> &RustCrypto {
        &self.crypto
    }

    fn rand(&self) -> &Rand {
        &self.rand
    }

    fn storage(&self) -> &MemoryStorage {
        &self.storage
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("records", &self.saved.len()).finish_non_exhaustive()
    }
}

/// Randomness drawn from the engine's seed.
pub struct Rand(RefCell<ChaCha20Rng>);

impl OpenMlsRand for Rand {
    type Error = Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Infallible> {
        let mut bytes = [0; N];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Infallible> {
        let mut bytes = vec![0; len];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }
}
