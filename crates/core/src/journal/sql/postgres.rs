//! The journal on a server, and the session that holds its runs.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{AnyConnection, ConnectOptions, Connection, Row, any::AnyConnectOptions};

use super::{
    PORT,
    query::{self, Name, one},
    tables,
};
use crate::{
    PortError, SecretString,
    journal::Claim,
    sql::{
        Failure, Part,
        schema::{self, Dialect},
    },
};

const DIALECT: Dialect = Dialect {
    tables: "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = current_schema()",
    alone: false,
};

const PART: Part = Part {
    name: tables::NAME,
    port: PORT,
    version: tables::VERSION,
    tables: tables::TABLES,
    make: &[
        "CREATE TABLE run (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest TEXT NOT NULL UNIQUE, \
         name TEXT NOT NULL, fence BIGINT NOT NULL, entries BIGINT NOT NULL, holder TEXT NOT NULL)",
        tables::ENTRIES,
    ],
};

/// How long a request may take, of which connecting is a part.
const LIMIT: Duration = Duration::from_secs(30);

/// What sqlx understands in a URL. It would write what it does not to the log, value and all.
const PARAMETERS: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

pub(super) struct Postgres {
    place: String,
    url: SecretString,
    /// The runs that were claimed, whose locks the session holds.
    held: Mutex<HashSet<String>>,
}

