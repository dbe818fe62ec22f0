//! `storeward token revoke`

use anyhow::bail;
use storeward_core::SecretString;
use storeward_token::{
    Inventory, PermissionProbe, TokenIssuer,
    port::Holder,
    revoke::{Plan, Report, Status, Which, revoke},
    saleor::Saleor,
};

use crate::{
    args::{ListFormat, RevokeArgs},
    ask::{confirmed, runtime},
    env::Env,
    exit::{Exit, NoAnswer},
    render,
    token::{Desk, inventory, one_from_stdin},
};

pub(super) fn run(args: &RevokeArgs, env: &Env) -> anyhow::Result<Exit> {
    one_from_stdin(&[args.admin_from.as_deref(), args.token_from.as_deref()])?;
    let desk = Desk::new(&args.about.environment, args.about.quiet, env)?;
    let saleor = desk.saleor(args.about.url.as_deref())?;
    let report = runtime()?.block_on(async {
        let in_use = in_use(args, &desk).await?;
        let Some(admin) = desk.admin(args.admin_from.as_deref()).await? else {
            bail!("nobody may end tokens without an administrator's: give --admin-from");
        };
        let app = match (&args.app, in_use.first()) {
            (Some(app), _) => app.clone(),
            (None, Some(token)) => app_of(&saleor, token).await?,
            (None, None) => {
                bail!("give --app: without the token in use, nobody knows whose tokens are meant")
            }
        };
        let which = if args.all { Which::All } else { Which::Ids(args.id.clone()) };
        let plan = Plan { app, which, in_use, force: args.force };
        let admin = saleor.as_admin(admin);
        let inventory = inventory(&desk.project);
        go(&plan, &admin, &inventory, &desk, args).await
    })?;
    let mut out = Vec::new();
    match args.about.format {
        ListFormat::Human => render::token::revocation(&mut out, &report)?,
        ListFormat::Json => render::json(&mut out, &report)?,
    }
    render::deliver(&out, args.about.output.as_deref())?;
    if let Some(cause) = report.cause {
        return Err(NoAnswer::from(cause).into());
    }
    let planned = || args.all || report.tokens.iter().all(|token| token.status == Status::Planned);
    Ok(if report.revoked || (args.dry_run && planned()) { Exit::Yes } else { Exit::No })
}

/// The token that must stay. Without it nobody knows which of them must.
async fn in_use(args: &RevokeArgs, desk: &Desk<'_>) -> anyhow::Result<Vec<SecretString>> {
    if args.token_from.is_some() {
        return Ok(vec![desk.token(args.token_from.as_deref()).await?]);
    }
    match desk.store(args.store.as_deref())? {
        Some(store) => {
            let stored = store.read().await.map_err(NoAnswer::from)?;
            Ok(stored.into_iter().map(|stored| stored.secret).collect())
        }
        None if args.force => Ok(Vec::new()),
        None => bail!(
            "the token in use must stay, and nobody says which it is: give --store or --token-from, or --force to end any"
        ),
    }
}

async fn app_of(saleor: &Saleor, token: &SecretString) -> anyhow::Result<String> {
    match saleor.identify(token).await.map_err(NoAnswer::from)?.holder {
        Holder::App { id, .. } => Ok(id),
        _ => bail!("the token in use is no app's: give --app to say whose tokens are meant"),
    }
}

async fn go(
    plan: &Plan,
    admin: &dyn TokenIssuer,
    inventory: &dyn Inventory,
    desk: &Desk<'_>,
    args: &RevokeArgs,
) -> anyhow::Result<Report> {
    let key = &desk.key;
    if args.dry_run {
        return Ok(revoke(plan, admin, Some(inventory), key, true).await);
    }
    if !args.yes {
        let planned = revoke(plan, admin, Some(inventory), key, true).await;
        let ending = planned.tokens.iter().filter(|token| token.status == Status::Planned).count();
        let what = render::counted(ending as u64, "token");
        // Where nothing can be ended there is nothing to ask.
        if ending > 0 && !confirmed(&format!("End {what} of app {} in {}?", plan.app, desk.environment))? {
            bail!("nothing was ended");
        }
    }
    Ok(revoke(plan, admin, Some(inventory), key, false).await)
}
