use super::*;
use crate::nostr::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

#[test]
fn whoever_wrote_nothing_in_a_run_does_not_count_in_it() {
    let author = SecretKey::generate(&mut ChaCha20Rng::from_seed([7; 32])).public_key();
    let read = |run, number| {
        let count = Count { run, number };
        let chat = InnerKind::Chat { text: "here".to_owned(), count, clock: 3 };
        let rumor = Inner::rumor(author, UnixTime(1), &chat);
        match Inner::parse(author.as_bytes(), rumor.to_json().as_bytes()).unwrap().kind {
            InnerKind::Chat { count, clock: 3, .. } => count,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(read(9, 2), Count { run: 9, number: 2 });
    assert_eq!(read(9, 0), Count::default());
    assert_eq!(read(0, 2), Count::default());
}

#[test]
fn a_name_is_cleaned_when_it_is_read_and_none_is_no_name() {
    let author = SecretKey::generate(&mut ChaCha20Rng::from_seed([7; 32])).public_key();
    let read = |name: &str| {
        let rumor = Inner::rumor(author, UnixTime(1), &InnerKind::Name(name.to_owned()));
        Inner::parse(author.as_bytes(), rumor.to_json().as_bytes()).map(|inner| inner.kind)
    };
    let named = |name: &str| Ok(InnerKind::Name(name.to_owned()));
    assert_eq!(read("زينب"), named("زينب"));
    assert_eq!(read(" A\u{202e}da\u{7} "), named("Ada"));
    assert_eq!(read(&"ا".repeat(90)), named(&"ا".repeat(64)));
    for empty in ["", " ", "\u{2066}\u{2069}", "\u{200d}"] {
        assert_eq!(read(empty), Err(EnvelopeError::Encoding("name")));
    }
}
