use super::{Changes, Order, Range, Row, Sealed, Store, StoreError, Table};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A store in memory: for tests, and the plainest statement of the contract.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    rows: RefCell<BTreeMap<(Table, Vec<u8>), Sealed>>,
}

impl Store for MemoryStore {
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        let mut rows = self.rows.borrow_mut();
        for (table, from, to) in changes.clears() {
            rows.retain(|(other, key), _| {
                *other != table || key.as_slice() < from || key.as_slice() >= to
            });
        }
        for (table, key, value) in changes.iter() {
            match value {
                Some(value) => rows.insert((table, key.to_vec()), value.to_vec()),
                None => rows.remove(&(table, key.to_vec())),
            };
        }
        Ok(())
    }

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError> {
        let rows = self.rows.borrow();
        let inside = rows
            .range((range.table, range.from.clone())..)
            .take_while(|((table, key), _)| {
                *table == range.table && range.to.as_ref().is_none_or(|to| key < to)
            })
            .map(|((_, key), value)| (key.clone(), value.clone()));
        let limit = range.limit.map_or(usize::MAX, |limit| limit as usize);
        Ok(match range.order {
            Order::Ascending => inside.take(limit).collect(),
            Order::Descending => {
                let all: Vec<Row> = inside.collect();
                all.into_iter().rev().take(limit).collect()
            }
        })
    }
}
