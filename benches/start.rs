//! What the program costs in one run: start-up, and `check` on the example store.
//!
//! `cargo bench --bench start`. Wall time is criterion's; for CPU time use `/usr/bin/time -v` on the release binary.

use std::{hint::black_box, path::Path, process::Command};

use criterion::{Criterion, criterion_group, criterion_main};

fn run(arguments: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO_BIN_EXE_storeward")).args(arguments).current_dir(root).output();
    black_box(output.map(|output| output.stdout.len()).unwrap_or_default());
}

fn start(c: &mut Criterion) {
    c.bench_function("storeward --version", |b| b.iter(|| run(&["--version"])));
    c.bench_function("/bin/true, the floor", |b| {
        b.iter(|| black_box(Command::new("true").output().is_ok()));
    });
    c.bench_function("storeward check examples/store", |b| {
        b.iter(|| run(&["check", "examples/store", "--environment", "staging"]));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30);
    targets = start
}
criterion_main!(benches);
