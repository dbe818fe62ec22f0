//! The keys of a table, read as the original reads them: in any case, and a lone value for a list of one.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// A table whose keys are taken one by one, so that those nobody asked for remain.
pub(super) struct Fields<'a> {
    left: BTreeMap<String, (&'a str, &'a Value)>,
    /// Keys that stand there in another case as well.
    doubled: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        let mut fields = Self { left: BTreeMap::new(), doubled: Vec::new() };
        for (key, value) in table {
            if let Some((key, _)) = fields.left.insert(key.to_lowercase(), (key, value)) {
                fields.doubled.push(key);
            }
        }
        fields
    }

    /// The keys that were not asked for, as they are written.
    pub(super) fn left(self) -> impl Iterator<Item = &'a str> {
        self.left.into_values().map(|(key, _)| key).chain(self.doubled)
    }

    /// Text; without it, none.
    pub(super) fn text(&mut self, key: &str) -> Result<String, String> {
        match self.take(key) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(format!("`{key}` is not text")),
        }
    }

    /// Texts. A lone text is split at its commas.
    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<String>, String> {
        let wrong = || format!("`{key}` is not a list of texts");
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(text.split(',').map(str::to_owned).collect()),
            Some(Value::Array(list)) => {
                list.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
            }
            Some(_) => Err(wrong()),
        }
    }

    /// A switch, which is off where nothing is said.
    pub(super) fn switch(&mut self, key: &str) -> Result<bool, String> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Boolean(on)) => Ok(*on),
            Some(_) => Err(format!("`{key}` is neither true nor false")),
        }
    }

    /// A whole number from 0.
    pub(super) fn count(&mut self, key: &str) -> Result<Option<u32>, String> {
        let wrong = || format!("`{key}` is not a whole number from 0");
        match self.take(key) {
            None => Ok(None),
            Some(value) => {
                let number = value.as_integer().ok_or_else(wrong)?;
                u32::try_from(number).map(Some).map_err(|_| wrong())
            }
        }
    }

    /// A number; without it, 0.
    pub(super) fn number(&mut self, key: &str) -> Result<f64, String> {
        match self.take(key) {
            None => Ok(0.0),
            Some(Value::Float(number)) => Ok(*number),
            // No entropy is large enough for this to lose anything.
            Some(Value::Integer(number)) => Ok(*number as f64),
            Some(_) => Err(format!("`{key}` is not a number")),
        }
    }

    /// Tables. A lone table is a list of one.
    pub(super) fn tables(&mut self, key: &str) -> Result<Vec<&'a Table>, String> {
        let wrong = || format!("`{key}` is not a list of tables");
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Table(table)) => Ok(vec![table]),
            Some(Value::Array(list)) => list.iter().map(|item| item.as_table().ok_or_else(wrong)).collect(),
            Some(_) => Err(wrong()),
        }
    }

    fn take(&mut self, key: &str) -> Option<&'a Value> {
        self.left.remove(&key.to_lowercase()).map(|(_, value)| value)
    }
}
