//! The store's contract as code: what every [`Store`] must do, whatever is under it.
//!
//! Run on the store in memory natively and on every browser's store in that browser,
//! so that a test that passes here says something about the real thing.

#![expect(clippy::expect_used, reason = "a suite of assertions, called by tests only")]

use super::{Changes, Order, Range, Row, Store, Table};

/// Runs every rule, each on a store of its own. `fresh` makes an empty one; `reopen`
/// closes one and opens what it left behind.
pub async fn every_rule<S: Store>(fresh: impl AsyncFn() -> S, reopen: impl AsyncFn(S) -> S) {
    what_is_put_is_read_back(&fresh().await).await;
    the_last_word_on_a_key_wins(&fresh().await).await;
    a_deleted_row_is_gone(&fresh().await).await;
    a_cleared_range_is_gone_and_its_neighbours_stay(&fresh().await).await;
    what_is_put_after_clearing_stays(&fresh().await).await;
    thousands_of_rows_are_cleared_in_one_write(&fresh().await).await;
    tables_are_apart(&fresh().await).await;
    empty_changes_change_nothing(&fresh().await).await;
    a_range_takes_its_start_and_leaves_its_end(&fresh().await).await;
    a_range_the_wrong_way_round_is_empty(&fresh().await).await;
    keys_compare_bytewise(&fresh().await).await;
    limits_count_from_the_end_one_reads_from(&fresh().await).await;
    big_and_empty_values_survive(&fresh().await).await;
    thousands_of_rows_go_in_one_write(&fresh().await).await;
    reopening_shows_what_was_committed(fresh().await, reopen).await;
}

async fn what_is_put_is_read_back(store: &impl Store) {
    put(store, Table::Records, &[(b"a", b"1"), (b"b", b"2")]).await;
    assert_eq!(all(store, Table::Records).await, rows(&[(b"a", b"1"), (b"b", b"2")]));
}

async fn the_last_word_on_a_key_wins(store: &impl Store) {
    put(store, Table::Records, &[(b"k", b"first")]).await;
    put(store, Table::Records, &[(b"k", b"second")]).await;
    assert_eq!(all(store, Table::Records).await, rows(&[(b"k", b"second")]));

    let mut changes = Changes::default();
    changes.put(Table::Records, b"k".to_vec(), b"third".to_vec());
    changes.delete(Table::Records, b"k".to_vec());
    commit(store, &changes).await;
    assert_eq!(all(store, Table::Records).await, rows(&[]));
}

