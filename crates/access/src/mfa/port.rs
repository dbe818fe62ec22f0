//! What second factors need of the world.

use chrono::{DateTime, Utc};
use storeward_core::{BoxFuture, PortError, SecretString};

use super::{
    recovery::RecoveryHashes,
    seal::Sealed,
    session::{SessionHash, SessionRecord},
    throttle::Attempts,
    totp::Form,
};

/// Keeps enrolments, attempts and sessions.
///
/// The rules are elsewhere: a store compares and replaces, each time in one step that nothing comes between, in this
/// process or another. Its `bool`s say whether what was asked for was there and is now done; of several who ask for the
/// same, one hears `true`. Times come back as they were given if they are whole microseconds.
///
/// [`contract::check`](super::contract::check) is the contract as a test.
pub trait MfaStore: Send + Sync {
    /// Where it is, for a person. Holds no secret.
    fn place(&self) -> String;

    /// What is kept of this actor. Of an unknown one there is nothing, and no attempts.
    fn read<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<Record, PortError>>;

    /// All who have an enrolment, in the order of their bytes.
    fn actors(&self) -> BoxFuture<'_, Result<Vec<String>, PortError>>;

    /// Keeps an enrolment, in the place of one that is pending. False, and nothing done, if a confirmed one is there.
    fn enroll<'a>(
        &'a self,
        actor: &'a str,
        enrolment: &'a Enrolment,
    ) -> BoxFuture<'a, Result<bool, PortError>>;

    /// Forgets enrolment, recovery codes, attempts and sessions of this actor. False if there was none of it.
    fn remove<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<bool, PortError>>;

    /// Replaces the attempts, if they are still those that were `seen`.
    fn count<'a>(
        &'a self,
        actor: &'a str,
        seen: Attempts,
        then: Attempts,
    ) -> BoxFuture<'a, Result<bool, PortError>>;

    /// Takes a factor from its actor, so that nobody takes it again, and in the same step forgets the attempts, confirms a
    /// pending enrolment and begins the session. False, and nothing done, if somebody else has taken it: see [`Factor`].
    ///
    /// Sessions of this actor that ended before the new one begins may be forgotten.
    fn accept<'a>(&'a self, acceptance: &'a Acceptance) -> BoxFuture<'a, Result<bool, PortError>>;

    /// Puts other recovery codes in the place of those of this enrolment, if it is still there.
    fn replace_recovery<'a>(
        &'a self,
        actor: &'a str,
        enrolment: &'a str,
        recovery: &'a RecoveryHashes,
    ) -> BoxFuture<'a, Result<bool, PortError>>;

    /// Puts the secret under another key, if what is kept is still `over`.
    fn reseal<'a>(
        &'a self,
        actor: &'a str,
        over: &'a Sealed,
        with: &'a Sealed,
    ) -> BoxFuture<'a, Result<bool, PortError>>;

    /// A session, whether it still holds or not.
    fn session<'a>(
        &'a self,
        hash: &'a SessionHash,
    ) -> BoxFuture<'a, Result<Option<SessionRecord>, PortError>>;

    /// Ends a session. False if there is none, or somebody else ended it.
    fn end<'a>(&'a self, hash: &'a SessionHash) -> BoxFuture<'a, Result<bool, PortError>>;

    /// Ends all sessions of an actor, and says how many.
    fn end_all<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<u64, PortError>>;
}

/// What is kept of an actor, apart from sessions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "what stores give; a new field is a breaking change for them")]
pub struct Record {
    /// The app, if there is one.
    pub enrolment: Option<Enrolment>,
    /// The attempts since the last that succeeded.
    pub attempts: Attempts,
}

/// An app that makes codes for an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "what stores keep; a new field is a breaking change for them")]
pub struct Enrolment {
    /// Random, so that a later enrolment is another one.
    pub id: String,
    /// What is shared with the app.
    pub sealed: Sealed,
    /// How its codes are made.
    pub form: Form,
    /// When it was enrolled, to the microsecond.
    pub since: DateTime<Utc>,
    /// Whether a code was right since then. Until then the enrolment can be replaced.
    pub confirmed: bool,
    /// The latest step whose code was taken.
    pub last_step: Option<u64>,
    /// What is kept of the recovery codes.
    pub recovery: RecoveryHashes,
}

/// A factor that was right, to be taken from its actor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "what stores are given; a new field is a breaking change for them"
)]
pub struct Acceptance {
    /// Who has shown it.
    pub actor: String,
    /// What was shown.
    pub factor: Factor,
    /// The session that it opens, if one is wanted.
    pub session: Option<SessionRecord>,
}

/// What is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "stores must handle every one")]
pub enum Factor {
    /// The code of a step. It is taken if this enrolment is there, and no code of this step or of a later one was.
    Step {
        /// The enrolment's id.
        enrolment: String,
        /// The step.
        step: u64,
    },
    /// A recovery code. It is taken if this enrolment is there, confirmed, and the code is left.
    Recovery {
        /// The enrolment's id.
        enrolment: String,
        /// The code's number.
        number: u32,
    },
    /// Something that a provider has verified, and sees to that it is used once.
    Elsewhere,
}

/// Verifies a second factor somewhere else: at a provider.
///
/// Anything but an explicit yes is no [`Verdict::Allowed`], and an answer that was not understood is an error.
pub trait MfaVerifier: Send + Sync {
    /// Who it is, in a word: `okta`, `duo`.
    fn provider(&self) -> &'static str;

    /// Asks whether this actor shows this factor. A push waits for the person, within a limit.
    fn verify<'a>(
        &'a self,
        actor: &'a str,
        challenge: Challenge<'a>,
    ) -> BoxFuture<'a, Result<Verdict, PortError>>;
}

/// How a provider is to verify.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Challenge<'a> {
    /// By a code that the person read to us.
    Code(&'a SecretString),
    /// By asking on the person's device.
    Push,
}

/// What a provider says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Verdict {
    /// The factor was shown.
    Allowed,
    /// It was not.
    Denied(Denial),
}

/// Why a provider says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// The code is not right, or was used before.
    #[error("the provider takes no such code")]
    WrongCode,
    /// The person said no on the device.
    #[error("the person refused on the device")]
    Rejected,
    /// The person did not answer in time.
    #[error("nobody answered on the device in time")]
    NoAnswer,
    /// The person has no such factor there.
    #[error("the provider knows no such factor of this person")]
    NotEnrolled,
    /// The provider would let the person pass without a factor, which is none.
    #[error("the provider asks this person for no second factor, so none was shown")]
    Bypassed,
    /// The factor is that of another person.
    #[error("the provider names another person")]
    OtherPerson,
    /// The provider does not let this person in at all.
    #[error("the provider does not let this person in")]
    Barred,
}

/// What this port is called in errors.
pub(super) const STORE: &str = "second factor store";
