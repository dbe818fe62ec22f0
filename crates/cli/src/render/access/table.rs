//! The matrix as a table: a line for each role, environment and operation.

use std::io::{self, Write};

use askama::Template;
use storeward_access::diff::CellView;

use crate::render::{
    human::{BOLD, DIM, GREEN, RED},
    printable,
};

/// The matrix, role by role.
#[derive(Template)]
#[template(path = "access_matrix.html")]
pub(crate) struct Table<'c> {
    roles: Vec<(&'c str, Vec<Row<'c>>)>,
}

struct Row<'c> {
    environment: &'c str,
    operation: &'static str,
    denied: bool,
    /// What must be proved.
    needs: String,
    /// What the facts must be.
    conditions: String,
}

impl<'c> Table<'c> {
    /// Cells stand by role.
    pub(crate) fn new(cells: &'c [CellView]) -> Self {
        let roles = cells
            .chunk_by(|a, b| a.role == b.role)
            .filter_map(|cells| Some((cells.first()?.role.as_str(), cells.iter().map(Row::new).collect())));
        Self { roles: roles.collect() }
    }

    pub(crate) fn human(&self, out: &mut impl Write) -> io::Result<()> {
        for (role, rows) in &self.roles {
            writeln!(out, "{BOLD}{}{BOLD:#}", printable(role))?;
            let mut before = "";
            for row in rows {
                let environment = if row.environment == before { "" } else { row.environment };
                before = row.environment;
                let (style, mark) = if row.denied { (RED, "✗ denied") } else { (GREEN, "✓") };
                write!(out, "  {:<14} {:<18} {style}{mark}{style:#}", printable(environment), row.operation)?;
                writeln!(out, " {DIM}{}{DIM:#}", row.words())?;
            }
        }
        if self.roles.is_empty() {
            writeln!(out, "nobody may do anything there")?;
        }
        Ok(())
    }

    pub(crate) fn markdown(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "| role | environment | operation | | needs | if |\n| --- | --- | --- | --- | --- | --- |"
        )?;
        for (role, rows) in &self.roles {
            for row in rows {
                let mark = if row.denied { "denied" } else { "yes" };
                let (role, environment) = (cell(role), cell(row.environment));
                writeln!(
                    out,
                    "| {role} | {environment} | {} | {mark} | {} | {} |",
                    row.operation, row.needs, row.conditions
                )?;
            }
        }
        Ok(())
    }

    pub(crate) fn html(&self, out: &mut impl Write) -> anyhow::Result<()> {
        Ok(self.write_into(out)?)
    }
}

impl<'c> Row<'c> {
    fn new(view: &'c CellView) -> Self {
        let list = |words: Vec<&'static str>| words.join(", ");
        Self {
            environment: &view.environment,
            operation: view.operation.as_str(),
            denied: view.denied,
            needs: list(view.obligations.iter().map(|kind| kind.as_str()).collect()),
            conditions: list(view.conditions.iter().map(|restriction| restriction.as_str()).collect()),
        }
    }

    fn words(&self) -> String {
        let needs = (!self.needs.is_empty()).then(|| format!("needs {}", self.needs));
        let conditions = (!self.conditions.is_empty()).then(|| format!("if {}", self.conditions));
        needs.into_iter().chain(conditions).collect::<Vec<_>>().join(" · ")
    }
}

/// A text in a cell of a Markdown table.
pub(super) fn cell(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
