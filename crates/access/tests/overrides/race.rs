//! Two processes that take and review at the same moment: this test binary, started again, which is told over its standard
//! input what to review and says over its standard output what came of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use pollster::block_on;
use storeward_access::{OverrideStore, break_glass::Reviewed};

use crate::sqlite::{at, attested, glass, open};

const ROUNDS: u64 = 200;

/// How a process's own lines are told apart from those of the test harness around it.
const MARK: &str = "child says ";

struct Process {
    process: Child,
    lines: io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(path: &Path, name: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "race::child", "--ignored", "--nocapture", "--test-threads=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut started = Self { process, lines };
        started.tell(path.to_str().unwrap());
        started.tell(name);
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

#[test]
fn of_two_processes_one_reviews_and_what_both_take_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("overrides.db");
    let store = open(&path).unwrap();
    let mut processes = [Process::start(&path, "jonas"), Process::start(&path, "anna")];
    let (mut reviewers, mut reasons) = (BTreeMap::new(), BTreeMap::new());
    for round in 0..ROUNDS {
        let reason = format!("round {round} of all");
        let id = block_on(store.take(&glass(&reason))).unwrap();
        reasons.insert(id, reason);
        for process in &mut processes {
            process.tell(&format!("{id} {round}"));
        }
        let said = [processes[0].says(), processes[1].says()];
        let done = said.clone().map(|line| {
            let (own, came) = line.split_once(' ').unwrap_or_else(|| panic!("{line}"));
            (own.parse().unwrap(), came.to_owned())
        });
        let winner = match [done[0].1.as_str(), done[1].1.as_str()] {
            ["done", "after jonas"] => "jonas",
            ["after anna", "done"] => "anna",
            _ => panic!("of two one reviews, round {round}: {said:?}"),
        };
        reviewers.insert(id, winner.to_owned());
        for ((own, _), name) in done.into_iter().zip(["jonas", "anna"]) {
            assert_eq!(reasons.insert(own, format!("{name} in round {round}")), None, "an id of its own");
        }
    }
    let all = block_on(store.list()).unwrap();
    let kept: BTreeMap<_, _> = all.iter().map(|(id, past)| (*id, past.glass().reason().to_owned())).collect();
    assert_eq!(kept, reasons);
    let reviewed = all.iter().filter_map(|(id, past)| Some((*id, past.review()?.0.to_owned())));
    assert_eq!(reviewed.collect::<BTreeMap<_, _>>(), reviewers);
}

#[test]
#[ignore = "it is what the race starts, and does nothing by itself"]
fn child() {
    let mut lines = io::stdin().lines().map(Result::unwrap);
    let Some(path) = lines.next() else { return };
    let name = lines.next().unwrap();
    let store = open(Path::new(&path)).unwrap();
    let say = |what: &str| {
        let mut out = io::stdout();
        writeln!(out, "\n{MARK}{what}").unwrap();
        out.flush().unwrap();
    };
    say("open");
    for line in lines {
        let (id, round) = line.split_once(' ').unwrap();
        let reviewed = block_on(store.review(id.parse().unwrap(), &attested(&name), at(100))).unwrap();
        let own = block_on(store.take(&glass(&format!("{name} in round {round}")))).unwrap();
        match reviewed {
            Reviewed::Done => say(&format!("{own} done")),
            Reviewed::Already { by, .. } => say(&format!("{own} after {by}")),
            other => say(&format!("{other:?}")),
        }
    }
}
