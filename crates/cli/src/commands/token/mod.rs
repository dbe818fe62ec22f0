//! `storeward token …`

mod list;
mod name;
mod revoke;
mod rotate;
mod validate;

use crate::{args::TokenCommand, env::Env, exit::Exit};

pub(crate) fn run(command: &TokenCommand, env: &Env) -> anyhow::Result<Exit> {
    match command {
        TokenCommand::Name(command) => name::run(command, env),
        TokenCommand::Validate(args) => validate::run(args, env),
        TokenCommand::Rotate(args) => rotate::run(args, env),
        TokenCommand::List(args) => list::run(args, env),
        TokenCommand::Revoke(args) => revoke::run(args, env),
    }
}
