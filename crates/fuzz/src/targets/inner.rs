//! What people say: events inside MLS.

pub mod inner_event {
    use crate::{Outcome, people};
    use zajil_core::envelope::{Inner, InnerKind, MAX_RECEIPT};
    use zajil_core::nostr::Rumor;

    pub fn run(input: &[u8]) -> Outcome {
        let author = people::alice().account.public_key();
        let rumor = Rumor::new(people::unsigned(author, input));
        let json = rumor.to_json();
        assert_eq!(Rumor::parse_strict(json.as_bytes()).as_ref(), Ok(&rumor));
        let inner = Inner::parse(author.as_bytes(), json.as_bytes());
        let stranger = people::bob().account.public_key();
        assert!(Inner::parse(stranger.as_bytes(), json.as_bytes()).is_err(), "another's words");
        if let Ok(inner) = &inner {
            check(inner);
        }
        Outcome::of(&inner)
    }

    pub(in crate::targets) fn check(inner: &Inner) {
        match &inner.kind {
            InnerKind::Name(name) => {
                assert!((1..=64).contains(&name.chars().count()), "{name:?}");
                assert!(!name.contains(char::is_control), "{name:?}");
            }
            InnerKind::Receipt { of, .. } => assert!(of.len() <= MAX_RECEIPT),
            _ => {}
        }
        // Tags that mean nothing to us are gone, and with them the id is another.
        let written = Inner::rumor(inner.author, inner.created_at, &inner.kind);
        let again = Inner::parse(inner.author.as_bytes(), written.to_json().as_bytes());
        assert_eq!(again.map(|again| again.kind).as_ref(), Ok(&inner.kind));
    }

    pub fn seeds() -> Vec<Vec<u8>> {
        let id = people::event().id;
        let receipt = format!("4450 1800000000\ne\t{id}\ne\t{id}\n\n");
        [
            "9 1800000000\nseq\t7\t9\t5\n\nمرحبا\n\"hello\"".to_owned(),
            "0 1800000000\n\n{\"name\":\"Zoë \\u202e\"}".to_owned(),
            receipt.clone() + "delivered",
            receipt + "read",
            "4451 1800000000\n\n".to_owned(),
            "4452 1800000000\nrange\t1\t3\t5\nrange\t4\t4\t5\n\n".to_owned(),
            "4453 1800000000\nrange\t1\t3\t5\n\nwithdrawn".to_owned(),
            "4453 1800000000\nrange\t2\t4503599627370495\t5\n\nlost".to_owned(),
            "7 1800000000\ne\tx\n\n+".to_owned(),
        ]
        .map(String::into_bytes)
        .to_vec()
    }
}
