//! What only a simulator may see: under which key, and in which epoch, each ciphertext was made.
//!
//! MLS gives each (epoch, leaf, generation) a key of its own. So "no generation is used for
//! two messages" can be checked on the wire by whoever knows each message's key, and by
//! nobody else; and so can "nobody writes in an epoch whose commit is on no server". Without
//! the feature `mutants` all of this is nothing.

#[cfg(feature = "mutants")]
pub use on::{Application, Sealed, take};

/// MLS begins to encrypt a message: what it encrypts first is the message's content.
pub(crate) fn begin() {
    #[cfg(feature = "mutants")]
    on::begin();
}

/// A key was used.
pub(crate) fn key(_key: &[u8]) {
    #[cfg(feature = "mutants")]
    on::key(_key);
}

/// The message that the last key made.
pub(crate) fn message(_message: &[u8], _payload: &[u8]) {
    #[cfg(feature = "mutants")]
    on::message(_message, _payload);
}

/// A message, and the content of the event that it will stand in.
pub(crate) fn sealed(_group: [u8; 32], _message: &[u8], _content: &str) {
    #[cfg(feature = "mutants")]
    on::sealed(_group, _message, _content);
}

#[cfg(feature = "mutants")]
mod on {
    use crate::mls::message_epoch;
    use sha2::{Digest, Sha256};
    use std::cell::RefCell;

    /// One MLS message on its way to the wire.
    #[derive(Clone)]
    pub struct Sealed {
        /// The content of the events that carry it.
        pub content: String,
        /// The routing id of its group.
        pub group: [u8; 32],
        pub epoch: u64,
        /// `None` for a commit.
        pub application: Option<Application>,
    }

    /// An application message.
    #[derive(Clone)]
    pub struct Application {
        /// The hash of its key: the same for the same (epoch, leaf, generation) only.
        pub key: [u8; 32],
        /// The hash of the MLS message.
        pub message: [u8; 32],
        pub payload: Vec<u8>,
    }

    #[derive(Default)]
    struct Watch {
        key: Option<[u8; 32]>,
        last: Option<Application>,
        sealed: Vec<Sealed>,
    }

    thread_local! {
        static WATCH: RefCell<Watch> = RefCell::default();
    }

    pub fn begin() {
        WATCH.with_borrow_mut(|watch| watch.key = None);
    }

    pub fn key(key: &[u8]) {
        WATCH.with_borrow_mut(|watch| {
            watch.key.get_or_insert_with(|| Sha256::digest(key).into());
        });
    }

    pub fn message(message: &[u8], payload: &[u8]) {
        WATCH.with_borrow_mut(|watch| {
            let (message, payload) = (Sha256::digest(message).into(), payload.to_vec());
            let key = watch.key.take();
            watch.last = key.map(|key| Application { key, message, payload });
        });
    }

    pub fn sealed(group: [u8; 32], message: &[u8], content: &str) {
        let Ok(epoch) = message_epoch(message) else { return };
        let digest: [u8; 32] = Sha256::digest(message).into();
        WATCH.with_borrow_mut(|watch| {
            let application = watch.last.take().filter(|last| last.message == digest);
            watch.sealed.push(Sealed { content: content.to_owned(), group, epoch, application });
        });
    }

    /// What was sealed in this thread since the last call.
    pub fn take() -> Vec<Sealed> {
        WATCH.with_borrow_mut(|watch| std::mem::take(&mut watch.sealed))
    }
}
