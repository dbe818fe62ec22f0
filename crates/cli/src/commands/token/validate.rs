//! `storeward token validate`

use storeward_core::{Clock, SystemClock};
use storeward_token::{Inventory, validate::Validation};

use crate::{
    args::{ListFormat, ValidateArgs},
    ask::runtime,
    env::Env,
    exit::{Exit, NoAnswer},
    render,
    token::{Desk, inventory},
};

pub(super) fn run(args: &ValidateArgs, env: &Env) -> anyhow::Result<Exit> {
    let desk = Desk::new(&args.about.environment, args.about.quiet, env)?;
    let policy = desk.policy(&args.require, args.max_age.as_deref())?;
    let saleor = desk.saleor(args.about.url.as_deref())?;
    let (found, exit) = runtime()?.block_on(async {
        let token = desk.token(args.token_from.as_deref()).await?;
        let fingerprint = desk.key.fingerprint(&token);
        let known = inventory(&desk.project).list().await.map_err(NoAnswer::from)?;
        let issued = known.into_iter().find(|record| record.fingerprint == fingerprint);
        let issued = issued.map(|record| record.issued_at);
        let now = SystemClock::new().now();
        let found =
            storeward_token::validate(&token, &policy, Some(&saleor), issued, now, Some(&desk.key)).await;
        anyhow::Ok(match found {
            Ok(found) => {
                let exit = if found.valid { Exit::Yes } else { Exit::No };
                (found, exit)
            }
            Err(unanswered) => (unanswered.into_report(), Exit::Unanswered),
        })
    })?;
    render::deliver(&rendered(&found, &desk, args)?, args.about.output.as_deref())?;
    Ok(exit)
}

fn rendered(found: &Validation, desk: &Desk<'_>, args: &ValidateArgs) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    match args.about.format {
        ListFormat::Human => render::token::validation(&mut out, found, &desk.environment)?,
        ListFormat::Json => render::json(&mut out, found)?,
    }
    Ok(out)
}
