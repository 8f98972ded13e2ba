//! Welcomes: how a stranger puts us into a group.

use super::Outcome;
use crate::people::{self, alice, live_group};
use crate::tls::{Cursor, signature, vector};
use zajil_core::envelope::{parse_welcome, read_group, welcome_rumor as written};
use zajil_core::mls::{Group, MlsError};
use zajil_core::nostr::Rumor;

/// Joins as Bob, by the judgement that the engine uses.
fn join(bytes: &[u8]) -> Outcome {
    let provider = live_group().bob_invited();
    let joined = Group::join(&provider, bytes, |sender, state| {
        read_group(sender, state)
            .map(|_| ())
            .map_err(|_| MlsError::Peer { what: "group", detail: String::new() })
    });
    if let Ok(group) = &joined {
        assert!(group.state().is_ok(), "a group that was judged");
        let id = group.id();
        assert!(Group::load(&provider, &id).is_ok(), "what was joined was not stored");
    }
    Outcome::of(&joined)
}

pub mod welcome_rumor {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        let author = alice().account.public_key();
        let rumor = Rumor::new(people::unsigned(author, input));
        let welcome = parse_welcome(&rumor);
        if let Ok(welcome) = &welcome {
            let again = written(author, welcome, rumor.created_at);
            assert_eq!(parse_welcome(&again).as_ref(), Ok(welcome), "written again");
        }
        Outcome::of(&welcome)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let rumor = people::welcome_rumor();
        let mut text = format!("{} {}", rumor.kind.0, rumor.created_at.0);
        for tag in &rumor.tags {
            text += &format!("\n{}", tag.as_slice().join("\t"));
        }
        vec![format!("{text}\n\n{}", rumor.content).into_bytes()]
    }
}

pub mod mls_welcome {
    use super::*;

    pub fn run(input: &[u8]) -> Outcome {
        join(input)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        vec![live_group().welcome.clone()]
    }
}

pub mod group_info {
    use super::*;
    use openmls::prelude::{
        Ciphersuite, GroupId, HpkeCiphertext, MlsGroup, OpenMlsCrypto, OpenMlsProvider,
    };
    use openmls_traits::types::{AeadType, HashType};
    use tls_codec::Serialize;
    use zajil_core::mls::{CIPHERSUITE, Provider};

    const JOINER_SECRET: [u8; 32] = [6; 32];

    /// The group's context, and its extensions as a vector: signed here by Alice, given
    /// the confirmation tag that belongs to it, and sealed for Bob's key package.
    pub fn run(input: &[u8]) -> Outcome {
        let Some(welcome) = sealed(input) else { return Outcome::Refused };
        join(&welcome)
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let (provider, _) = live_group().alice();
        let id = GroupId::from_slice(&live_group().id);
        let group = MlsGroup::load(provider.storage(), &id).ok().flatten();
        let info = group
            .and_then(|group| {
                group.export_group_info(provider.crypto(), &alice().signer, true).ok()
            })
            .and_then(|message| message.tls_serialize_detached().ok());
        info.and_then(|info| {
            // After version and wire format.
            let mut cursor = Cursor::new(info.get(4..)?);
            context(&mut cursor)?;
            cursor.vector()?;
            info.get(4..4 + cursor.at()).map(<[u8]>::to_vec)
        })
        .into_iter()
        .collect()
    }

    /// Goes over a GroupContext; the confirmed transcript hash in it.
    fn context<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
        cursor.take(2 + 2)?;
        cursor.vector()?; // group id
        cursor.take(8)?;
        cursor.vector()?; // tree hash
        let transcript = cursor.vector()?;
        cursor.vector()?; // extensions
        Some(transcript)
    }

    fn sealed(input: &[u8]) -> Option<Vec<u8>> {
        let mut cursor = Cursor::new(input);
        let transcript = context(&mut cursor).unwrap_or_default();
        let group_context = input.get(..cursor.at())?;
        let provider = live_group().bob_invited();
        let crypto = provider.crypto();
        let derive = |secret: &[u8], label: &str, context: &[u8], length: u16| {
            let label = format!("MLS 1.0 {label}");
            let info =
                [length.to_be_bytes().as_slice(), &vector(label.as_bytes()), &vector(context)]
                    .concat();
            let out = crypto.hkdf_expand(HashType::Sha2_256, secret, &info, length.into());
            out.ok().map(|out| out.as_slice().to_vec())
        };
        let member = crypto.hkdf_extract(HashType::Sha2_256, &JOINER_SECRET, &[0; 32]).ok()?;
        let epoch = derive(member.as_slice(), "epoch", group_context, 32)?;
        let confirmation_key = derive(&epoch, "confirm", &[], 32)?;
        let tag = crypto.hmac(HashType::Sha2_256, &confirmation_key, transcript).ok()?;
        let signer = 0u32.to_be_bytes();
        let mut info = [input, &vector(tag.as_slice()), &signer].concat();
        info.extend(signature(&alice().signer, "GroupInfoTBS", &info));
        let welcome_secret = derive(member.as_slice(), "welcome", &[], 32)?;
        let (key, nonce) =
            (derive(&welcome_secret, "key", &[], 16)?, derive(&welcome_secret, "nonce", &[], 12)?);
        let info = crypto.aead_encrypt(AeadType::Aes128Gcm, &key, &info, &nonce, &[]).ok()?;
        let secrets = group_secrets(&provider, &info)?;
        let suite = (CIPHERSUITE as u16).to_be_bytes();
        Some([&[0, 1, 0, 3], suite.as_slice(), &vector(&secrets), &vector(&info)].concat())
    }

    /// `EncryptedGroupSecrets` for Bob: the joiner secret, no path secret, no PSKs.
    fn group_secrets(provider: &Provider, group_info: &[u8]) -> Option<Vec<u8>> {
        let (reference, init_key) = &live_group().bobs_key_package;
        let secrets = [vector(&JOINER_SECRET), vec![0], vector(&[])].concat();
        let info = [vector(b"MLS 1.0 Welcome"), vector(group_info)].concat();
        let suite: Ciphersuite = CIPHERSUITE;
        let HpkeCiphertext { kem_output, ciphertext } = provider
            .crypto()
            .hpke_seal(suite.hpke_config(), init_key, &info, &[], &secrets)
            .ok()?;
        let sealed = [vector(kem_output.as_slice()), vector(ciphertext.as_slice())].concat();
        Some([vector(reference), sealed].concat())
    }
}
