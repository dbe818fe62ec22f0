//! `storeward token …`

mod name;

use crate::{args::TokenCommand, env::Env, exit::Exit};

pub(crate) fn run(command: &TokenCommand, env: &Env) -> anyhow::Result<Exit> {
    let TokenCommand::Name(command) = command;
    name::run(command, env)
}
