//! What logs may show of chats: kinds, lengths and the beginnings of ids.

use crate::{Device, joined, now};
use openmls_traits::OpenMlsProvider;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::UnixTime;
use zajil_core::envelope::{
    Count, GroupProfile, Inner, InnerKind, ReceiptKind, WelcomeRumor, group_event_key,
    inbox_relays_event, seal_message,
};
use zajil_core::mls::Processed;
use zajil_core::nostr::{EventId, Kind};

#[test]
fn no_key_name_or_word_is_shown() {
    let (mut alice, bob, mut ours, mut theirs) = joined();
    let key = group_event_key(&alice.provider, &ours).unwrap();
    let sealed = seal_message(&key, [1; 32], b"x", &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
    let message = ours.encrypt(&alice.provider, &alice.signer, b"secret").unwrap();
    let processed: Processed = theirs.process(&bob.provider, &message).unwrap();
    let state = ours.state().unwrap();
    let invitee = Device::new(4).key_package();
    let founded = alice.found(&invitee.bytes);
    let id = EventId::from_bytes([0xab; 32]);
    let author = alice.account.public_key();
    let inner = |kind| Inner { id, author, created_at: UnixTime(9), kind };
    let welcome = WelcomeRumor {
        welcome: vec![1, 2, 3],
        key_package: id,
        relays: vec!["wss://a.example".to_owned()],
        invite: Some([7; 16]),
    };
    let profile = GroupProfile { name: "secret".to_owned(), description: "secret".to_owned() };
    let shown = [
        format!("{:?} {key:?} {sealed:?} {ours:?} {:?}", alice.signer, alice.account),
        format!("{:?} {:?}", bob.provider, bob.provider.storage()),
        format!("{processed:?} {:?}", Processed::SelfUpdated { sender: [1; 32] }),
        format!("{state:?} {profile:?}"),
        format!("{founded:?} {welcome:?}"),
        format!(
            "{:?}",
            inner(InnerKind::Chat {
                text: "secret".to_owned(),
                count: Count { run: 1, number: 3 },
                clock: 4
            })
        ),
        format!("{:?}", inner(InnerKind::Name("secret".to_owned())).kind),
        format!(
            "{:?}",
            inner(InnerKind::Receipt {
                kind: ReceiptKind::Read,
                of: vec![id],
                last: Count::default(),
                heard: None
            })
            .kind
        ),
        format!(
            "{:?} {:?}",
            InnerKind::Typing,
            InnerKind::Unknown { kind: Kind(7), count: Count::default() }
        ),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    LeafSigner(..) GroupEventKey(..) SealedMessage(40 bytes) Group { epoch: 1, .. } SecretKey(..)
    Provider { records: 13, .. } Storage(13 records)
    Application(6 bytes) SelfUpdated
    GroupState([Member(fa1f7356… [1, 8009]), Member(ef16dd7c… [1, 8009])] [1, 8001, 8003, 8004]) GroupProfile(6 + 6 bytes)
    Founded(Group { epoch: 1, .. }, 1299 bytes) WelcomeRumor { welcome: 3 bytes, key_package: EventId(abababab…), relays: ["wss://a.example"], invite: Some(..) }
    Inner { id: EventId(abababab…), author: PublicKey(fa1f7356…), created_at: UnixTime(9), kind: Chat(6 bytes, 3, 4) }
    Name(6 bytes)
    Read([EventId(abababab…)])
    Typing Unknown(7)
    "#);
    let list =
        inbox_relays_event(alice.account.public_key(), &["wss://a.example".to_owned()], now());
    assert_eq!(list.kind, Kind::INBOX_RELAYS);
}
