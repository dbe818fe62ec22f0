//! What is found in a matrix, where, and whether it can be used in spite of it.

use storeward_access::{Engine, FindingCode, Level, Located, Matrix, Restriction, Role};

use crate::{engine, environments, matrix};

/// Looks a matrix over: its one finding, by code, place and part of the message. An error keeps it from being used.
fn check(text: &str, code: &str, place: &str, part: &str) {
    let matrix = matrix(text);
    let findings = matrix.lint(&environments());
    let [finding] = findings.as_slice() else { panic!("{text}\n{findings:#?}") };
    let code: FindingCode = code.parse().unwrap();
    assert_eq!((finding.code, finding.level), (code, code.level()), "{finding}");
    let said = finding.to_string();
    assert!(said.starts_with(&format!("roles.toml:{place}: ")) && said.contains(part), "{said}");
    match Engine::new(&matrix, &environments()) {
        Ok(engine) => {
            assert_eq!((code.level(), engine.warnings()), (Level::Warning, findings.as_slice()));
        }
        Err(error) => {
            assert_eq!((code.level(), error.findings()), (Level::Error, findings.as_slice()));
            assert!(error.to_string().contains(&said), "{error}");
        }
    }
}

/// A role of these lines, from line 2.
fn role(lines: &str) -> String {
    format!("[roles.a]\n{lines}\n")
}

const READS: &str = "permissions = ['READ_CONFIG']\nenvironments = ['all']";
const DEPLOYS: &str = "permissions = ['DEPLOY_ALL']\nenvironments = ['all']";

#[test]
fn names_that_name_nothing_are_errors() {
    check(&role(&format!("{READS}\ninherits = ['aa']")), "unknown_role", "4:13", "unknown role `aa`");
    let two = format!("[roles.reader]\n{READS}\n[roles.b]\ninherits = ['readr']");
    check(&two, "unknown_role", "5:13", "role `b`: unknown role `readr`; did you mean `reader`?");
    let place = "permissions = ['READ_CONFIG']\nenvironments = ['staging', 'productoin']";
    check(&role(place), "unknown_environment", "3:28", "did you mean `production`?");
    let deny = "deny = [{ permissions = ['RESTORE'], environments = ['eu-liv'] }]";
    check(&role(deny), "unknown_environment", "2:54", "did you mean `eu-live`?");
    check(&format!("[roles.'a b']\n{READS}"), "invalid_name", "1:8", "cannot name a role");
    check(&format!("[roles.'']\n{READS}"), "invalid_name", "1:8", "cannot name a role");
    let glass = format!("break_glass.roles = ['b']\n[roles.a]\n{READS}");
    check(&glass, "unknown_role", "1:22", "unknown role `b`");
    let review = format!("security_review.roles = ['b']\n[roles.a]\n{READS}");
    check(&review, "unknown_role", "1:26", "unknown role `b`");
}

#[test]
fn roles_that_inherit_from_themselves_are_errors() {
    check(&role(&format!("{READS}\ninherits = ['a']")), "cycle", "4:13", "a → a");
    let three = "[roles.a]\ninherits = ['b']\n[roles.b]\ninherits = ['c']\n[roles.c]\ninherits = ['a']\n\
                 [roles.d]\ninherits = ['a']\n";
    check(three, "cycle", "2:13", "a → b → c → a");
}

#[test]
fn more_levels_than_anybody_follows_are_an_error() {
    let chain = |levels: usize| {
        let heirs = (1..=levels).map(|at| format!("[roles.r{at}]\ninherits = ['r{}']\n", at - 1));
        format!("[roles.r0]\n{READS}\n{}", heirs.collect::<String>())
    };
    assert_eq!(matrix(&chain(16)).lint(&environments()), []);
    check(&chain(17), "too_deep", "36:8", "16 levels");
}

