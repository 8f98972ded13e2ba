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
        read_up_to: Seq(3),
    };
    let public_key = PublicKey::new("00112233445566778899");
    Snapshot {
        account: Some(Account { public_key, name: text(), invite: text() }),
        chats: vec![chat],
        servers: Vec::new(),
        settings: Settings::default(),
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
        Command::LoadMessages { chat: chat(), before: Some(Seq(9)), limit: 20 },
        Command::MarkRead { chat: chat(), up_to: Seq(2) },
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
    LoadMessages(ChatId(01234567…), Some(Seq(9)), 20)
    MarkRead(ChatId(01234567…), Seq(2))
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
        seq: Seq(4),
        direction: Direction::Incoming,
        author: PublicKey::new("fedcba9876543210"),
        text: text(),
        sent_at: UnixTime(5),
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
        Update::PageLoaded { answers, chat: chat(), messages: vec![message], reached_start: true },
    ];
    let shown = updates.map(|update| format!("{update:?}")).join("\n");
    insta::assert_snapshot!(shown, @r#"
    Attached { answers: CommandId(7), snapshot: Snapshot { account: Some(Account { public_key: PublicKey(00112233…), name: 6 bytes, invite: 6 bytes }), chats: [Chat { id: ChatId(01234567…), with: Contact { public_key: PublicKey(fedcba98…), name: 6 bytes }, stage: Open, last: Some(Preview { text: 6 bytes, direction: Outgoing(Sent { on: 1, of: 2 }), sent_at: UnixTime(5) }), unread: 1, touched_at: UnixTime(5), read_up_to: Seq(3) }], servers: [], settings: Settings { receipts: Shared } } }
    AccountChanged(Account { public_key: PublicKey(00112233…), name: 6 bytes, invite: 6 bytes })
    InviteRead { answers: CommandId(7), invite: Invite { from: Contact { public_key: PublicKey(fedcba98…), name: 6 bytes }, chat: Some(ChatId(01234567…)) } }
    ChatChanged(Chat { id: ChatId(01234567…), with: Contact { public_key: PublicKey(fedcba98…), name: 6 bytes }, stage: Open, last: Some(Preview { text: 6 bytes, direction: Outgoing(Sent { on: 1, of: 2 }), sent_at: UnixTime(5) }), unread: 1, touched_at: UnixTime(5), read_up_to: Seq(3) })
    MessageAdded { answers: None, chat: ChatId(01234567…), message: Message { id: MessageId(aabbccdd…), seq: Seq(4), direction: Incoming, author: PublicKey(fedcba98…), text: 6 bytes, sent_at: UnixTime(5) } }
    PageLoaded { answers: CommandId(7), chat: ChatId(01234567…), messages: [Message { id: MessageId(aabbccdd…), seq: Seq(4), direction: Incoming, author: PublicKey(fedcba98…), text: 6 bytes, sent_at: UnixTime(5) }], reached_start: true }
    "#);
}
