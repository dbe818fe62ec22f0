//! `storeward mfa enroll` and `storeward mfa recover`

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use serde::Serialize;
use storeward_access::mfa::{
    Outcome, Scope,
    service::{Enroll, Enrolled},
    session::Method,
    totp::Form,
};
use storeward_core::{Clock, Environment, Operation, SystemClock, Tier};

use super::failed;
use crate::{
    args::{AppArgs, EnrollArgs, ListFormat, RecoverArgs, WhoArgs},
    ask::runtime,
    env::Env,
    exit::{Exit, NoAnswer},
    mfa::{self, Desk},
    project::Project,
    render,
};

/// What is shown once. It is the one report that holds secrets, because nothing else could hand them over.
#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    actor: &'a str,
    otpauth_uri: String,
    recovery_codes: Vec<String>,
    algorithm: String,
    digits: u8,
    period: u16,
}

pub(super) fn enroll(args: &EnrollArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    runtime()?.block_on(async {
        let desk = Desk::open(&project, env).await?;
        set_up(&desk, &args.who, &args.app).await
    })
}

pub(super) fn recover(args: &RecoverArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    runtime()?.block_on(async {
        let desk = Desk::open(&project, env).await?;
        let code = mfa::code(args.code_from.as_deref(), env, "Recovery code: ").await?;
        // It proves who they are, and opens nothing that anybody would use.
        let scope = Scope::new(&args.who.actor, Operation::Login, &Environment::from(Tier::Development));
        let outcome = desk.mfa().verify(&code, &scope, SystemClock::new().now()).await.map_err(failed)?;
        match outcome {
            Outcome::Opened(session) if session.method == Method::Recovery => {}
            Outcome::Opened(_) => {
                render::error(&anyhow::anyhow!(
                    "that is a code of the app, which is there: nothing was done"
                ));
                return Ok(Exit::No);
            }
            Outcome::Refused(refusal) => {
                render::error(&anyhow::anyhow!("{refusal}"));
                return Ok(Exit::No);
            }
        }
        desk.mfa().reset(&args.who.actor).await.map_err(failed)?;
        set_up(&desk, &args.who, &args.app).await
    })
}

async fn set_up(desk: &Desk, who: &WhoArgs, app: &AppArgs) -> anyhow::Result<Exit> {
    let form = Form::new(app.algorithm.parse()?, app.digits, app.period)?;
    let made = desk.mfa().enroll(&who.actor, &app.issuer, form, SystemClock::new().now()).await;
    let Enroll::Pending(enrolled) = made.map_err(failed)? else {
        render::error(&anyhow::anyhow!(
            "{} has an app already: `storeward mfa recover` sets up another with a recovery code, `storeward mfa reset` forgets it",
            who.actor
        ));
        return Ok(Exit::No);
    };
    render::deliver(&rendered(&enrolled, who, form)?, None)?;
    Ok(Exit::Yes)
}

fn rendered(enrolled: &Enrolled, who: &WhoArgs, form: Form) -> anyhow::Result<Vec<u8>> {
    let codes = enrolled.recovery.iter().map(|code| code.written().expose().to_owned()).collect::<Vec<_>>();
    let uri = enrolled.otpauth.uri();
    let mut out = Vec::new();
    match who.format {
        ListFormat::Human => {
            let code = qrcode::QrCode::new(uri.expose());
            // A picture is for eyes; a file or a pipe gets the text alone.
            let code = code.ok().filter(|_| io::stdout().is_terminal());
            render::mfa::enrolled(&mut out, &who.actor, uri.expose(), code.as_ref(), &codes)?;
        }
        ListFormat::Json => render::json(
            &mut out,
            &Shown {
                schema: "storeward.mfa.enroll/1",
                actor: &who.actor,
                otpauth_uri: uri.expose().to_owned(),
                recovery_codes: codes,
                algorithm: form.algorithm().to_string(),
                digits: form.digits(),
                period: form.period(),
            },
        )?,
    }
    if out.is_empty() { Err(NoAnswer::because("there is nothing to show").into()) } else { Ok(out) }
}
