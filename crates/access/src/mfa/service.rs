//! The use cases: enrol, verify, look, reset, log out.

use chrono::{DateTime, SubsecRound, Utc};
use serde::Serialize;
use storeward_core::{Fault, PortError, SecretString};

use super::{
    otpauth::{InvalidOtpAuth, OtpAuth},
    policy::Policy,
    port::{Acceptance, Challenge, Denial, Enrolment, Factor, MfaStore, MfaVerifier, Record, STORE, Verdict},
    random::{self, NoRandomness, hex},
    recovery::{self, RecoveryCode, RecoveryHashes, Rounds},
    seal::{Keys, SealError},
    session::{Method, NoSession, Scope, SessionId, SessionRecord, Verified},
    throttle::{Admission, Attempts, Throttle},
    totp::{Form, Totp, TotpSecret},
};

/// Second factors: what they are kept in, and by which rules.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a bundle of ports and rules, of which one may be replaced")]
pub struct Mfa<'a> {
    /// Where they are kept.
    pub store: &'a dyn MfaStore,
    /// What seals their secrets.
    pub keys: &'a Keys,
    /// Which operations need another code each time.
    pub policy: &'a Policy,
    /// How often somebody may be wrong.
    pub throttle: Throttle,
    /// How many steps before and after the present one a code holds.
    pub skew: u8,
    /// How slow the hash of recovery codes is made.
    pub rounds: Rounds,
}

impl<'a> Mfa<'a> {
    /// With the usual rules: one step of skew (RFC 6238 §5.2), and the defaults of [`Throttle`] and [`Rounds`].
    #[must_use]
    pub fn new(store: &'a dyn MfaStore, keys: &'a Keys, policy: &'a Policy) -> Self {
        Self { store, keys, policy, throttle: Throttle::default(), skew: 1, rounds: Rounds::default() }
    }

    /// Makes a secret for an actor's app, and recovery codes. Both are there this once. The enrolment counts from the
    /// first code that is verified; until then it can be made again. Whether somebody may enrol is for the caller to ask.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when a name cannot be taken, or the store or the randomness fails.
    pub async fn enroll(
        &self,
        actor: &str,
        issuer: &str,
        form: Form,
        now: DateTime<Utc>,
    ) -> Result<Enroll, MfaError> {
        named(actor)?;
        let totp = Totp::new(TotpSecret::generate(form.algorithm())?, form);
        let sealed = self.keys.current().seal(actor, totp.secret().bytes())?;
        let otpauth = OtpAuth::new(issuer, actor, totp)?;
        // Spares the slow hashes; the store decides.
        if self.store.read(actor).await?.enrolment.is_some_and(|there| there.confirmed) {
            return Ok(Enroll::AlreadyEnrolled);
        }
        let (codes, hashes) = RecoveryHashes::generate(recovery::COUNT, self.rounds)?;
        let enrolment = Enrolment {
            id: hex(&random::bytes::<16>()?),
            sealed,
            form,
            since: now.trunc_subsecs(6),
            confirmed: false,
            last_step: None,
            recovery: hashes,
        };
        if self.store.enroll(actor, &enrolment).await? {
            Ok(Enroll::Pending(Box::new(Enrolled { otpauth, recovery: codes })))
        } else {
            Ok(Enroll::AlreadyEnrolled)
        }
    }

    /// Verifies a one-time code or a recovery code, and opens a session for what it was shown for.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when it cannot be told. That opens no session.
    pub async fn verify(
        &self,
        code: &SecretString,
        scope: &Scope,
        now: DateTime<Utc>,
    ) -> Result<Outcome, MfaError> {
        let record = self.store.read(&scope.actor).await?;
        let Some(enrolment) = record.enrolment else { return Ok(Outcome::Refused(Refusal::NotEnrolled)) };
        let totp = self.totp(&scope.actor, &enrolment)?;
        if let Err(refusal) = self.count(&scope.actor, now).await? {
            return Ok(Outcome::Refused(refusal));
        }
        let id = enrolment.id.clone();
        let (factor, method) = if let Some(step) = totp.verify(code, now, self.skew) {
            (Factor::Step { enrolment: id, step }, Method::Totp)
        } else if enrolment.confirmed
            && let Some(code) = RecoveryCode::read(code)
            && let Some(number) = enrolment.recovery.find(&code)
        {
            (Factor::Recovery { enrolment: id, number }, Method::Recovery)
        } else {
            return Ok(Outcome::Refused(Refusal::WrongCode));
        };
        self.open(factor, method, scope, now).await
    }

