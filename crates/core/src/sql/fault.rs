//! What a database's errors mean to whoever asked for something that is kept in it.

use crate::{Fault, PortError};

/// Why a request to a database failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The database did as it was told, and the answer is no.
    Answer(PortError),
    /// It did not answer as it should.
    Sql(sqlx::Error),
    /// It answered what cannot be, or cannot be asked for this.
    Invalid(String),
    /// Not in time.
    #[cfg(feature = "postgres")]
    TimedOut,
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl Failure {
    /// The error that this port gives, naming the database.
    #[must_use]
    pub fn at(self, port: &'static str, place: &str) -> PortError {
        match self {
            Self::Answer(error) => error,
            Self::Invalid(message) => PortError::new(port, Fault::Invalid, format!("{place}: {message}")),
            #[cfg(feature = "postgres")]
            Self::TimedOut => {
                PortError::new(port, Fault::TimedOut, format!("{place} did not answer in time"))
            }
            Self::Sql(error) => {
                let (fault, message) = meaning(&error);
                let port_error = PortError::new(port, fault, format!("{place} {message}"));
                // It may quote the URL, in which a password stands.
                if matches!(error, sqlx::Error::Configuration(_)) {
                    port_error
                } else {
                    port_error.with_source(error)
                }
            }
        }
    }
}

fn meaning(error: &sqlx::Error) -> (Fault, &'static str) {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            // SQLSTATE has five characters; SQLite's numbers have at most four digits.
            match code.parse::<u32>() {
                Ok(number) if code.len() < 5 => of_sqlite(number & 0xff),
                _ => of_postgres(&code),
            }
        }
        sqlx::Error::Configuration(_) => (Fault::Invalid, "cannot be addressed like that"),
        sqlx::Error::Tls(_) => (Fault::Refused, "does not show a certificate that can be trusted"),
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            (Fault::Unreachable, "cannot be reached")
        }
        _ => (Fault::Invalid, "gave an answer that makes no sense"),
    }
}

/// By the primary result codes of <https://www.sqlite.org/rescode.html>.
fn of_sqlite(code: u32) -> (Fault, &'static str) {
    match code {
        5 | 6 => (Fault::Limited, "is kept busy by others"),
        3 | 8 | 23 => (Fault::Refused, "may not be written to"),
        10 => (Fault::Unreachable, "cannot be read or written: the disk fails"),
        11 => (Fault::Invalid, "is damaged; put a copy of it in its place, or move it away"),
        13 => (Fault::Unreachable, "cannot grow: the disk is full"),
        14 => (Fault::Refused, "cannot be opened"),
        26 => (Fault::Invalid, "is not an SQLite database"),
        _ => (Fault::Invalid, "cannot do what is asked of it"),
    }
}

/// By the classes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_postgres(code: &str) -> (Fault, &'static str) {
    match (code.get(..2), code) {
        (_, "57014") => (Fault::TimedOut, "did not answer in time"),
        (_, "55P03") => (Fault::Limited, "is kept busy by others"),
        (_, "42501" | "25006") => (Fault::Refused, "does not let this user keep anything"),
        (_, "3D000") => (Fault::NotFound, "does not exist"),
        (_, "3F000") => (Fault::NotFound, "has no schema in the search path to keep anything in"),
        (Some("28"), _) => (Fault::Refused, "does not let this user in"),
        (Some("53"), _) => (Fault::Limited, "has no room for this"),
        (Some("08" | "57" | "58"), _) => (Fault::Unreachable, "cannot be reached"),
        (Some("40"), _) => (Fault::Conflict, "was changed by somebody else meanwhile"),
        _ => (Fault::Invalid, "cannot do what is asked of it"),
    }
}
