//! `storeward secrets waivers`

use std::{
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;
use storeward_secrets::{
    Waiver,
    port::{Content, Flow, Piece},
    waiver::inline::Inline,
};

use crate::{
    args::{ListFormat, WaiversArgs, WhatArgs},
    env::Env,
    exit::Exit,
    progress::Progress,
    project::Project,
    render::{
        self,
        human::{BOLD, DIM, GREEN, YELLOW},
        printable,
    },
    secrets::{policy::Policy, source::Chosen},
};

#[derive(Serialize)]
struct List {
    schema: &'static str,
    waivers: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    state: State,
    /// How many findings it lets stand.
    findings: u64,
    #[serde(flatten)]
    waiver: Written,
}

/// Ordered by how much it wants a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Expired,
    Unused,
    Used,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
enum Written {
    List {
        #[serde(flatten)]
        waiver: Waiver,
    },
    Inline {
        path: String,
        #[serde(flatten)]
        waiver: Inline,
    },
}

pub(super) fn run(args: &WaiversArgs, env: &Env) -> anyhow::Result<Exit> {
    let policy = Policy::read(&args.how, Project::around(Path::new("."), env)?, env, true)?;
    let what = WhatArgs { paths: args.paths.clone(), ..WhatArgs::default() };
    let chosen = Chosen::of(&what)?;
    let inline = Mutex::new(Vec::new());
    {
        let progress = Progress::new(false);
        chosen.source().visit(&|piece| {
            let found = of_piece(piece, &policy);
            inline.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            progress.step();
            Flow::Continue
        })?;
    }
    let mut waivers = inline.into_inner().unwrap_or_else(PoisonError::into_inner);
    waivers.extend(policy.waivers.uses().map(|(waiver, findings)| Shown {
        state: state(waiver.is_expired(&policy.today), findings),
        findings,
        waiver: Written::List { waiver: waiver.clone() },
    }));
    waivers.sort_by_cached_key(|shown| (shown.state, place(&shown.waiver)));
    let list = List { schema: "storeward/waivers/1", waivers };
    let mut out = Vec::new();
    match args.format {
        ListFormat::Human => human(&mut out, &list)?,
        ListFormat::Json => render::json(&mut out, &list)?,
    }
    render::deliver(&out, None)?;
    Ok(Exit::Yes)
}

const fn state(expired: bool, findings: u64) -> State {
    match (expired, findings) {
        (true, _) => State::Expired,
        (false, 0) => State::Unused,
        (false, _) => State::Used,
    }
}

/// The waivers written in a text, each with the number of findings that it covers. One for which there is no finding and
/// that is not ours may be about something else, so it is left out.
fn of_piece(piece: Piece<'_>, policy: &Policy) -> Vec<Shown> {
    let path = piece.origin.path.strip_prefix("./").unwrap_or(&piece.origin.path).to_owned();
    // What is too large to be held has its own waivers counted for nothing but the list's.
    let text = if let Content::Bytes(text) = &piece.content { *text } else { &[] };
    let mut inline: Vec<(Inline, u64)> = Inline::all(text).into_iter().map(|waiver| (waiver, 0)).collect();
    if inline.is_empty() && policy.waivers.uses().len() == 0 {
        return Vec::new();
    }
    // A text that breaks off is the scan's business.
    let _ = policy.scanner.scan_piece(piece, |sighting| {
        // Today does not matter here: whoever lists waivers wants to see those that are over as well.
        if let Some(covering) = Inline::covering_ever(&sighting) {
            let line = covering.line;
            inline
                .iter_mut()
                .filter(|(waiver, _)| waiver.line == line)
                .for_each(|(_, findings)| *findings += 1);
        } else {
            policy.waives(&sighting.finding, &path, sighting.lines());
        }
    });
    let shown = inline.into_iter().filter(|(waiver, findings)| *findings > 0 || waiver.is_ours());
    shown
        .map(|(waiver, findings)| Shown {
            state: state(waiver.is_expired(&policy.today), findings),
            findings,
            waiver: Written::Inline { path: path.clone(), waiver },
        })
        .collect()
}

/// Where a waiver is written or what it is about.
fn place(waiver: &Written) -> String {
    match waiver {
        Written::Inline { path, waiver } => format!("{path}:{}", waiver.line),
        Written::List { waiver } => {
            let parts = [
                waiver.path.as_ref().map(|path| format!("path {path}")),
                waiver.rule.as_ref().map(|rule| format!("rule {rule}")),
                waiver.fingerprint.map(|fingerprint| format!("fingerprint {fingerprint}")),
                waiver.content.as_ref().map(|content| format!("content {content}")),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}

fn human(out: &mut impl Write, list: &List) -> io::Result<()> {
    for shown in &list.waivers {
        let (style, state) = match shown.state {
            State::Expired => (YELLOW, "expired"),
            State::Unused => (YELLOW, "unused "),
            State::Used => (GREEN, "used   "),
        };
        let (rules, reason, until) = match &shown.waiver {
            Written::Inline { waiver, .. } => (waiver.rules.join(", "), &waiver.reason, &waiver.until),
            Written::List { waiver } => (String::new(), &Some(waiver.reason.clone()), &waiver.expires),
        };
        write!(out, "{style}{state}{style:#} {BOLD}{}{BOLD:#}", printable(&place(&shown.waiver)))?;
        if !rules.is_empty() {
            write!(out, " {}", printable(&rules))?;
        }
        write!(out, " {DIM}{}", render::counted(shown.findings, "finding"))?;
        if let Some(until) = until {
            write!(out, ", until {}", printable(until))?;
        }
        writeln!(out, "{DIM:#}: {}", printable(reason.as_deref().unwrap_or("no reason given")))?;
    }
    let count = |state| list.waivers.iter().filter(|shown| shown.state == state).count();
    let (expired, unused) = (count(State::Expired), count(State::Unused));
    writeln!(
        out,
        "{}, {expired} expired, {unused} unused",
        render::counted(list.waivers.len() as u64, "waiver")
    )
}
