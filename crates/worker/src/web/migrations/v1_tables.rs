//! The tables as first released: sealed rows under binary keys, and the vault.

use rexie::{ObjectStore, RexieBuilder};

pub(super) fn apply(builder: RexieBuilder) -> RexieBuilder {
    ["records", "messages", "seen", "vault"]
        .into_iter()
        .fold(builder, |builder, table| builder.add_object_store(ObjectStore::new(table)))
}