impl Postgres {
    pub(super) async fn open(url: &SecretString) -> Result<(Self, AnyConnection), PortError> {
        let (place, url) = address(url).map_err(|failure| failure.at(PORT, "the URL of the database"))?;
        let postgres = Self { place, url, held: Mutex::default() };
        let connection = limited(postgres.prepare()).await;
        let connection = connection.map_err(|failure| failure.at(PORT, &postgres.place))?;
        Ok((postgres, connection))
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    async fn prepare(&self) -> Result<AnyConnection, Failure> {
        let mut connection = self.connect().await?;
        let mut transaction = connection.begin().await?;
        // Two who make the same table at the same time would both fail.
        sqlx::query(
            "SELECT COUNT(*) FROM pg_advisory_xact_lock(\
             hashtextextended('storeward schema ' || current_schema(), 0))",
        )
        .execute(&mut *transaction)
        .await?;
        schema::open(&mut transaction, &DIALECT, &PART).await?;
        transaction.commit().await?;
        Ok(connection)
    }

    pub(super) async fn connect(&self) -> Result<AnyConnection, Failure> {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = self.url.expose().parse()?;
        let mut connection = options.connect().await?;
        for setting in [
            // What has been committed is on disk, whatever the server's or the user's settings are.
            "SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off'",
            // An update waits for a row and then looks at it again, on which the fence relies.
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SET lock_timeout = '10s'",
            // A machine that has gone is noticed in about a minute, and its runs are free again.
            "SET tcp_keepalives_idle = 30",
            "SET tcp_keepalives_interval = 10",
            "SET tcp_keepalives_count = 3",
        ] {
            sqlx::query(setting).execute(&mut connection).await?;
        }
        // The locks of a session that was lost are gone with it. Where somebody else was faster, the run is theirs,
        // and their claim's fence refuses what is written here.
        let runs: Vec<String> = self.held().iter().cloned().collect();
        for run in runs {
            if !try_lock(&mut connection, &run).await? {
                self.held().remove(&run);
            }
        }
        Ok(connection)
    }

    pub(super) async fn revive(&self, mut connection: AnyConnection) -> Result<AnyConnection, Failure> {
        match connection.ping().await {
            Ok(()) => Ok(connection),
            Err(_) => self.connect().await,
        }
    }

    pub(super) async fn claim(&self, connection: &mut AnyConnection, run: &str) -> Result<Claim, Failure> {
        let name = Name::new(run)?;
        let held = self.held().contains(run);
        if !held && !try_lock(connection, run).await? && !wait_for_lock(connection, run).await? {
            return Err(query::held(connection, &name).await?);
        }
        let address = sqlx::query("SELECT COALESCE(host(inet_client_addr()), 'the server')")
            .fetch_all(&mut *connection)
            .await?;
        let address: String = one(&address)?.try_get(0)?;
        let holder = format!("process {} on {address}", std::process::id());
        // If it fails, the session ends, and its lock with it.
        let claim = query::claim(connection, &name, &holder).await?;
        self.held().insert(run.to_owned());
        Ok(claim)
    }

    fn held(&self) -> MutexGuard<'_, HashSet<String>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the session has got the run's lock, which is the schema's own.
async fn try_lock(connection: &mut AnyConnection, run: &str) -> Result<bool, Failure> {
    let rows = sqlx::query(
        "SELECT pg_try_advisory_lock(hashtextextended('storeward run ' || current_schema() || ' ' || $1, 0))",
    )
    .bind(run)
    .fetch_all(connection)
    .await?;
    Ok(one(&rows)?.try_get(0)?)
}

/// Waits as long as a server may need to notice that the holder has died.
async fn wait_for_lock(connection: &mut AnyConnection, run: &str) -> Result<bool, Failure> {
    sqlx::query("SET lock_timeout = '2s'").execute(&mut *connection).await?;
    let waited = sqlx::query(
        "SELECT COUNT(*) FROM \
         pg_advisory_lock(hashtextextended('storeward run ' || current_schema() || ' ' || $1, 0))",
    )
    .bind(run)
    .execute(&mut *connection)
    .await;
    sqlx::query("SET lock_timeout = '10s'").execute(&mut *connection).await?;
    match waited {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("55P03") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives up after [`LIMIT`].
pub(super) async fn limited<T>(work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(Failure::Invalid("can only be asked from within a tokio runtime".into()));
    }
    tokio::time::timeout(LIMIT, work).await.unwrap_or(Err(Failure::TimedOut))
}

/// What may be said of the URL, and the URL that does not trust a server on another machine unseen.
fn address(url: &SecretString) -> Result<(String, SecretString), Failure> {
    let unusable = |message: &str| Failure::Invalid(message.to_owned());
    let options: AnyConnectOptions = url.expose().parse().map_err(|_| unusable("cannot be read as a URL"))?;
    let mut url = options.database_url;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(unusable("is not one of PostgreSQL: it must begin with `postgres://`"));
    }
    let mut host = url.host_str().unwrap_or_default().to_owned();
    let mut sslmode = false;
    for (key, value) in url.query_pairs() {
        match &*key {
            "host" | "hostaddr" => host = value.into_owned(),
            "sslmode" | "ssl-mode" => sslmode = true,
            _ => {}
        }
        let of_server = key.strip_prefix("options[").is_some_and(|rest| rest.ends_with(']'));
        if !of_server && !PARAMETERS.contains(&&*key) {
            return Err(Failure::Invalid(format!("holds a parameter that is not known, `{key}`")));
        }
    }
    if host.is_empty() {
        return Err(unusable("names no host"));
    }
    let socket = host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f");
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let here = socket || host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    if !sslmode && !here {
        url.query_pairs_mut().append_pair("sslmode", "verify-full");
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok((format!("PostgreSQL at {host}{port}{}", url.path()), url.to_string().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_must_show_who_it_is() {
        for (url, verified) in [
            ("postgres://localhost/db", false),
            ("postgres://127.0.0.1:5433/db", false),
            ("postgres://[::1]/db", false),
            ("postgresql://%2Fvar%2Frun/db", false),
            ("postgres:///db?host=/var/run", false),
            ("postgres://db.example.com/db?sslmode=require", false),
            ("postgres://db.example.com/db", true),
            ("postgres://10.0.0.5/db?application_name=ours", true),
            ("postgres://localhost/db?host=db.example.com", true),
            ("postgres://localhost.example.com/db", true),
        ] {
            let Ok((_, made)) = address(&url.into()) else { panic!("{url}") };
            assert_eq!(made.expose().contains("sslmode=verify-full"), verified, "{url}");
        }
    }

    #[test]
    fn a_url_that_is_none_is_refused_and_not_repeated() {
        for url in [
            "",
            "EXAMPLE",
            "sqlite:EXAMPLE",
            "postgres://user:EXAMPLE@/db",
            "postgres:///EXAMPLE",
            "postgres://user:EXAMPLE/word@host/db",
            "postgres://host/db?sslpassword=EXAMPLE",
        ] {
            let Err(failure) = address(&url.into()) else { panic!("{url}") };
            let error = failure.at(PORT, "the URL");
            assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error}");
        }
        let Ok((place, _)) = address(&"postgres://user:EXAMPLE@host:5433/db".into()) else { panic!() };
        assert_eq!(place, "PostgreSQL at host:5433/db");
    }
}
