//! The targets: one function a parser.

mod component;
mod engine;
mod event;
mod frame;
mod info;
mod inner;
mod invite;
mod key_package;
mod message;
mod row;
mod url;
mod welcome;
mod wrap;

/// One parser, and how to reach it.
#[derive(Debug)]
pub struct Target {
    pub name: &'static str,
    /// What stands in the bytes.
    pub what: &'static str,
    pub run: fn(&[u8]) -> Outcome,
    /// Inputs of our own making, each of which is read to the end.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// What a parser made of an input. Neither is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Read,
    Refused,
}

impl Outcome {
    fn of<T, E>(result: &Result<T, E>) -> Self {
        if result.is_ok() { Self::Read } else { Self::Refused }
    }
}

macro_rules! targets {
    ($($module:ident::$name:ident: $what:literal,)*) => {
        /// Every target, from the outermost bytes to the innermost.
        pub const TARGETS: &[Target] = &[$(Target {
            name: stringify!($name),
            what: $what,
            run: $module::$name::run,
            seeds: $module::$name::seeds,
        }),*];
    };
}

targets! {
    frame::relay_frame: "what a relay says, as text",
    frame::client_frame: "what a client says to a relay, as text",
    frame::filter: "a filter, as text",
    event::signed_event: "a signed event as text, and whatever its kind says it carries",
    event::group_event: "what stands in a group event under its key",
    wrap::nip44_payload: "an encrypted payload, as bytes before base64",
    wrap::nip44_padding: "what stands in an encrypted payload: length, text, padding",
    wrap::gift_wrap: "what stands in a gift wrap: the seal, as text",
    wrap::seal: "what stands in a seal: the rumor, as text",
    welcome::welcome_rumor: "the rumor around a Welcome: kind, tags, content",
    welcome::mls_welcome: "an MLS Welcome, as bytes",
    welcome::group_info: "what stands in a Welcome: group context, extensions",
    key_package::mls_key_package: "an MLS key package, as bytes",
    key_package::signed_key_package: "what is signed in a key package: leaf, extensions",
    component::group_components: "the app components of a group: id, length, bytes",
    component::leaf_components: "the app components of a leaf: id, length, bytes",
    message::mls_message: "an MLS message to a group, as bytes",
    message::application: "what stands in an MLS application message",
    inner::inner_event: "an inner event with a right id: kind, tags, content",
    invite::invite_link: "an invite link, as text",
    invite::invite_payload: "an invite before checksum and base64",
    info::relay_info: "what a server says about itself (NIP-11), as text",
    url::relay_url: "the address of a server, as text",
    row::stored_row: "one row of an account's store, before it is sealed",
    row::stored_message: "one row of a chat's messages, before it is sealed",
    engine::server_frames: "frames from a server in the middle of a chat, a line each",
    engine::peer_messages: "what a peer says in a chat, an inner event each",
}
