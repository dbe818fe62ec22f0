//! `storeward mfa …`

mod end;
mod enroll;
mod status;
mod verify;

use storeward_access::mfa::MfaError;

use crate::{
    args::MfaCommand,
    env::Env,
    exit::{Exit, NoAnswer},
};

pub(crate) fn run(command: &MfaCommand, env: &Env) -> anyhow::Result<Exit> {
    match command {
        MfaCommand::Enroll(args) => enroll::enroll(args, env),
        MfaCommand::Recover(args) => enroll::recover(args, env),
        MfaCommand::Verify(args) => verify::run(args, env),
        MfaCommand::Status(args) => status::run(args, env),
        MfaCommand::Reset(args) => end::reset(args, env),
        MfaCommand::Logout(args) => end::logout(args, env),
    }
}

/// An error of the world ends with another exit code than one of the question.
fn failed(error: MfaError) -> anyhow::Error {
    match error {
        MfaError::Port(error) => NoAnswer::from(error).into(),
        error @ (MfaError::Seal(_) | MfaError::NoRandomness(_)) => {
            NoAnswer::because(&error.to_string()).into()
        }
        error => error.into(),
    }
}
