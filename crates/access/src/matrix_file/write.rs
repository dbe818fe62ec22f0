//! From a matrix to a file that holds it.

use std::fmt::{self, Write};

use storeward_core::Tier;

use crate::{Deny, Located, Matrix, Role};

/// The matrix as a file in TOML, which [`parse`](super::MatrixFile::parse) reads back. Comments and places are not in it.
#[must_use]
pub fn write(matrix: &Matrix) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = whole(&mut text, matrix);
    text
}

fn whole(to: &mut String, matrix: &Matrix) -> fmt::Result {
    to.write_str("[attestation]\n")?;
    for tier in Tier::ALL {
        writeln!(to, "{tier} = \"{}\"", matrix.attestation.required(tier).value)?;
    }
    writeln!(to, "\n[security_review]\nroles = {}", list(&matrix.security_reviewers))?;
    let glass = &matrix.break_glass;
    writeln!(to, "\n[break_glass]\nroles = {}\nmax_hours = {}", list(&glass.roles), glass.max_hours)?;
    writeln!(to, "require_mfa = {}\noverride_deny = {}", glass.require_mfa, glass.override_deny)?;
    matrix.roles.iter().try_for_each(|one| role(to, one))
}

fn role(to: &mut String, role: &Role) -> fmt::Result {
    writeln!(to, "\n[roles.{}]", quoted(&role.name.value))?;
    if let Some(description) = &role.description {
        writeln!(to, "description = {}", quoted(description))?;
    }
    for (key, words) in [
        ("inherits", list(&role.inherits)),
        ("permissions", list(&role.permissions)),
        ("environments", list(&role.environments)),
        ("restrictions", list(&role.restrictions)),
    ] {
        if words != "[]" {
            writeln!(to, "{key} = {words}")?;
        }
    }
    if let Some(types) = &role.entity_types {
        writeln!(to, "entity_types = {}", list(&types.value))?;
    }
    if let Some(window) = &role.time_window {
        let (hours, days, zone) = window.value.written();
        let days: Vec<_> = days.into_iter().map(Located::new).collect();
        writeln!(to, "time_window = {{ hours = \"{hours}\", days = {}, zone = \"{zone}\" }}", list(&days))?;
    }
    if !role.denies.is_empty() {
        let denies: Vec<String> = role.denies.iter().map(deny).collect();
        writeln!(to, "deny = [{}]", denies.join(", "))?;
    }
    if let Some(members) = &role.members {
        writeln!(to, "members = {}", list(&members.value))?;
    }
    Ok(())
}

fn deny(deny: &Deny) -> String {
    let mut text = format!("{{ permissions = {}", list(&deny.permissions));
    if !deny.environments.is_empty() {
        text.push_str(", environments = ");
        text.push_str(&list(&deny.environments));
    }
    if let Some(reason) = &deny.reason {
        text.push_str(", reason = ");
        text.push_str(&quoted(reason));
    }
    text.push_str(" }");
    text
}

fn list<T: fmt::Display>(words: &[Located<T>]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(&word.value.to_string())).collect();
    format!("[{}]", words.join(", "))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