#[test]
fn grants_that_can_never_be_used_are_errors() {
    let dev = "permissions = ['READ_CONFIG', 'DEPLOY_DEV']\nenvironments = ['staging']";
    check(&role(dev), "unreachable_grant", "2:31", "`deploy_dev` holds in none");
    let read_only = format!("{DEPLOYS}\nrestrictions = ['read_only_config']");
    check(&role(&read_only), "unreachable_grant", "2:16", "always refused by `read_only_config`");
    let live = "permissions = ['DEPLOY_PRODUCTION']\nenvironments = ['tier:production']\n\
                restrictions = ['no_production_access']";
    check(&role(live), "unreachable_grant", "2:16", "always refused by `no_production_access`");
    let denied = format!("{DEPLOYS}\ndeny = ['DEPLOY_ALL']");
    check(&role(&denied), "unreachable_grant", "2:16", "denied by the role itself");
    check(&role("permissions = ['READ_CONFIG']"), "no_environment", "2:16", "no `environments`");
    // A part that is denied or refused is what denies and restrictions are for.
    for part in
        ["deny = ['DELETE_ENTITIES']", "deny = [{permissions = ['DEPLOY_ALL'], environments = ['prod']}]"]
    {
        assert_eq!(matrix(&role(&format!("{DEPLOYS}\n{part}"))).lint(&environments()), []);
    }
    // So is one that a role inherits and refuses.
    let heir =
        format!("[roles.a]\n{DEPLOYS}\n[roles.b]\ninherits = ['a']\nrestrictions = ['read_only_config']");
    assert_eq!(matrix(&heir).lint(&environments()), []);
}

#[test]
fn restrictions_come_with_what_they_limit_to() {
    let missing = |line: &str| format!("{DEPLOYS}\n{line}");
    for (line, place, part) in [
        ("restrictions = ['limited_entity_types']", "4:17", "needs `entity_types`"),
        ("restrictions = ['limited_time_window']", "4:17", "needs `time_window`"),
        ("entity_types = ['products']", "4:16", "limits nothing without `limited_entity_types`"),
        (
            "time_window = { hours = '01:00-02:00', days = ['mon'], zone = 'UTC' }",
            "4:15",
            "without `limited_time_window`",
        ),
        ("entity_types = []\nrestrictions = ['limited_entity_types']", "4:16", "lists none"),
    ] {
        check(&role(&missing(line)), "missing_parameter", place, part);
    }
    let typo = missing("entity_types = ['product']\nrestrictions = ['limited_entity_types']");
    check(&role(&typo), "unknown_entity_type", "4:17", "did you mean `products`?");
}

#[test]
fn restrictions_that_cannot_be_met_together_are_errors() {
    let both = format!("{READS}\nrestrictions = ['require_mfa', 'automated_only']");
    check(&role(&both), "contradiction", "4:32", "a pipeline has no second factor");
    // Over inheritance too, and only once however many inherit it.
    let heirs = format!(
        "[roles.a]\n{READS}\nrestrictions = ['require_mfa']\n[roles.b]\ninherits = ['a']\n\
         restrictions = ['automated_only']\n[roles.c]\ninherits = ['b']\n"
    );
    check(&heirs, "contradiction", "7:17", "role `b`: `automated_only` and `require_mfa` of `a`");
    let types = format!(
        "[roles.a]\n{DEPLOYS}\nrestrictions = ['limited_entity_types']\nentity_types = ['products']\n\
         [roles.b]\ninherits = ['a']\nrestrictions = ['limited_entity_types']\nentity_types = ['menus']\n"
    );
    check(&types, "contradiction", "5:16", "nothing in common with that of `b`");
    let windows = |hours: &str| {
        let window = |hours: &str| {
            let window = format!("{{ hours = '{hours}', days = ['mon'], zone = 'UTC' }}");
            format!("restrictions = ['limited_time_window']\ntime_window = {window}\n")
        };
        let (first, second) = (window("01:00-02:00"), window(hours));
        format!("[roles.a]\n{READS}\n{first}[roles.b]\ninherits = ['a']\n{second}")
    };
    check(&windows("02:00-03:00"), "contradiction", "5:15", "no minute in common with that of `b`");
    assert_eq!(matrix(&windows("01:30-03:00")).lint(&environments()), []);
    let review = format!("{DEPLOYS}\nrestrictions = ['security_review_required']");
    check(&role(&review), "no_reviewer", "4:17", "nobody can give the security review");
}

