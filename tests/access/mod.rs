//! `storeward access …`

mod check;
mod identity;
mod matrix;

use std::{collections::BTreeMap, path::Path};

use crate::program::{Run, storeward};

fn access(directory: &Path, arguments: &[&str]) -> Run {
    with(directory, arguments, &[])
}

fn with(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let all: Vec<&str> = ["access"].iter().chain(arguments).copied().collect();
    let variables: BTreeMap<_, _> =
        variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    storeward(directory, &all, &variables)
}
