//! What OpenMLS runs on: cryptography, randomness, and records in memory.

use super::MlsError;
use super::crypto::Crypto;
use super::storage::Storage;
use openmls_traits::OpenMlsProvider;
use openmls_traits::random::OpenMlsRand;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;

/// One of OpenMLS's records: a key and, unless it was deleted, its value.
/// Both are secret: keys name groups, values hold ratchets.
pub type MlsRecord = (Vec<u8>, Option<Vec<u8>>);

/// Cryptography, randomness and storage for every group of one account.
pub struct Provider {
    crypto: Crypto,
    rand: Rand,
    storage: Storage,
}

impl Provider {
    /// `seed` is 32 random bytes; `records` are those saved earlier.
    pub fn new(seed: [u8; 32], records: HashMap<Vec<u8>, Vec<u8>>) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut crypto_seed = [0; 32];
        rng.fill_bytes(&mut crypto_seed);
        Self {
            crypto: Crypto::new(crypto_seed),
            rand: Rand(RefCell::new(rng)),
            storage: Storage::new(records),
        }
    }

    /// The records that changed since the last call: these must be durable before
    /// anything made with them leaves the device.
    pub fn take_changes(&mut self) -> Vec<MlsRecord> {
        self.storage.take_changes()
    }

    /// Another provider with these records and randomness of its own.
    pub(super) fn apart(&self, records: HashMap<Vec<u8>, Vec<u8>>) -> Result<Self, MlsError> {
        let seed = self.rand.random_array().map_err(|error| MlsError::ours("seed", error))?;
        Ok(Self::new(seed, records))
    }

    /// Runs `step` and afterwards puts back every record whose key `keep` names,
    /// should the step have deleted it.
    pub(super) fn keeping<T>(
        &self,
        keep: impl Fn(&[u8]) -> bool,
        step: impl FnOnce(&Self) -> T,
    ) -> T {
        let kept: Vec<(Vec<u8>, Vec<u8>)> = {
            let records = self.storage.records.borrow();
            let kept = records.iter().filter(|(key, _)| keep(key));
            kept.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let outcome = step(self);
        for (key, value) in kept {
            if !self.storage.records.borrow().contains_key(&key) {
                self.storage.set(key, value);
            }
        }
        outcome
    }
}

impl OpenMlsProvider for Provider {
    type CryptoProvider = Crypto;
    type RandProvider = Rand;
    type StorageProvider = Storage;

    fn crypto(&self) -> &Crypto {
        &self.crypto
    }

    fn rand(&self) -> &Rand {
        &self.rand
    }

    fn storage(&self) -> &Storage {
        &self.storage
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.storage.records.borrow().len();
        f.debug_struct("Provider").field("records", &records).finish_non_exhaustive()
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
