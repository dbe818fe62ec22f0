# What a person runs. `just` alone lists it.

_list:
    @just --list

# Everything that CI runs
ci:
    bash .ci/run

# The tests
test:
    cargo test --workspace

# Format and lint
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# The example stores
examples:
    -cargo run --release -- check examples/store --environment staging
    cargo run --release -- check examples/store-clean --environment production --strict

# What start-up and `check` cost
bench:
    cargo bench --bench start
