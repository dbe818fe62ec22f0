//! An inventory kept in memory: for tests, dry runs and recipes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use storeward_core::{BoxFuture, PortError};

use super::{Inventory, Record};

/// Keeps records until the process ends.
#[derive(Debug, Default)]
pub struct MemoryInventory {
    records: Mutex<BTreeMap<String, Record>>,
}

impl Inventory for MemoryInventory {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Record>, PortError>> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        Box::pin(async { Ok(records) })
    }

    fn record(&self, record: Record) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async {
            let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
            records.insert(record.id.clone(), record);
            Ok(())
        })
    }

    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move {
            self.records.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_contract() {
        pollster::block_on(crate::inventory::tests::check(&MemoryInventory::default()));
    }
}
