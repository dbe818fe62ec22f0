//! A PostgreSQL server of its own, on a free port of this machine, until the last test has done with it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tempfile::TempDir;

/// The user `nobody`, on Linux.
pub(crate) const NOBODY: u32 = 65534;

pub(crate) struct Server {
    directory: TempDir,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    process: Child,
    port: u16,
}

static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Server {
    /// Says so if there is none here, past what captures the output of tests.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = running.upgrade() {
            return Some(server);
        }
        let Some(programs) = programs() else {
            let line = "skipped: no PostgreSQL here (apt-get install postgresql)\n";
            io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        };
        let server = Arc::new(Self::start(programs));
        *running = Arc::downgrade(&server);
        Some(server)
    }

    fn start(programs: PathBuf) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let user = own(directory.path());
        let password = directory.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        let data = directory.path().join("data");
        let status = command(&programs.join("initdb"), user)
            .args([
                "--username=storeward",
                "--auth=scram-sha-256",
                "--locale=C",
                "--encoding=UTF8",
                "--no-sync",
            ])
            .arg(format!("--pwfile={}", password.display()))
            .arg("-D")
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "initdb fails");
        for _ in 0..5 {
            // Somebody else may take the port in between.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut process = command(&programs.join("postgres"), user)
                .arg("-D")
                .arg(&data)
                .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
                .args(["-c", "unix_socket_directories=", "-c", "lc_messages=C", "-c", "fsync=off"])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
            let ready = lines.any(|line| line.contains("ready to accept connections"));
            // It must not wait for somebody to read what else it says.
            std::thread::spawn(move || lines.for_each(drop));
            if ready {
                return Self { directory, programs, user, process, port };
            }
            process.wait().unwrap();
        }
        panic!("PostgreSQL does not start");
    }

    /// A database of its own for a test, by its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(name, PASSWORD)
    }

    pub(crate) fn url(&self, database: &str, password: &str) -> String {
        format!("postgres://storeward:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// What an administrator types, and its answer.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "storeward"])
            .args(["-p", &self.port.to_string(), "-d", database, "-c", statement])
            .env("PGPASSWORD", PASSWORD)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Ends all sessions of a database, and waits until they are gone.
    pub(crate) fn end_sessions(&self, database: &str) {
        let ended = self.sql(
            "postgres",
            &format!(
                "SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity \
                 WHERE datname = '{database}'"
            ),
        );
        assert_eq!(ended, "t", "there is one, and it ends");
    }
}

/// Of the one user, who may do everything. It is for this server alone.
const PASSWORD: &str = "EXAMPLE";

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.directory.path().join("data");
        let mut stop = command(&self.programs.join("pg_ctl"), self.user);
        stop.arg("-D").arg(data).args(["-m", "immediate", "stop"]).stdout(Stdio::null());
        if !stop.status().is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// The newest of those that are installed, as Debian lays them out, or those on the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    found.retain(|programs| programs.join("initdb").exists());
    found.sort();
    let installed = found.pop();
    installed.or_else(|| {
        let there = Command::new("initdb").arg("--version").stdout(Stdio::null()).status();
        there.is_ok_and(|status| status.success()).then(PathBuf::new)
    })
}

/// Whether files made here belong to the superuser, for whom no permission counts.
#[cfg(unix)]
pub(crate) fn is_root(directory: &Path) -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata(directory).unwrap()) == 0
}

/// The server refuses to run as root: then the directory is given to another user, who is given back.
#[cfg(unix)]
fn own(directory: &Path) -> Option<(u32, u32)> {
    is_root(directory).then(|| {
        let users = fs::read_to_string("/etc/passwd").unwrap();
        let ids = users.lines().find_map(|line| {
            let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        });
        let (user, group) = ids.unwrap_or((NOBODY, NOBODY));
        std::os::unix::fs::chown(directory, Some(user), Some(group)).unwrap();
        (user, group)
    })
}

#[cfg(not(unix))]
fn own(_: &Path) -> Option<(u32, u32)> {
    None
}

fn command(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(std::env::temp_dir());
    #[cfg(unix)]
    if let Some((user, group)) = user {
        std::os::unix::process::CommandExt::uid(&mut command, user);
        std::os::unix::process::CommandExt::gid(&mut command, group);
    }
    #[cfg(not(unix))]
    let _ = user;
    command
}
