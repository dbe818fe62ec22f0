//! `storeward access …`

mod check;
mod diff;
mod glass;
mod lint;
mod matrix;

use crate::{args::AccessCommand, env::Env, exit::Exit};

pub(crate) fn run(command: &AccessCommand, env: &Env) -> anyhow::Result<Exit> {
    match command {
        AccessCommand::Check(args) => check::run(args, env, check::Ask::Check),
        AccessCommand::Explain(args) => check::run(args, env, check::Ask::Explain),
        AccessCommand::Matrix(args) => matrix::run(args, env),
        AccessCommand::Diff(args) => diff::run(args, env),
        AccessCommand::Lint(args) => lint::run(args, env),
        AccessCommand::BreakGlass(command) => glass::run(command, env),
    }
}
