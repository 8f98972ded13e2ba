//! The key that seals every row, and what keeps it.
//!
//! The key is 32 random bytes, encrypted under a WebCrypto key that the browser keeps
//! in the database and never gives out: who copies the files has only ciphertext
//! unless they also take that key from the browser's own storage. Against malware on
//! the device this helps nothing.

use super::fault::describe;
use super::scope::scope;
use super::store::IdbStore;
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};
use zajil_core::engine::VaultKey;
use zajil_core::store::StoreError;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// Why there is no vault key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultError {
    /// There are rows, but not what opens them. Nothing is overwritten: a backup of the
    /// browser's profile may still hold it.
    Missing,
    /// The entry is there and cannot be opened.
    Damaged(String),
    /// The page did not come over a secure connection, so the browser hides WebCrypto.
    Insecure,
    /// The browser refused to make or use a key.
    Refused(String),
    Store(StoreError),
}

/// For a bug report: the tab has its own words for each reason.
impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there are rows and no vault key"),
            Self::Damaged(detail) => write!(f, "the vault key cannot be opened: {detail}"),
            Self::Insecure => f.write_str("no WebCrypto: the page came without https"),
            Self::Refused(detail) => write!(f, "no vault key could be made: {detail}"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for VaultError {}

impl From<StoreError> for VaultError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Opens the vault, or makes it on a device that holds nothing yet.
pub async fn open_vault(store: &IdbStore) -> Result<VaultKey, VaultError> {
    let subtle = subtle()?;
    match store.vault_entry().await? {
        Some(entry) => unwrap(&subtle, &entry).await,
        None if store.is_empty().await? => {
            let (key, entry) = make(&subtle).await?;
            store.add_vault_entry(&entry).await?;
            Ok(key)
        }
        None => Err(VaultError::Missing),
    }
}

async fn make(subtle: &SubtleCrypto) -> Result<(VaultKey, JsValue), VaultError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let mut nonce = [0; NONCE_BYTES];
    for bytes in [&mut key[..], &mut nonce[..]] {
        getrandom04::fill(bytes).map_err(|error| VaultError::Refused(error.to_string()))?;
    }
    let build = async {
        let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
        let kind = object(&[("name", "AES-GCM".into()), ("length", 256.into())])?;
        let wrapping: CryptoKey = JsFuture::from(
            subtle.generate_key_with_object(&kind, /* extractable: */ false, &usages)?,
        )
        .await?
        .unchecked_into();
        let wrapped = JsFuture::from(subtle.encrypt_with_object_and_u8_array(
            &algorithm(&Uint8Array::from(nonce.as_slice()))?,
            &wrapping,
            &key[..],
        )?)
        .await?;
        object(&[
            ("version", 1.into()),
            ("key", wrapping.into()),
            ("nonce", Uint8Array::from(nonce.as_slice()).into()),
            ("wrapped", Uint8Array::new(&wrapped).into()),
        ])
    };
    let entry = build.await.map_err(|thrown: JsValue| VaultError::Refused(describe(&thrown)))?;
    Ok((VaultKey(*key), entry.into()))
}

async fn unwrap(subtle: &SubtleCrypto, entry: &JsValue) -> Result<VaultKey, VaultError> {
    let open = async {
        let part = |name: &str| Reflect::get(entry, &name.into());
        let wrapping: CryptoKey = part("key")?.dyn_into()?;
        let nonce: Uint8Array = part("nonce")?.dyn_into()?;
        let wrapped: Uint8Array = part("wrapped")?.dyn_into()?;
        JsFuture::from(subtle.decrypt_with_object_and_u8_array(
            &algorithm(&nonce)?,
            &wrapping,
            &wrapped.to_vec(),
        )?)
        .await
    };
    let opened = open.await.map_err(|thrown: JsValue| VaultError::Damaged(describe(&thrown)))?;
    let bytes = Zeroizing::new(Uint8Array::new(&opened).to_vec());
    let key = <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
        .map_err(|_| VaultError::Damaged(format!("{} bytes", bytes.len())))?;
    Ok(VaultKey(key))
}

fn algorithm(nonce: &Uint8Array) -> Result<Object, JsValue> {
    object(&[("name", "AES-GCM".into()), ("iv", nonce.into())])
}

fn object(fields: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}

fn subtle() -> Result<SubtleCrypto, VaultError> {
    let crypto = scope().crypto().map_err(|_| VaultError::Insecure)?;
    Reflect::get(&crypto, &"subtle".into())
        .ok()
        .and_then(|subtle| subtle.dyn_into().ok())
        .ok_or(VaultError::Insecure)
}