async fn a_deleted_row_is_gone(store: &impl Store) {
    put(store, Table::Seen, &[(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]).await;
    let mut changes = Changes::default();
    changes.delete(Table::Seen, b"b".to_vec());
    changes.delete(Table::Seen, b"never there".to_vec());
    changes.put(Table::Seen, b"d".to_vec(), b"4".to_vec());
    commit(store, &changes).await;
    let left = rows(&[(b"a", b"1"), (b"c", b"3"), (b"d", b"4")]);
    assert_eq!(all(store, Table::Seen).await, left);
}

async fn a_cleared_range_is_gone_and_its_neighbours_stay(store: &impl Store) {
    let keys: [&[u8]; 5] = [b"a", b"b", b"b\0", b"c", b"d"];
    for table in [Table::Messages, Table::Seen] {
        put(store, table, &keys.map(|key| (key, b"v".as_slice()))).await;
    }
    let mut changes = Changes::default();
    changes.clear(Table::Messages, b"b".to_vec(), b"d".to_vec());
    // Nothing lies between these, or they are the wrong way round.
    changes.clear(Table::Messages, b"d".to_vec(), b"d".to_vec());
    changes.clear(Table::Messages, b"d".to_vec(), b"a".to_vec());
    commit(store, &changes).await;
    assert_eq!(all(store, Table::Messages).await, rows(&[(b"a", b"v"), (b"d", b"v")]));
    assert_eq!(all(store, Table::Seen).await.len(), keys.len());
}

async fn what_is_put_after_clearing_stays(store: &impl Store) {
    put(store, Table::Messages, &[(b"a", b"old"), (b"b", b"old")]).await;
    let mut changes = Changes::default();
    changes.put(Table::Messages, b"aa".to_vec(), b"too early".to_vec());
    changes.clear(Table::Messages, b"a".to_vec(), b"c".to_vec());
    changes.put(Table::Messages, b"b".to_vec(), b"new".to_vec());
    commit(store, &changes).await;
    assert_eq!(all(store, Table::Messages).await, rows(&[(b"b", b"new")]));
}

async fn thousands_of_rows_are_cleared_in_one_write(store: &impl Store) {
    let key = |place: u64| [b"chat".as_slice(), &place.to_be_bytes()].concat();
    let mut changes = Changes::default();
    for place in 0..5_000 {
        changes.put(Table::Messages, key(place), vec![0; 10]);
    }
    commit(store, &changes).await;
    let mut changes = Changes::default();
    changes.clear(Table::Messages, key(1), key(4_999));
    commit(store, &changes).await;
    let left: Vec<_> = all(store, Table::Messages).await.into_iter().map(|(key, _)| key).collect();
    assert_eq!(left, [key(0), key(4_999)]);
}

async fn tables_are_apart(store: &impl Store) {
    let mut changes = Changes::default();
    for table in Table::ALL {
        changes.put(table, b"same key".to_vec(), table.name().as_bytes().to_vec());
    }
    commit(store, &changes).await;
    for table in Table::ALL {
        let expected = rows(&[(b"same key", table.name().as_bytes())]);
        assert_eq!(all(store, table).await, expected);
    }
}

async fn empty_changes_change_nothing(store: &impl Store) {
    put(store, Table::Records, &[(b"a", b"1")]).await;
    commit(store, &Changes::default()).await;
    assert_eq!(all(store, Table::Records).await, rows(&[(b"a", b"1")]));
}

async fn a_range_takes_its_start_and_leaves_its_end(store: &impl Store) {
    put(store, Table::Messages, &[(b"a", b"1"), (b"b", b"2"), (b"c", b"3"), (b"d", b"4")]).await;
    let forward = range(b"b", Some(b"d"), Order::Ascending, None);
    assert_eq!(load(store, &forward).await, rows(&[(b"b", b"2"), (b"c", b"3")]));
    let backward = range(b"b", Some(b"d"), Order::Descending, None);
    assert_eq!(load(store, &backward).await, rows(&[(b"c", b"3"), (b"b", b"2")]));
    let between_keys = range(b"aa", Some(b"cc"), Order::Ascending, None);
    assert_eq!(load(store, &between_keys).await, rows(&[(b"b", b"2"), (b"c", b"3")]));
}

async fn a_range_the_wrong_way_round_is_empty(store: &impl Store) {
    put(store, Table::Messages, &[(b"a", b"1"), (b"b", b"2")]).await;
    for order in [Order::Ascending, Order::Descending] {
        assert_eq!(load(store, &range(b"b", Some(b"a"), order, None)).await, rows(&[]));
        assert_eq!(load(store, &range(b"a", Some(b"a"), order, None)).await, rows(&[]));
    }
}

async fn keys_compare_bytewise(store: &impl Store) {
    let keys: [&[u8]; 7] =
        [b"", &[0], &[0, 0], &[0x7f], &[0x80, 0xff], &[0xff], &[0xff, 0xff, 0xff]];
    let expected: Vec<Row> = keys.iter().map(|key| (key.to_vec(), b"v".to_vec())).collect();
    let mut changes = Changes::default();
    for key in keys.iter().rev() {
        changes.put(Table::Messages, key.to_vec(), b"v".to_vec());
    }
    commit(store, &changes).await;
    assert_eq!(all(store, Table::Messages).await, expected);

    let up_to_ff = load(store, &range(&[0x80], Some(&[0xff]), Order::Ascending, None)).await;
    assert_eq!(up_to_ff, rows(&[(&[0x80, 0xff], b"v")]));
    let from_ff = load(store, &range(&[0xff], None, Order::Descending, None)).await;
    assert_eq!(from_ff, rows(&[(&[0xff, 0xff, 0xff], b"v"), (&[0xff], b"v")]));
}

async fn limits_count_from_the_end_one_reads_from(store: &impl Store) {
    put(store, Table::Messages, &[(b"a", b"1"), (b"b", b"2"), (b"c", b"3"), (b"d", b"4")]).await;
    for (order, limit, expected) in [
        (Order::Ascending, 2, rows(&[(b"a", b"1"), (b"b", b"2")])),
        (Order::Descending, 2, rows(&[(b"c", b"3"), (b"b", b"2")])),
        (Order::Descending, 9, rows(&[(b"c", b"3"), (b"b", b"2"), (b"a", b"1")])),
        (Order::Ascending, 0, rows(&[])),
        (Order::Descending, 0, rows(&[])),
    ] {
        assert_eq!(load(store, &range(b"a", Some(b"d"), order, Some(limit))).await, expected);
    }
}

async fn big_and_empty_values_survive(store: &impl Store) {
    let big: Vec<u8> = (0..1_048_576_u32).map(|i| i.wrapping_mul(2_654_435_761) as u8).collect();
    put(store, Table::Records, &[(b"big", &big), (b"empty", b"")]).await;
    assert_eq!(all(store, Table::Records).await, rows(&[(b"big", &big), (b"empty", b"")]));
}

async fn thousands_of_rows_go_in_one_write(store: &impl Store) {
    let expected: Vec<Row> = (0..5_000_u64)
        .map(|place| (place.to_be_bytes().to_vec(), vec![place as u8; 100]))
        .collect();
    let mut changes = Changes::default();
    for (key, value) in &expected {
        changes.put(Table::Messages, key.clone(), value.clone());
    }
    commit(store, &changes).await;
    assert_eq!(all(store, Table::Messages).await, expected);

    let newest = range(&[], None, Order::Descending, Some(100));
    let tail: Vec<Row> = expected.into_iter().rev().take(100).collect();
    assert_eq!(load(store, &newest).await, tail);
}

async fn reopening_shows_what_was_committed<S: Store>(store: S, reopen: impl AsyncFn(S) -> S) {
    put(&store, Table::Records, &[(b"kept", b"1"), (b"dropped", b"2")]).await;
    let mut changes = Changes::default();
    changes.delete(Table::Records, b"dropped".to_vec());
    commit(&store, &changes).await;
    let store = reopen(store).await;
    assert_eq!(all(&store, Table::Records).await, rows(&[(b"kept", b"1")]));
}

fn rows(pairs: &[(&[u8], &[u8])]) -> Vec<Row> {
    pairs.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

fn range(from: &[u8], to: Option<&[u8]>, order: Order, limit: Option<u32>) -> Range {
    let (from, to) = (from.to_vec(), to.map(<[u8]>::to_vec));
    Range { table: Table::Messages, from, to, order, limit }
}

async fn put(store: &impl Store, table: Table, pairs: &[(&[u8], &[u8])]) {
    let mut changes = Changes::default();
    for (key, value) in rows(pairs) {
        changes.put(table, key, value);
    }
    commit(store, &changes).await;
}

async fn commit(store: &impl Store, changes: &Changes) {
    store.commit(changes).await.expect("the store takes the changes");
}

async fn load(store: &impl Store, range: &Range) -> Vec<Row> {
    store.load(range).await.expect("the store reads")
}

async fn all(store: &impl Store, table: Table) -> Vec<Row> {
    let whole = Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
    load(store, &whole).await
}

#[cfg(test)]
mod tests {
    use crate::store::MemoryStore;
    use futures::FutureExt;

    #[test]
    fn the_store_in_memory_keeps_the_contract() {
        super::every_rule(async || MemoryStore::default(), async |store| store)
            .now_or_never()
            .expect("memory never waits");
    }
}
