//! The statements, each within a transaction that no other comes into.

use std::num::NonZeroU32;

use chrono::DateTime;
use sqlx::{AnyConnection, Row, any::AnyRow};
use storeward_core::sql::Failure;

use super::micros;
use crate::mfa::{
    port::{Acceptance, Enrolment, Factor, Record},
    recovery::{RecoveryHashes, Rounds},
    seal::Sealed,
    session::{Scope, SessionHash, SessionRecord},
    throttle::Attempts,
    totp::Form,
};

pub(super) async fn record(db: &mut AnyConnection, actor: &str) -> Result<Record, Failure> {
    Ok(Record { enrolment: enrolment(db, actor).await?, attempts: attempts(db, actor).await? })
}

async fn attempts(db: &mut AnyConnection, actor: &str) -> Result<Attempts, Failure> {
    let rows = sqlx::query("SELECT failures, last FROM mfa_attempts WHERE actor = $1")
        .bind(actor)
        .fetch_all(db)
        .await?;
    let Some(row) = rows.first() else { return Ok(Attempts::default()) };
    let last: Option<i64> = row.try_get(1)?;
    let last = last.map(|last| DateTime::from_timestamp_micros(last).ok_or_else(damaged)).transpose()?;
    Ok(Attempts { failures: number(row, 0)?, last })
}

async fn enrolment(db: &mut AnyConnection, actor: &str) -> Result<Option<Enrolment>, Failure> {
    let rows = sqlx::query(
        "SELECT id, sealed, algorithm, digits, period, since, confirmed, last_step, salt, rounds \
         FROM mfa_enrolment WHERE actor = $1",
    )
    .bind(actor)
    .fetch_all(&mut *db)
    .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let codes = sqlx::query("SELECT number, hash FROM mfa_recovery WHERE actor = $1")
        .bind(actor)
        .fetch_all(db)
        .await?;
    let left = codes.iter().map(|row| Ok((number(row, 0)?, row.try_get(1)?)));
    let recovery = RecoveryHashes {
        salt: row.try_get(8)?,
        rounds: Rounds::dangerous(NonZeroU32::new(number(row, 9)?).ok_or_else(damaged)?),
        left: left.collect::<Result<_, Failure>>()?,
    };
    let form = Form::new(word(row, 2)?, number(row, 3)?, number(row, 4)?).map_err(|_| damaged())?;
    let last_step: i64 = row.try_get(7)?;
    Ok(Some(Enrolment {
        id: row.try_get(0)?,
        sealed: word(row, 1)?,
        form,
        since: DateTime::from_timestamp_micros(row.try_get(5)?).ok_or_else(damaged)?,
        confirmed: row.try_get::<i64, _>(6)? == 1,
        last_step: u64::try_from(last_step).ok(),
        recovery,
    }))
}

