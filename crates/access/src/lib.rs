#![doc = include_str!("../README.md")]

pub mod break_glass;
pub mod decision;
pub mod diff;
pub mod engine;
pub mod entity;
pub mod explain;
pub mod matrix;
pub mod matrix_file;
pub mod mfa;
pub mod obligation;
#[cfg(feature = "oidc")]
pub mod oidc;
pub mod permission;
pub mod proof;
pub mod request;
pub mod restriction;
pub mod window;

#[cfg(feature = "sqlite")]
pub use break_glass::SqliteOverrides;
pub use break_glass::{BreakGlass, MemoryOverrides, OverrideId, OverrideStore, PastOverride};
pub use decision::{DecidedBy, Decision, DecisionReport, Obligation, Outcome};
pub use diff::{Diff, diff};
pub use engine::Engine;
pub use explain::{Explanation, Step};
pub use matrix::{
    AttestationLevel, AttestationPolicy, BreakGlassPolicy, Deny, Finding, FindingCode, InvalidMatrix, Level,
    Located, Matrix, Role, Scope, Source,
};
pub use matrix_file::{MatrixFile, MatrixFileError};
pub use obligation::ObligationKind;
pub use permission::Permission;
pub use proof::{Evidence, Issuer, Proof};
pub use request::{Request, Session};
pub use restriction::Restriction;
pub use window::{InvalidWindow, TimeWindow};
