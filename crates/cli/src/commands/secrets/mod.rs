//! `storeward secrets …`

mod baseline;
mod hook;
mod rules;
mod scan;
mod waivers;

use crate::{args::SecretsCommand, env::Env, exit::Exit};

pub(crate) fn run(command: &SecretsCommand, env: &Env) -> anyhow::Result<Exit> {
    match command {
        SecretsCommand::Scan(args) => scan::run(args, env),
        SecretsCommand::Rules(command) => rules::run(command),
        SecretsCommand::Baseline(command) => baseline::run(command, env),
        SecretsCommand::Waivers(args) => waivers::run(args, env),
        SecretsCommand::Hook(command) => hook::run(command),
    }
}
