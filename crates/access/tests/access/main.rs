//! What the crate promises, through its public face.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests may panic"
)]

mod allocation;
mod diffs;
mod exhaustive;
mod factors;
mod glass;
mod lint;
mod proofs;
mod properties;
mod reference;
mod restrictions;

use chrono::{DateTime, Utc};
use storeward_access::{Engine, Matrix, MatrixFile};
use storeward_core::{Actor, ActorKind, Attestation, Environments, Tier};

/// A Monday, ten in the morning.
fn monday() -> DateTime<Utc> {
    "2026-01-05T10:00:00Z".parse().unwrap()
}

/// The built-in environments and a second one for production.
fn environments() -> Environments {
    let mut environments = Environments::default();
    environments.declare("eu-live", Tier::Production, &["eu".to_owned()]).unwrap();
    environments
}

fn matrix(text: &str) -> Matrix {
    MatrixFile::new("roles.toml", text).parse().unwrap()
}

fn engine(text: &str) -> Engine {
    Engine::new(&matrix(text), &environments()).unwrap()
}

/// A person for whom the store answered.
fn person(id: &str, roles: &[&str]) -> Actor {
    let attestation = Attestation::Store { url: "https://shop.example".to_owned(), id: "7".to_owned() };
    let roles = roles.iter().map(|&role| role.to_owned()).collect();
    Actor { roles, attestation, ..Actor::local(id) }
}

/// A pipeline that an issuer vouches for.
fn pipeline(roles: &[&str]) -> Actor {
    let attestation =
        Attestation::Signed { issuer: "https://ci.example".to_owned(), subject: "repo:shop".to_owned() };
    Actor { kind: ActorKind::Automation, attestation, ..person("pipeline", roles) }
}
