//! `storeward mfa …`

use std::{collections::BTreeMap, process::Command};

use assert_cmd::Command as Program;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::Run;

/// A project, and the key of its second factors.
struct Shop {
    directory: TempDir,
    variables: BTreeMap<String, String>,
}

impl Shop {
    fn new() -> Self {
        let variables = [
            ("STOREWARD_MFA_KEY".to_owned(), "5e".repeat(32)),
            ("STOREWARD_FINGERPRINT_KEY".to_owned(), "07".repeat(32)),
        ];
        Self { directory: tempfile::tempdir().unwrap(), variables: variables.into() }
    }

    /// Runs `storeward`, with a text on its input.
    fn run(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = Program::new(env!("CARGO_BIN_EXE_storeward"));
        command.args(arguments).current_dir(self.directory.path()).env_clear().envs(&self.variables);
        let output = command.write_stdin(input).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let exit = output.status.code().unwrap();
        Run { exit, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    fn mfa(&self, arguments: &[&str], input: &str) -> Run {
        self.run(&[&["mfa"], arguments, &["--format", "json"]].concat(), input)
    }

    fn enroll(&self) -> Value {
        let run = self.mfa(&["enroll", "--actor", "maria"], "");
        assert_eq!(run.exit, 0, "{}", run.stderr);
        run.json()
    }

    fn verify(&self, code: &str, operation: &str, environment: &str) -> Run {
        let arguments = [
            "verify",
            "--actor",
            "maria",
            "--code-from",
            "stdin",
            "--operation",
            operation,
            "-e",
            environment,
        ];
        self.mfa(&arguments, code)
    }

    fn status(&self) -> Value {
        self.mfa(&["status", "--actor", "maria"], "").json()["actors"][0].clone()
    }
}

/// The code that an app shows now, as another program makes it; nothing where that is missing.
fn code(enrolled: &Value, offset: i64) -> Option<String> {
    let uri = enrolled["otpauth_uri"].as_str().unwrap();
    let (_, secret) = uri.split_once("secret=").unwrap();
    let secret = secret.split('&').next().unwrap();
    let at = storeward_core::Clock::now(&storeward_core::SystemClock::new())
        + chrono::TimeDelta::seconds(offset * 30);
    let at = at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let Ok(output) = Command::new("oathtool").args(["--totp", "--base32", "--now", &at, secret]).output()
    else {
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no oathtool here\n").unwrap();
        return None;
    };
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn a_code_opens_a_session_once_for_what_it_was_shown_for() {
    let shop = Shop::new();
    let enrolled = shop.enroll();
    assert!(enrolled["otpauth_uri"].as_str().unwrap().starts_with("otpauth://totp/storeward:maria?secret="));
    assert_eq!(enrolled["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(shop.status()["enrolled"], "pending");
    let Some(code) = code(&enrolled, 0) else { return };
    let run = shop.verify(&code, "read_config", "staging");
    let session = run.json();
    assert_eq!(
        (run.exit, session["verified"].as_bool(), session["schema"].as_str()),
        (0, Some(true), Some("storeward.mfa.verify/1"))
    );
    assert!(!session["ends"].is_null() && session["once"] == false);
    assert_eq!(shop.status()["enrolled"], "confirmed");
    let again = shop.verify(&code, "read_config", "staging");
    assert!(
        again.exit == 1 && again.json()["reason"].as_str().unwrap().contains("used before"),
        "{}",
        again.stdout
    );

    let session = session["session"].as_str().unwrap();
    let check = |operation: &str, environment: &str| {
        let arguments = [
            "access",
            "check",
            "--actor",
            "maria",
            "--roles",
            "devops",
            "--operation",
            operation,
            "-e",
            environment,
            "--mfa-session-from",
            "stdin",
            "--format",
            "json",
        ];
        let answer = shop.run(&arguments, session).json();
        let obligations = answer["obligations"].as_array().unwrap();
        obligations.iter().find(|one| one["kind"] == "mfa").map(|one| one["satisfied"].as_bool().unwrap())
    };
    assert_eq!(check("read_config", "staging"), Some(true), "the factor was shown for this");
    assert_eq!(check("deploy", "staging"), Some(false), "and for nothing else");
    assert_eq!(check("read_config", "development"), Some(false));
    let logout = shop.mfa(&["logout", "--actor", "maria"], "");
    assert_eq!(logout.json()["sessions"], 1);
    assert_eq!(check("read_config", "staging"), Some(false), "after a logout it is worth nothing");
}

#[test]
fn who_has_lost_the_app_sets_up_another_with_a_recovery_code() {
    let shop = Shop::new();
    let enrolled = shop.enroll();
    let recovery = enrolled["recovery_codes"][0].as_str().unwrap();
    let recover = |code: &str| shop.mfa(&["recover", "--actor", "maria", "--code-from", "stdin"], code);
    assert_eq!(recover(recovery).exit, 1, "an app that nobody has shown is no app to recover");
    let Some(first) = code(&enrolled, 0) else { return };
    assert_eq!(shop.verify(&first, "read_config", "staging").exit, 0);
    assert_eq!(recover(&code(&enrolled, 1).unwrap()).exit, 1, "the app is there");
    let another = recover(recovery);
    assert_eq!(another.exit, 0, "{}", another.stderr);
    let another = another.json();
    assert_ne!(another["otpauth_uri"], enrolled["otpauth_uri"]);
    assert_eq!(recover(recovery).exit, 1, "a recovery code is for one use, and of one app");
    assert_eq!(shop.verify(&code(&another, 0).unwrap(), "read_config", "staging").exit, 0);
}

#[test]
fn guessing_waits_and_then_is_locked() {
    let shop = Shop::new();
    let enrolled = shop.enroll();
    let guesses: Vec<Run> = (0..12).map(|_| shop.verify("000000", "read_config", "staging")).collect();
    assert!(guesses.iter().all(|guess| guess.exit == 1));
    let last = guesses.last().unwrap().json()["reason"].as_str().unwrap().to_owned();
    assert!(last.contains("too many failures"), "{last}");
    if let Some(code) = code(&enrolled, 0) {
        assert_eq!(shop.verify(&code, "read_config", "staging").exit, 1, "not even the right one");
        assert_eq!(shop.mfa(&["reset", "--actor", "maria", "--failures", "--yes"], "").exit, 0);
        assert_eq!(shop.verify(&code, "read_config", "staging").exit, 0);
    }
    assert_eq!(shop.mfa(&["reset", "--actor", "maria", "--yes"], "").exit, 0);
    assert_eq!(shop.status()["enrolled"], "no");
    assert_eq!(shop.mfa(&["reset", "--actor", "maria", "--yes"], "").exit, 1, "there is nothing any more");
}

#[test]
fn what_cannot_be_told_is_no_yes() {
    let mut shop = Shop::new();
    let enrolled = shop.enroll();
    assert_eq!(shop.mfa(&["enroll", "--actor", "maria"], "").exit, 0, "nobody has shown a code of the first");
    assert_eq!(shop.verify("000000", "reed_config", "staging").exit, 2);
    let nobody = shop.mfa(
        &["verify", "--actor", "jonas", "--code-from", "stdin", "--operation", "deploy", "-e", "staging"],
        "1",
    );
    assert!(nobody.exit == 1 && nobody.json()["reason"].as_str().unwrap().contains("no second factor"));
    let given = shop.mfa(
        &["verify", "--actor", "maria", "--code-from", "123456", "--operation", "deploy", "-e", "staging"],
        "",
    );
    assert!(given.exit == 2 && !given.stderr.contains("123456"), "{}", given.stderr);
    let provider = shop.mfa(
        &[
            "verify",
            "--actor",
            "maria",
            "--provider",
            "duo",
            "--push",
            "--operation",
            "deploy",
            "-e",
            "staging",
        ],
        "",
    );
    assert!(provider.exit == 2 && provider.stderr.contains("DUO_"), "{}", provider.stderr);
    for (name, value) in [
        ("DUO_API_HOST", "http://127.0.0.1:1"),
        ("DUO_INTEGRATION_KEY", "EXAMPLE"),
        ("DUO_SECRET_KEY", "EXAMPLE"),
    ] {
        shop.variables.insert(name.to_owned(), value.to_owned());
    }
    let away = shop.mfa(
        &[
            "verify",
            "--actor",
            "maria",
            "--provider",
            "duo",
            "--push",
            "--operation",
            "deploy",
            "-e",
            "staging",
        ],
        "",
    );
    assert!(away.exit == 3 && !away.stderr.contains("EXAMPLE"), "{}", away.stderr);
    shop.variables.insert("STOREWARD_MFA_KEY".to_owned(), "6f".repeat(32));
    let other = shop.verify("000000", "deploy", "staging");
    assert_eq!((other.exit, other.stdout.as_str()), (3, ""), "another key opens nothing: {}", other.stderr);
    drop(enrolled);
    shop.variables.remove("STOREWARD_MFA_KEY");
    let homeless = shop.mfa(&["status"], "");
    assert!(homeless.exit == 2 && homeless.stderr.contains("STOREWARD_MFA_KEY"), "{}", homeless.stderr);
}

#[test]
fn nothing_that_is_left_behind_shows_a_secret() {
    let shop = Shop::new();
    let enrolled = shop.enroll();
    let uri = enrolled["otpauth_uri"].as_str().unwrap();
    let (_, secret) = uri.split_once("secret=").unwrap();
    let mut secrets =
        vec![secret.split('&').next().unwrap().to_owned(), shop.variables["STOREWARD_MFA_KEY"].clone()];
    secrets.extend(
        enrolled["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()),
    );
    let mut said = vec![shop.mfa(&["status"], "").stdout, shop.verify("000000", "deploy", "staging").stdout];
    if let Some(code) = code(&enrolled, 0) {
        let opened = shop.verify(&code, "deploy", "staging");
        secrets.push(opened.json()["session"].as_str().unwrap().to_owned());
        said.push(opened.stderr);
    }
    let state = shop.directory.path().join(".storeward");
    let files =
        std::fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let kept: Vec<Vec<u8>> = files.map(|path| std::fs::read(path).unwrap()).collect();
    assert!(kept.iter().any(|bytes| bytes.starts_with(b"SQLite format 3")), "the database was looked at");
    for secret in &secrets {
        let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!kept.iter().any(|bytes| holds(bytes)) && !said.iter().any(|text| holds(text.as_bytes())));
    }
}
