//! The fence: one entry, the token of whoever leads.

use rexie::{ObjectStore, RexieBuilder};

pub(super) fn apply(builder: RexieBuilder) -> RexieBuilder {
    builder.add_object_store(ObjectStore::new("fence"))
}