#[test]
fn what_is_only_suspicious_is_a_warning() {
    for (restriction, part) in [
        ("require_code_review", "`require_code_review` limits nothing"),
        ("require_approval_for_production", "limits nothing"),
        ("audit_all_actions', 'full_audit_trail", "asks for nothing that `full_audit_trail` does not"),
    ] {
        let text = role(&format!("{READS}\nrestrictions = ['{restriction}']"));
        check(&text, "idle_restriction", "4:17", part);
    }
    let place = "permissions = ['DEPLOY_DEV']\nenvironments = ['dev', 'staging']";
    check(&role(place), "idle_environment", "3:24", "granted nothing in `staging`");
    check("[roles.a]\n", "empty_role", "1:8", "grants nothing");
    check(&role(&format!("{READS}\nmembers = []")), "nobody_has", "4:11", "nobody has it");
    let inherited = format!("[roles.a]\n{READS}\nmembers = []\n[roles.b]\ninherits = ['a']");
    assert_eq!(matrix(&inherited).lint(&environments()), []);
    let unattended = format!("{READS}\nrestrictions = ['no_interactive_access', 'require_mfa']");
    check(&role(&unattended), "unattended_factor", "4:42", "beforehand");
    check(
        &role("permissions = ['READ_CONFIG', 'read-config']\nenvironments = ['all']"),
        "repeated",
        "2:31",
        "twice",
    );
    check(
        &role("permissions = ['READ_CONFIG']\nenvironments = ['prod', 'production']"),
        "repeated",
        "3:25",
        "twice",
    );
    let lowered = format!("attestation.production = 'claimed'\n[roles.a]\n{READS}");
    check(&lowered, "production_unattested", "1:26", "nobody vouches");
    let lifted = format!("break_glass = {{ roles = ['a'], override_deny = true }}\n[roles.a]\n{READS}");
    check(&lifted, "deny_overridden", "1:26", "explicit denies");
}

#[test]
fn what_code_makes_is_looked_over_too() {
    let mut matrix = Matrix::default();
    matrix.roles = vec![Role::new("a"), Role::new("a")];
    matrix.break_glass.max_hours = 9;
    let codes: Vec<_> = matrix.lint(&environments()).iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["break_glass_span", "duplicate_role", "empty_role"]);
    matrix.roles = (0..20_000).map(|at| Role::new(format!("r{at}"))).collect();
    let error = Engine::new(&matrix, &environments()).unwrap_err();
    assert_eq!(error.findings()[0].code, FindingCode::TooLarge);
}

#[test]
fn many_ways_of_inheriting_cost_little() {
    // Each level doubles the ways down to the first.
    let mut text = format!("[roles.l0]\n{READS}\n[roles.r0]\n{READS}\n");
    for at in 1..=15 {
        let below = at - 1;
        text.push_str(&format!("[roles.l{at}]\ninherits = ['l{below}', 'r{below}']\n"));
        text.push_str(&format!(
            "[roles.r{at}]\ninherits = ['l{below}', 'r{below}']\nrestrictions = ['require_mfa']\n"
        ));
    }
    let engine = engine(&text);
    let cell = engine.view("l15", "staging", storeward_core::Operation::ReadConfig).unwrap();
    // What comes down over several ways comes under the restrictions of all of them.
    assert_eq!(cell.obligations, [storeward_access::ObligationKind::Mfa]);
}

#[test]
fn an_alias_is_the_environment_it_names() {
    let engine = engine(&role("permissions = ['READ_CONFIG']\nenvironments = ['EU']"));
    let cells: Vec<_> = engine.cells().map(|cell| cell.environment).collect();
    assert_eq!(cells, ["eu-live"]);
    let restriction = Located::new(Restriction::RequireMfa);
    assert_eq!(restriction.source.to_string(), "code");
}
