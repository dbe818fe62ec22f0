//! Differences, explanations and the words of decisions.

use storeward_access::{Request, diff, matrix::BUILT_IN};
use storeward_core::{Actor, Environment, Operation, Tier};

use crate::{engine, monday, person};

/// The changes from the built-in matrix to it with one text replaced.
fn changes(from: &str, to: &str) -> Vec<String> {
    let text = BUILT_IN.replacen(from, to, 1);
    assert_ne!(text, BUILT_IN, "{from}");
    let difference = diff(&engine(BUILT_IN), &engine(&text));
    let cells = difference.cells.iter().map(|cell| {
        let changes: Vec<String> = cell.changes.iter().map(ToString::to_string).collect();
        format!("{} {} {}: {}", cell.role, cell.environment, cell.operation, changes.join(", "))
    });
    let settings = difference.settings.iter().map(|s| format!("{}: {} -> {}", s.setting, s.old, s.new));
    cells.chain(settings).collect()
}

#[test]
fn a_difference_names_the_cells_that_change_and_how() {
    assert!(diff(&engine(BUILT_IN), &engine(BUILT_IN)).is_empty());
    let security = "permissions = [\"READ_CONFIG\", \"AUDIT_ACCESS\", \"REVOKE_TOKENS\"]";
    assert_eq!(
        changes(security, "permissions = [\"READ_CONFIG\", \"REVOKE_TOKENS\"]"),
        [
            "security development audit_access: lost",
            "security eu-live audit_access: lost",
            "security production audit_access: lost",
            "security staging audit_access: lost",
        ]
    );
    assert_eq!(
        changes("\"automated_only\", ", ""),
        [
            "ci_cd staging read_config: condition `automated_only` removed",
            "ci_cd staging deploy: condition `automated_only` removed",
            "ci_cd staging mass_update: condition `automated_only` removed",
            "ci_cd staging delete_entities: condition `automated_only` removed",
            "ci_cd staging schema_migration: condition `automated_only` removed",
            "ci_cd staging restore: condition `automated_only` removed",
        ]
    );
    assert_eq!(changes("\"require_approval_for_production\", ", "").len(), 7);
    assert!(
        changes("\"require_approval_for_production\", ", "")
            .contains(&"devops production deploy: obligation `approval` removed".to_owned())
    );
    assert!(
        changes("\"require_code_review\"]", "\"require_code_review\", \"require_mfa\"]")
            .contains(&"developer development read_config: obligation `mfa` added".to_owned())
    );
    assert!(
        changes("[\"mon-fri\"]", "[\"mon-sun\"]")
            .contains(&"ci_cd staging deploy: conditions changed".to_owned())
    );
    assert!(
        changes("\"menus\", ", "").contains(&"developer development deploy: conditions changed".to_owned())
    );
    assert_eq!(changes("\"menus\", ", "").len(), 5); // reading is not limited by them
    let denied = changes("[roles.security]", "deny = [\"RESTORE\"]\n[roles.security]");
    assert!(denied.contains(&"devops staging restore: deny added, lost".to_owned()), "{denied:?}");
    let role = changes(
        "[roles.security]",
        "[roles.x]\npermissions=[\"LOGIN\"]\nenvironments=[\"dev\"]\n[roles.security]",
    );
    assert_eq!(role, ["x development login: gained", "roles.x.members:  -> anybody"]);
}

#[test]
fn settings_are_part_of_a_difference() {
    assert_eq!(
        changes("production = \"store\"", "production = \"claimed\""),
        ["attestation.production: store -> claimed"]
    );
    assert_eq!(changes("max_hours = 4", "max_hours = 8").len(), 1);
    assert_eq!(
        changes("[roles.security]", "members = [\"b\", \"a\"]\n[roles.security]"),
        ["roles.devops.members: anybody -> members: a, b"]
    );
}

#[test]
fn an_explanation_tells_every_rule_in_order_with_its_place() {
    let engine = engine(BUILT_IN);
    let (maria, production) = (person("maria", &["developer", "devops"]), Tier::Production.into());
    let request = Request::new(&maria, Operation::Deploy, &production, monday());
    let explained = engine.explain(&request);
    let steps: Vec<String> = explained.steps.iter().map(ToString::to_string).collect();
    let line = |word: &str| 1 + BUILT_IN.lines().position(|line| line.contains(word)).unwrap();
    assert_eq!(
        steps,
        [
            format!(
                "- role `developer` grants no `deploy` in `production` (roles.toml:{}:8)",
                line("[roles.developer]")
            ),
            format!(
                "+ `deploy_all` of role `devops` grants `deploy` in `production` (roles.toml:{}:31)",
                line("DEPLOY_ALL")
            ),
            "- it needs a second factor: not proved".to_owned(),
            "- it needs an approval by somebody else: not proved".to_owned(),
            "- it needs an audit event before the operation: not proved".to_owned(),
            format!(
                "+ the identity has the level `store` that `production` needs (roles.toml:{}:14)",
                line("production =")
            ),
        ]
    );
    let unattested = Actor { attestation: Actor::local("").attestation, ..maria };
    let request = Request::new(&unattested, Operation::Deploy, &production, monday());
    assert!(engine.explain(&request).steps.last().unwrap().text.contains("lacks"));
}

