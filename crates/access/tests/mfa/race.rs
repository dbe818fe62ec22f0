//! Two processes that show one code at the same moment: this test binary, started again, which is told over its standard
//! input which code to show and says over its standard output what came of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::{
    io::{self, BufRead, BufReader, Write},
    num::NonZeroU32,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use chrono::{DateTime, TimeDelta, Utc};
use pollster::block_on;
use storeward_access::mfa::{
    Keys, Mfa, MfaStore, Outcome, Policy, Refusal, Scope, SealingKey, SqliteMfaStore, recovery::Rounds,
    service::Enroll, totp::Form,
};
use storeward_core::{Operation, Tier};

const CODES: u64 = 1_000;

/// How a process's own lines are told apart from those of the test harness around it.
const MARK: &str = "child says ";

struct Process {
    process: Child,
    lines: io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(path: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "race::child", "--ignored", "--nocapture", "--test-threads=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut started = Self { process, lines };
        started.tell(path.to_str().unwrap());
        assert_eq!(started.says(), "open");
        started
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn says(&mut self) -> String {
        let own = |line: io::Result<String>| Some(line.unwrap().split_once(MARK)?.1.to_owned());
        self.lines.find_map(own).unwrap_or_else(|| panic!("the child has died"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn keys() -> Keys {
    Keys::new(SealingKey::new(&[7; 32]).unwrap())
}

fn at(step: u64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(step).unwrap() * 30)
}

/// What serves once, so that the session of each code is raced for too.
fn scope() -> Scope {
    Scope::new("maria", Operation::DeleteEntities, &Tier::Staging.into())
}

#[test]
fn of_two_processes_with_one_code_one_wins_a_thousand_times() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mfa.db");
    let store = block_on(SqliteMfaStore::open(&path)).unwrap();
    let (keys, policy) = (keys(), Policy::default());
    let mfa = Mfa { rounds: Rounds::dangerous(NonZeroU32::MIN), ..Mfa::new(&store, &keys, &policy) };
    let Enroll::Pending(enrolled) = block_on(mfa.enroll("maria", "shop", Form::default(), at(0))).unwrap()
    else {
        panic!("nobody is enrolled")
    };
    let mut processes = [Process::start(&path), Process::start(&path)];
    let mut won = [0_u64; 2];
    for step in 1..=CODES {
        let code = enrolled.otpauth.totp().code(step);
        for process in &mut processes {
            process.tell(&format!("{step} {}", code.expose()));
        }
        let said = [processes[0].says(), processes[1].says()];
        match [said[0].as_str(), said[1].as_str()] {
            ["won", "lost"] => won[0] += 1,
            ["lost", "won"] => won[1] += 1,
            _ => panic!("of two one wins, step {step}: {said:?}"),
        }
    }
    assert_eq!(won[0] + won[1], CODES);
    eprintln!("of {CODES} codes {} went to one process and {} to the other", won[0], won[1]);
    let record = block_on(store.read("maria")).unwrap();
    assert_eq!(record.enrolment.unwrap().last_step, Some(CODES));
}

#[test]
#[ignore = "it is what the race starts, and does nothing by itself"]
fn child() {
    let mut lines = io::stdin().lines().map(Result::unwrap);
    let Some(path) = lines.next() else { return };
    let store = block_on(SqliteMfaStore::open(Path::new(&path))).unwrap();
    let (keys, policy) = (keys(), Policy::default());
    let mfa = Mfa::new(&store, &keys, &policy);
    let say = |what: &str| {
        let mut out = io::stdout();
        writeln!(out, "\n{MARK}{what}").unwrap();
        out.flush().unwrap();
    };
    say("open");
    for line in lines {
        let (step, code) = line.split_once(' ').unwrap();
        let now = at(step.parse().unwrap());
        match block_on(mfa.verify(&code.into(), &scope(), now)) {
            Ok(Outcome::Opened(_)) => say("won"),
            Ok(Outcome::Refused(Refusal::Used)) => say("lost"),
            other => say(&format!("{other:?}")),
        }
    }
}
