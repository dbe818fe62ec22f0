//! The controls that the configuration turns on: demanded in production, wanted in staging, advised in development.

use storeward_core::{Environment, Tier};

use super::{
    catalogue,
    report::{Check, Definition, Evidence, Status},
};
use crate::config::{Config, layer::Origin};

/// Each control and the key that sets it.
const CONTROLS: [(&Definition, &str); 9] = [
    (&catalogue::CONTROL_APPROVAL, "deployment.require_approval"),
    (&catalogue::CONTROL_AUDIT, "audit.enabled"),
    (&catalogue::CONTROL_SIZE, "deployment.max_size"),
    (&catalogue::CONTROL_MFA, "deployment.require_mfa"),
    (&catalogue::CONTROL_REVIEW, "deployment.require_security_review"),
    (&catalogue::CONTROL_MONITORING, "monitoring.enabled"),
    (&catalogue::CONTROL_WINDOW, "deployment.window"),
    (&catalogue::CONTROL_BACKUP, "deployment.require_backup"),
    (&catalogue::CONTROL_ROLLBACK, "deployment.rollback"),
];

pub(crate) fn checks(config: &Config, environment: &Environment, strict: bool) -> Vec<Check> {
    let missing = match environment.tier() {
        Tier::Production => Status::Fail,
        Tier::Staging if strict => Status::Fail,
        Tier::Staging | Tier::Development => Status::Warn,
    };
    let mut checks: Vec<Check> = CONTROLS
        .iter()
        .map(|(definition, key)| {
            let mut check = Check::new(definition);
            match config.setting(key) {
                None => check.notice(missing, Evidence::new(format!("`{key}` is not set for {environment}"))),
                Some(setting) if setting.value.to_bool() == Some(false) => {
                    let floor = setting.key.floor.filter(|floor| *floor <= environment.tier());
                    let status = if floor.is_some() { Status::Fail } else { missing };
                    let below = floor.map_or("", |_| ", below what this environment demands");
                    check.notice(status, at(&setting.origin, format!("`{key}` is turned off{below}")));
                }
                Some(_) => {}
            }
            check
        })
        .collect();
    checks.push(log_level(config, missing));
    checks
}

fn log_level(config: &Config, bad: Status) -> Check {
    let mut check = Check::new(&catalogue::CONTROL_LOG);
    let level = config.values.log.level.as_deref().unwrap_or_default();
    let verbose = ["debug", "trace"].iter().any(|word| level.eq_ignore_ascii_case(word));
    if let (true, Some(setting)) = (verbose, config.setting("log.level")) {
        check.notice(bad, at(&setting.origin, format!("the log level is `{}`", level.to_ascii_lowercase())));
    }
    check
}

/// Evidence at the place where a setting stands.
pub(crate) fn at(origin: &Origin, message: String) -> Evidence {
    match origin {
        Origin::File { path, at, .. } => Evidence::at(path, *at, message),
        Origin::Variable(name) => Evidence::new(format!("{message} by the environment variable {name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer;

    fn statuses(tier: Tier, strict: bool, variables: &[(&str, &str)]) -> Vec<Status> {
        let named =
            variables.iter().map(|(name, value)| (*name, *value, Origin::Variable((*name).to_owned())));
        let (settings, problems) = layer::from_variables(named);
        let config = Config::merge(settings, problems);
        checks(&config, &tier.into(), strict).iter().map(|check| check.status).collect()
    }

    #[test]
    fn what_is_missing_weighs_by_tier() {
        for (tier, strict, expected) in [
            (Tier::Development, false, Status::Warn),
            (Tier::Development, true, Status::Warn),
            (Tier::Staging, false, Status::Warn),
            (Tier::Staging, true, Status::Fail),
            (Tier::Production, false, Status::Fail),
        ] {
            let found = statuses(tier, strict, &[]);
            assert_eq!(found[..9], [expected; 9], "{tier} {strict}");
            assert_eq!(found[9], Status::Pass);
        }
    }

    #[test]
    fn the_guides_variables_open_each_control() {
        let all = [
            ("REQUIRE_APPROVAL_FOR_DEPLOYMENT", "true"),
            ("ENABLE_AUDIT_LOGGING", "true"),
            ("MAX_DEPLOYMENT_SIZE", "100"),
            ("REQUIRE_MFA_FOR_DEPLOYMENT", "true"),
            ("REQUIRE_SECURITY_REVIEW", "true"),
            ("ENABLE_REAL_TIME_MONITORING", "true"),
            ("MAX_DEPLOYMENT_WINDOW", "02:00-04:00"),
            ("REQUIRE_BACKUP_BEFORE_DEPLOYMENT", "true"),
            ("ENABLE_ROLLBACK_CAPABILITY", "true"),
        ];
        assert_eq!(statuses(Tier::Production, true, &all), [Status::Pass; 10]);
        for (index, (name, _)) in all.iter().enumerate() {
            let rest: Vec<_> = all.iter().copied().filter(|(other, _)| other != name).collect();
            let found = statuses(Tier::Production, false, &rest);
            assert_eq!(found.iter().position(|s| *s == Status::Fail), Some(index), "{name}");
        }
    }

    #[test]
    fn turning_a_floor_off_fails_even_where_missing_would_warn() {
        let off =
            statuses(Tier::Staging, false, &[("ENABLE_AUDIT_LOGGING", "false"), ("LOG_LEVEL", "DEBUG")]);
        assert_eq!((off[0], off[1], off[9]), (Status::Warn, Status::Fail, Status::Warn));
    }
}
