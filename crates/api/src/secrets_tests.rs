//! What logs may show: kinds, lengths and the beginnings of ids.

use crate::*;

fn text() -> String {
    "secret".to_owned()
}

fn chat() -> ChatId {
    ChatId::new("0123456789abcdef")
}

fn snapshot() -> Snapshot {
    let with = Contact { public_key: PublicKey::new("fedcba9876543210"), name: text() };
    let direction = Direction::Outgoing(MessageState::Sent { on: 1, of: 2 });
    let chat = Chat {
        id: chat(),
        with,
        stage: Stage::Open,
        last: Some(Preview { text: text(), direction, sent_at: UnixTime(5) }),
        unread: 1,
        touched_at: UnixTime(5),
        read_up_to: Place::START,
        gaps: Vec::new(),
        servers: vec![RelayUrl::new("wss://relay.example/inbox")],
    };
    let public_key = PublicKey::new("00112233445566778899");
    Snapshot {
        account: Some(Account { public_key, name: text(), invite: text() }),
        chats: vec![chat],
        servers: Vec::new(),
        settings: Settings::default(),
        catch_up: CatchUp::Done,
    }
}

#[test]
fn no_command_shows_what_was_written_in_it() {
    let commands = [
        Command::Attach,
        Command::CreateAccount { name: text() },
        Command::Rename { name: text() },
        Command::ReadInvite { link: text() },
        Command::StartChat { link: text() },
        Command::RenewInvite,
        Command::AcceptRequest { chat: chat() },
        Command::DeclineRequest { chat: chat() },
        Command::SendMessage { chat: chat(), text: text() },
        Command::LoadMessages { chat: chat(), page: Page::Before(Place::START), limit: 20 },
        Command::MarkRead { chat: chat(), up_to: Place::START },
        Command::Typing { chat: chat() },
        Command::AddServer { url: text() },
        Command::RemoveServer { url: RelayUrl::new("wss://relay.example/inbox") },
        Command::SetReceipts { receipts: Receipts::Withheld },
        Command::RetryStorage,
    ];
    let shown = commands.map(|command| format!("{command:?}")).join("\n");
    insta::assert_snapshot!(shown, @r#"
    Attach
    CreateAccount(6 bytes)
    Rename(6 bytes)
    ReadInvite(6 bytes)
    StartChat(6 bytes)
    RenewInvite
    AcceptRequest(ChatId(01234567…))
    DeclineRequest(ChatId(01234567…))
    SendMessage(ChatId(01234567…), 6 bytes)
    LoadMessages(ChatId(01234567…), Before(Place { at: UnixTime(0), clock: 0, tie: (0, 0) }), 20)
    MarkRead(ChatId(01234567…), Place { at: UnixTime(0), clock: 0, tie: (0, 0) })
    Typing(ChatId(01234567…))
    AddServer(6 bytes)
    RemoveServer(RelayUrl("wss://relay.example/inbox"))
    SetReceipts(Withheld)
    RetryStorage
    "#);
    let request = Request { id: CommandId(1), command: Command::Rename { name: text() } };
    insta::assert_snapshot!(format!("{request:?}"), @r#"Request { id: CommandId(1), command: Rename(6 bytes) }"#);
}

#[test]
fn no_update_shows_what_people_say_or_are_called() {
    let message = Message {
        id: MessageId::new("aabbccddeeff0011"),
        place: Place::START,
        direction: Direction::Incoming,
        author: PublicKey::new("fedcba9876543210"),
        text: text(),
        sent_at: UnixTime(5),
        received_at: UnixTime(6),
    };
    let snapshot = snapshot();
    let (row, answers) = (snapshot.chats[0].clone(), CommandId(7));
    let invite = Invite { from: row.with.clone(), chat: Some(chat()) };
    let updates = [
        Update::Attached { answers, snapshot: snapshot.clone() },
        Update::AccountChanged(snapshot.account.unwrap()),
        Update::InviteRead { answers, invite },
        Update::ChatChanged(row),
        Update::MessageAdded { answers: None, chat: chat(), message: message.clone() },
        Update::PageLoaded { answers, chat: chat(), messages: vec![message], is_last: true },
    ];
    let shown = updates.map(|update| format!("{update:?}")).join("\n");
    insta::assert_snapshot!(shown, @r#"
    Attached { answers: CommandId(7), snapshot: Snapshot { account: Some(Account { public_key: PublicKey(00112233…), name: 6 bytes, invite: 6 bytes }), chats: [Chat { id: ChatId(01234567…), with: Contact { public_key: PublicKey(fedcba98…), name: 6 bytes }, stage: Open, last: Some(Preview { text: 6 bytes, direction: Outgoing(Sent { on: 1, of: 2 }), sent_at: UnixTime(5) }), unread: 1, touched_at: UnixTime(5), read_up_to: Place { at: UnixTime(0), clock: 0, tie: (0, 0) }, gaps: [], servers: [RelayUrl("wss://relay.example/inbox")] }], servers: [], settings: Settings { receipts: Shared }, catch_up: Done } }
    AccountChanged(Account { public_key: PublicKey(00112233…), name: 6 bytes, invite: 6 bytes })
    InviteRead { answers: CommandId(7), invite: Invite { from: Contact { public_key: PublicKey(fedcba98…), name: 6 bytes }, chat: Some(ChatId(01234567…)) } }
    ChatChanged(Chat { id: ChatId(01234567…), with: Contact { public_key: PublicKey(fedcba98…), name: 6 bytes }, stage: Open, last: Some(Preview { text: 6 bytes, direction: Outgoing(Sent { on: 1, of: 2 }), sent_at: UnixTime(5) }), unread: 1, touched_at: UnixTime(5), read_up_to: Place { at: UnixTime(0), clock: 0, tie: (0, 0) }, gaps: [], servers: [RelayUrl("wss://relay.example/inbox")] })
    MessageAdded { answers: None, chat: ChatId(01234567…), message: Message { id: MessageId(aabbccdd…), place: Place { at: UnixTime(0), clock: 0, tie: (0, 0) }, direction: Incoming, author: PublicKey(fedcba98…), text: 6 bytes, sent_at: UnixTime(5) } }
    PageLoaded { answers: CommandId(7), chat: ChatId(01234567…), messages: [Message { id: MessageId(aabbccdd…), place: Place { at: UnixTime(0), clock: 0, tie: (0, 0) }, direction: Incoming, author: PublicKey(fedcba98…), text: 6 bytes, sent_at: UnixTime(5) }], is_last: true }
    "#);
}