#[test]
fn a_decision_says_why_and_where_it_is_written() {
    let text = format!(
        "{BUILT_IN}\n[roles.lead]\ninherits = ['developer']\nmembers = ['maria']\n\
                        deny = [{{ permissions = ['DELETE_ENTITIES'], environments = ['all'], reason = 'ask us' }}]\n"
    );
    let engine = engine(&text);
    let line = |word: &str| 1 + text.lines().position(|line| line.contains(word)).unwrap();
    let [development, staging, production] = Tier::ALL.map(Environment::from);
    let say =
        |roles: &[&str], operation, place: &Environment, rule: &str, at: Option<String>, words: &str| {
            let maria = person("maria", roles);
            let request = Request::new(&maria, operation, place, monday()).touching(&["shop"]);
            let decision = engine.decide(&request);
            let by = decision.decided_by();
            assert_eq!((by.rule, by.source.map(ToString::to_string)), (rule, at), "{}", decision.reason());
            assert_eq!(decision.reason().to_string(), words);
        };
    let at = |line: usize, column: usize| Some(format!("roles.toml:{line}:{column}"));
    say(
        &["developer"],
        Operation::ReadConfig,
        &development,
        "read_config",
        at(line("DEPLOY_DEV"), 16),
        "`read_config` of role `developer` grants `read_config` in `development`",
    );
    say(
        &["lead"],
        Operation::ReadConfig,
        &development,
        "read_config",
        at(line("DEPLOY_DEV"), 16),
        "`read_config` of role `developer`, which `lead` inherits, grants `read_config` in `development`",
    );
    say(
        &["lead"],
        Operation::DeleteEntities,
        &development,
        "deny",
        at(line("ask us"), 9),
        "role `lead` denies `delete_entities`, and so `delete_entities` in `development`: ask us",
    );
    say(
        &["developer"],
        Operation::Deploy,
        &development,
        "limited_entity_types",
        at(line("no_production_access"), 41),
        "`limited_entity_types` of role `developer` refuses it: `shop` is not among its entity types",
    );
    say(
        &["developer"],
        Operation::Deploy,
        &staging,
        "no_grant",
        None,
        "no permission for `deploy` in `staging` comes with role `developer`",
    );
    say(
        &["ci_cd"],
        Operation::Deploy,
        &staging,
        "automated_only",
        at(line("automated_only"), 17),
        "`automated_only` of role `ci_cd` refuses it: the actor is a person",
    );
    say(
        &["devop"],
        Operation::Deploy,
        &staging,
        "unknown_role",
        None,
        "unknown role `devop`; did you mean `devops`?",
    );
    say(&[], Operation::Deploy, &staging, "no_role", None, "`maria` holds no role");

    let mallory = Actor { id: "mallory".to_owned(), ..person("", &["lead"]) };
    let request = Request::new(&mallory, Operation::ReadConfig, &development, monday());
    let decision = engine.decide(&request);
    assert_eq!(decision.reason().to_string(), "`mallory` is no member of role `lead`");
    assert_eq!(engine.roles_of("maria").collect::<Vec<_>>(), ["lead"]);

    let claimed = Actor { attestation: Actor::local("").attestation, ..person("maria", &["devops"]) };
    let request = Request::new(&claimed, Operation::Deploy, &production, monday());
    let decision = engine.decide(&request);
    assert_eq!(
        decision.reason().to_string(),
        "production needs an identity of level `store`, and this one only the caller claims; it still needs a second factor, \
         an approval by somebody else, an audit event before the operation"
    );
    assert_eq!((decision.decided_by().rule, decision.attestation()), ("attestation", &claimed.attestation));
}

#[test]
fn a_report_has_the_fields_that_programs_read() {
    let engine = engine(BUILT_IN);
    let (maria, production) = (person("maria", &["devops"]), Tier::Production.into());
    let request = Request::new(&maria, Operation::ReadConfig, &production, monday());
    let json = serde_json::to_value(engine.decide(&request).report()).unwrap();
    assert_eq!(json["allowed"], false);
    assert_eq!(json["decided_by"]["role"], "devops");
    assert_eq!(json["decided_by"]["rule"], "read_config");
    assert!(json["decided_by"]["source"].as_str().unwrap().starts_with("roles.toml:"));
    assert_eq!(json["obligations"][0]["kind"], "mfa");
    assert_eq!(json["obligations"][0]["satisfied"], false);
    assert_eq!(
        json["obligations"][0]["reason"],
        "`require_mfa` of role `devops` asks for a second factor; none was presented"
    );
    assert_eq!(json["attestation"]["by"], "store");
}