pub(super) async fn actors(db: &mut AnyConnection) -> Result<Vec<String>, Failure> {
    let rows = sqlx::query("SELECT actor FROM mfa_enrolment ORDER BY actor").fetch_all(db).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

pub(super) async fn enroll(
    db: &mut AnyConnection,
    actor: &str,
    enrolment: &Enrolment,
) -> Result<bool, Failure> {
    let Enrolment { id, sealed, form, since, confirmed, last_step, recovery } = enrolment;
    let there = sqlx::query("SELECT 1 FROM mfa_enrolment WHERE actor = $1 AND confirmed = 1")
        .bind(actor)
        .fetch_all(&mut *db)
        .await?;
    if !there.is_empty() {
        return Ok(false);
    }
    let last_step = last_step.map_or(Some(-1), |step| i64::try_from(step).ok());
    sqlx::query(
        "INSERT OR REPLACE INTO mfa_enrolment (actor, id, sealed, algorithm, digits, period, since, confirmed, \
         last_step, salt, rounds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(actor)
    .bind(id)
    .bind(sealed.to_string())
    .bind(form.algorithm().as_str())
    .bind(i64::from(form.digits()))
    .bind(i64::from(form.period()))
    .bind(micros(*since))
    .bind(i64::from(*confirmed))
    .bind(last_step.ok_or_else(damaged)?)
    .bind(&recovery.salt)
    .bind(i64::from(recovery.rounds.get()))
    .execute(&mut *db)
    .await?;
    keep_codes(db, actor, recovery).await?;
    Ok(true)
}

pub(super) async fn remove(db: &mut AnyConnection, actor: &str) -> Result<bool, Failure> {
    let mut gone = 0;
    for statement in [
        "DELETE FROM mfa_attempts WHERE actor = $1",
        "DELETE FROM mfa_enrolment WHERE actor = $1",
        "DELETE FROM mfa_recovery WHERE actor = $1",
        "DELETE FROM mfa_session WHERE actor = $1",
    ] {
        gone += sqlx::query(statement).bind(actor).execute(&mut *db).await?.rows_affected();
    }
    Ok(gone > 0)
}

pub(super) async fn count(
    db: &mut AnyConnection,
    actor: &str,
    seen: Attempts,
    then: Attempts,
) -> Result<bool, Failure> {
    if attempts(db, actor).await? != seen {
        return Ok(false);
    }
    if then == Attempts::default() {
        forget_attempts(db, actor).await?;
        return Ok(true);
    }
    sqlx::query("INSERT OR REPLACE INTO mfa_attempts (actor, failures, last) VALUES ($1, $2, $3)")
        .bind(actor)
        .bind(i64::from(then.failures))
        .bind(then.last.map(micros))
        .execute(db)
        .await?;
    Ok(true)
}

pub(super) async fn accept(db: &mut AnyConnection, acceptance: &Acceptance) -> Result<bool, Failure> {
    let Acceptance { actor, factor, session } = acceptance;
    if !take(db, actor, factor).await? {
        return Ok(false);
    }
    forget_attempts(db, actor).await?;
    if let Some(session) = session {
        begin(db, session).await?;
    }
    Ok(true)
}

async fn take(db: &mut AnyConnection, actor: &str, factor: &Factor) -> Result<bool, Failure> {
    let taken = match factor {
        Factor::Elsewhere => return Ok(true),
        Factor::Step { enrolment, step } => {
            // A step past all that can be kept is none.
            let Ok(step) = i64::try_from(*step) else { return Ok(false) };
            sqlx::query(
                "UPDATE mfa_enrolment SET last_step = $1, confirmed = 1 \
                 WHERE actor = $2 AND id = $3 AND last_step < $1",
            )
            .bind(step)
            .bind(actor)
            .bind(enrolment)
            .execute(db)
            .await?
        }
        Factor::Recovery { enrolment, number } => {
            sqlx::query(
                "DELETE FROM mfa_recovery WHERE actor = $1 AND number = $2 AND EXISTS \
                 (SELECT 1 FROM mfa_enrolment WHERE actor = $1 AND id = $3 AND confirmed = 1)",
            )
            .bind(actor)
            .bind(i64::from(*number))
            .bind(enrolment)
            .execute(db)
            .await?
        }
    };
    Ok(taken.rows_affected() == 1)
}

async fn forget_attempts(db: &mut AnyConnection, actor: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM mfa_attempts WHERE actor = $1").bind(actor).execute(db).await?;
    Ok(())
}

async fn begin(db: &mut AnyConnection, session: &SessionRecord) -> Result<(), Failure> {
    let SessionRecord { hash, scope, method, begins, ends, once } = session;
    sqlx::query("DELETE FROM mfa_session WHERE actor = $1 AND ends <= $2")
        .bind(&scope.actor)
        .bind(micros(*begins))
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "INSERT OR REPLACE INTO mfa_session (hash, actor, operation, environment, change, method, begins, ends, once) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(hash.as_str())
    .bind(&scope.actor)
    .bind(scope.operation.as_str())
    .bind(&scope.environment)
    .bind(scope.change.map(|change| change.to_string()).unwrap_or_default())
    .bind(method.as_str())
    .bind(micros(*begins))
    .bind(micros(*ends))
    .bind(i64::from(*once))
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn replace_recovery(
    db: &mut AnyConnection,
    actor: &str,
    enrolment: &str,
    recovery: &RecoveryHashes,
) -> Result<bool, Failure> {
    let replaced =
        sqlx::query("UPDATE mfa_enrolment SET salt = $1, rounds = $2 WHERE actor = $3 AND id = $4")
            .bind(&recovery.salt)
            .bind(i64::from(recovery.rounds.get()))
            .bind(actor)
            .bind(enrolment)
            .execute(&mut *db)
            .await?;
    if replaced.rows_affected() == 1 {
        keep_codes(db, actor, recovery).await?;
        return Ok(true);
    }
    Ok(false)
}

/// These codes and no others.
async fn keep_codes(db: &mut AnyConnection, actor: &str, recovery: &RecoveryHashes) -> Result<(), Failure> {
    sqlx::query("DELETE FROM mfa_recovery WHERE actor = $1").bind(actor).execute(&mut *db).await?;
    for (number, hash) in &recovery.left {
        sqlx::query("INSERT INTO mfa_recovery (actor, number, hash) VALUES ($1, $2, $3)")
            .bind(actor)
            .bind(i64::from(*number))
            .bind(hash)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

pub(super) async fn reseal(
    db: &mut AnyConnection,
    actor: &str,
    over: &Sealed,
    with: &Sealed,
) -> Result<bool, Failure> {
    let replaced = sqlx::query("UPDATE mfa_enrolment SET sealed = $1 WHERE actor = $2 AND sealed = $3")
        .bind(with.to_string())
        .bind(actor)
        .bind(over.to_string())
        .execute(db)
        .await?;
    Ok(replaced.rows_affected() == 1)
}

pub(super) async fn session(
    db: &mut AnyConnection,
    hash: &SessionHash,
) -> Result<Option<SessionRecord>, Failure> {
    let rows = sqlx::query(
        "SELECT actor, operation, environment, change, method, begins, ends, once FROM mfa_session WHERE hash = $1",
    )
    .bind(hash.as_str())
    .fetch_all(db)
    .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let change: String = row.try_get(3)?;
    let change = if change.is_empty() { None } else { Some(change.parse().map_err(|_| damaged())?) };
    let scope =
        Scope { actor: row.try_get(0)?, operation: word(row, 1)?, environment: row.try_get(2)?, change };
    let time = |at| DateTime::from_timestamp_micros(row.try_get(at)?).ok_or_else(damaged);
    let (begins, ends) = (time(5)?, time(6)?);
    // What is neither yes nor no is taken for what allows less.
    let once = row.try_get::<i64, _>(7)? != 0;
    Ok(Some(SessionRecord { hash: hash.clone(), scope, method: word(row, 4)?, begins, ends, once }))
}

pub(super) async fn end(db: &mut AnyConnection, hash: &SessionHash) -> Result<bool, Failure> {
    let ended =
        sqlx::query("DELETE FROM mfa_session WHERE hash = $1").bind(hash.as_str()).execute(db).await?;
    Ok(ended.rows_affected() == 1)
}

pub(super) async fn end_all(db: &mut AnyConnection, actor: &str) -> Result<u64, Failure> {
    let ended = sqlx::query("DELETE FROM mfa_session WHERE actor = $1").bind(actor).execute(db).await?;
    Ok(ended.rows_affected())
}

fn number<T: TryFrom<i64>>(row: &AnyRow, at: usize) -> Result<T, Failure> {
    T::try_from(row.try_get(at)?).map_err(|_| damaged())
}

fn word<T: std::str::FromStr>(row: &AnyRow, at: usize) -> Result<T, Failure> {
    row.try_get::<String, _>(at)?.parse().map_err(|_| damaged())
}

fn damaged() -> Failure {
    Failure::Invalid("holds a second factor that makes no sense".into())
}