    /// Lets a provider verify, and opens a session if it says yes. A push that was refused or not answered counts as a
    /// failure, so that nobody can be asked until they give in.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when it cannot be told. That opens no session, and if nobody was reached it does not count.
    pub async fn verify_elsewhere(
        &self,
        verifier: &dyn MfaVerifier,
        challenge: Challenge<'_>,
        scope: &Scope,
        now: DateTime<Utc>,
    ) -> Result<Outcome, MfaError> {
        named(&scope.actor)?;
        let (seen, counted) = match self.count(&scope.actor, now).await? {
            Ok(counted) => counted,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let method = match challenge {
            Challenge::Code(_) => Method::ProviderCode,
            Challenge::Push => Method::ProviderPush,
        };
        match verifier.verify(&scope.actor, challenge).await {
            Ok(Verdict::Allowed) => self.open(Factor::Elsewhere, method, scope, now).await,
            Ok(Verdict::Denied(denial)) => Ok(Outcome::Refused(Refusal::Denied(denial))),
            Err(error) => {
                if matches!(error.fault(), Fault::Unreachable | Fault::Limited) {
                    // If others have counted meanwhile, it stays.
                    let _ = self.store.count(&scope.actor, counted, seen).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Whether a session holds for this now. One that serves once is used up by that, and one that has ended is forgotten, so
    /// that no clock brings it back.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when it cannot be told, which is no yes.
    pub async fn check(
        &self,
        id: &SessionId,
        scope: &Scope,
        now: DateTime<Utc>,
    ) -> Result<Result<Verified, NoSession>, MfaError> {
        let hash = id.hash();
        let Some(session) = self.store.session(&hash).await? else { return Ok(Err(NoSession::Unknown)) };
        if let Err(why) = session.judge(scope, now) {
            if matches!(why, NoSession::Ended | NoSession::ClockWentBack) {
                self.store.end(&hash).await?;
            }
            return Ok(Err(why));
        }
        if session.once && !self.store.end(&hash).await? {
            return Ok(Err(NoSession::Unknown));
        }
        Ok(Ok(session.verified()))
    }

    /// What there is of an actor.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when the store fails.
    pub async fn status(&self, actor: &str, now: DateTime<Utc>) -> Result<Status, MfaError> {
        let Record { enrolment, attempts } = self.store.read(actor).await?;
        let (waits_until, locked) = match self.throttle.judge(attempts, now) {
            Admission::Admitted(_) => (None, false),
            Admission::Wait(until) => (Some(until), false),
            Admission::Locked => (None, true),
        };
        let enrolment = enrolment.as_ref();
        Ok(Status {
            enrolled: enrolment.map_or(Stage::No, |there| match there.confirmed {
                true => Stage::Confirmed,
                false => Stage::Pending,
            }),
            since: enrolment.map(|there| there.since),
            recovery_codes_left: enrolment.map_or(0, |there| there.recovery.left.len()),
            sealed_with: enrolment.map(|there| there.sealed.key().to_string()),
            failures: attempts.failures,
            waits_until,
            locked,
        })
    }

    /// Makes new recovery codes in the place of the old ones; none if nobody is enrolled.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when the store or the randomness fails.
    pub async fn renew_recovery(&self, actor: &str) -> Result<Option<Vec<RecoveryCode>>, MfaError> {
        let Some(enrolment) = self.store.read(actor).await?.enrolment else { return Ok(None) };
        let (codes, hashes) = RecoveryHashes::generate(recovery::COUNT, self.rounds)?;
        Ok(self.store.replace_recovery(actor, &enrolment.id, &hashes).await?.then_some(codes))
    }

    /// Forgets an actor: app, recovery codes, failures and sessions. False if there was nothing.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when the store fails.
    pub async fn reset(&self, actor: &str) -> Result<bool, MfaError> {
        Ok(self.store.remove(actor).await?)
    }

    /// Forgets an actor's failures alone, so that the codes of the app are taken again.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when the store fails, and [`Fault::Conflict`] when somebody counts meanwhile.
    pub async fn unlock(&self, actor: &str) -> Result<(), MfaError> {
        let seen = self.store.read(actor).await?.attempts;
        if seen == Attempts::default() || self.store.count(actor, seen, Attempts::default()).await? {
            Ok(())
        } else {
            Err(busy(actor).into())
        }
    }

    /// Ends all sessions of an actor, and says how many there were.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when the store fails: then they may still hold.
    pub async fn logout(&self, actor: &str) -> Result<u64, MfaError> {
        Ok(self.store.end_all(actor).await?)
    }

    /// Ends one session. False if there was none.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when the store fails: then it may still hold.
    pub async fn revoke(&self, id: &SessionId) -> Result<bool, MfaError> {
        Ok(self.store.end(&id.hash()).await?)
    }

    /// Seals with the current key what older ones sealed, and says how many secrets that were. What fails leaves the rest
    /// readable with the older keys, and can be done again.
    ///
    /// # Errors
    ///
    /// [`MfaError`] when the store fails, or a secret does not open with any of the keys.
    pub async fn reseal(&self) -> Result<u64, MfaError> {
        let mut resealed = 0;
        for actor in self.store.actors().await? {
            let Some(there) = self.store.read(&actor).await?.enrolment else { continue };
            if let Some(with) = self.keys.reseal(&actor, &there.sealed)? {
                resealed += u64::from(self.store.reseal(&actor, &there.sealed, &with).await?);
            }
        }
        Ok(resealed)
    }

    fn totp(&self, actor: &str, enrolment: &Enrolment) -> Result<Totp, MfaError> {
        let secret = self.keys.open(actor, &enrolment.sealed)?;
        let secret = TotpSecret::new(&secret).map_err(|_| SealError::Damaged)?;
        Ok(Totp::new(secret, enrolment.form))
    }

    /// Counts an attempt, unless it must wait: what was counted before, and what is now.
    async fn count(
        &self,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<Result<(Attempts, Attempts), Refusal>, MfaError> {
        // Each time it is in vain somebody else has counted, which comes to an end.
        for _ in 0..100 {
            let seen = self.store.read(actor).await?.attempts;
            match self.throttle.judge(seen, now) {
                Admission::Admitted(then) => {
                    if self.store.count(actor, seen, then).await? {
                        return Ok(Ok((seen, then)));
                    }
                }
                Admission::Wait(until) => return Ok(Err(Refusal::Wait(until))),
                Admission::Locked => return Ok(Err(Refusal::Locked)),
            }
        }
        Err(busy(actor).into())
    }

    async fn open(
        &self,
        factor: Factor,
        method: Method,
        scope: &Scope,
        now: DateTime<Utc>,
    ) -> Result<Outcome, MfaError> {
        let id = SessionId::generate()?;
        let once = self.policy.is_once(scope.operation);
        let record = SessionRecord::begin(&id, scope.clone(), method, once, now);
        let ends = record.ends;
        let acceptance = Acceptance { actor: scope.actor.clone(), factor, session: Some(record) };
        Ok(if self.store.accept(&acceptance).await? {
            Outcome::Opened(Session { id, method, ends, once })
        } else {
            Outcome::Refused(Refusal::Used)
        })
    }
}

impl std::fmt::Debug for Mfa<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mfa")
            .field("store", &self.store.place())
            .field("keys", self.keys)
            .finish_non_exhaustive()
    }
}

fn busy(actor: &str) -> PortError {
    PortError::new(STORE, Fault::Conflict, format!("somebody else tries codes of `{}`", actor.escape_debug()))
}

/// An actor without a name would be everybody.
fn named(actor: &str) -> Result<(), MfaError> {
    if actor.is_empty() || actor.chars().any(char::is_control) { Err(MfaError::Actor) } else { Ok(()) }
}

/// What came of an enrolment.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Enroll {
    /// The app can be set up; the first code that is verified makes it count.
    Pending(Box<Enrolled>),
    /// The actor has an app already, which a reset takes away.
    AlreadyEnrolled,
}

/// What is shown once.
#[derive(Debug)]
#[non_exhaustive]
pub struct Enrolled {
    /// For the app: its [`uri`](OtpAuth::uri) goes into a QR code.
    pub otpauth: OtpAuth,
    /// For the drawer.
    pub recovery: Vec<RecoveryCode>,
}

/// What came of a verification.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Outcome {
    /// The factor was shown.
    Opened(Session),
    /// It was not, or does not count.
    Refused(Refusal),
}

/// A session that was opened.
#[derive(Debug)]
#[non_exhaustive]
pub struct Session {
    /// Its id, which is kept nowhere else.
    pub id: SessionId,
    /// What was shown.
    pub method: Method,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// Whether it serves once.
    pub once: bool,
}

/// Why a verification opened no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Refusal {
    /// The actor has no app here.
    #[error("no second factor is enrolled")]
    NotEnrolled,
    /// The code is not right now.
    #[error("the code is not right")]
    WrongCode,
    /// The code was right, and was used before, or a later one was.
    #[error("the code was used before; wait for the next one")]
    Used,
    /// There were too many failures.
    #[error("too many failures; try again after {0}")]
    Wait(DateTime<Utc>),
    /// There were so many failures that nothing but a reset helps.
    #[error("locked after too many failures, until somebody resets it")]
    Locked,
    /// A provider says no.
    #[error(transparent)]
    Denied(Denial),
}

/// What there is of an actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// How far the enrolment is.
    pub enrolled: Stage,
    /// When it was made.
    pub since: Option<DateTime<Utc>>,
    /// How many recovery codes are left.
    pub recovery_codes_left: usize,
    /// The id of the key that sealed the secret.
    pub sealed_with: Option<String>,
    /// Failures since the last success.
    pub failures: u32,
    /// Until when no code is looked at.
    pub waits_until: Option<DateTime<Utc>>,
    /// Whether no code is looked at until a reset.
    pub locked: bool,
}

/// How far an enrolment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is a before, a between and an after")]
pub enum Stage {
    /// There is none.
    No,
    /// No code was verified yet.
    Pending,
    /// It counts.
    Confirmed,
}

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MfaError {
    /// The store or the provider.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The key, or what it sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The issuer, or the actor as an account.
    #[error(transparent)]
    OtpAuth(#[from] InvalidOtpAuth),
    /// Nothing to make secrets of.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The actor's id.
    #[error("an actor's id is not empty and holds no control characters")]
    Actor,
}

#[cfg(test)]
mod tests;
