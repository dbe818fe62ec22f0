use proptest::prelude::*;
use storeward_core::{Environments, Tier};

use super::*;
use crate::{AttestationLevel, Engine, Permission, Restriction, Scope, diff, matrix::BUILT_IN};

const GOOD: &str = r#"
[attestation]
production = "signed"

[security_review]
roles = ["buyer"]

[break_glass]
roles = ["buyer"]
max_hours = 2
require_mfa = false

[roles.reader]
permissions = ["READ_CONFIG"]
environments = ["all"]

[roles.buyer]
description = "keeps the catalogue"
inherits = ["reader"]
permissions = ["deploy-staging"]
environments = ["stage", "tier:staging"]
restrictions = ["limited_entity_types", "limited_time_window"]
entity_types = ["products"]
time_window = { hours = "06:00-20:00", days = ["mon-fri"], zone = "UTC" }
deny = ["RESTORE", { permissions = ["DELETE_ENTITIES"], environments = ["prod"], reason = "ask" }]
members = ["maria"]
"#;

fn error(text: &str) -> MatrixFileError {
    MatrixFile::new("roles.toml", text).parse().unwrap_err()
}

#[test]
fn a_file_is_read_as_it_says() {
    let matrix = MatrixFile::new("roles.toml", GOOD).parse().unwrap();
    let [reader, buyer] = matrix.roles.as_slice() else { panic!("two roles") };
    assert_eq!((reader.name.value.as_str(), reader.members.is_none()), ("reader", true));
    assert_eq!(buyer.permissions[0].value, Permission::DeployStaging);
    assert_eq!(buyer.environments[0].value, Scope::Environment("stage".to_owned()));
    assert_eq!(buyer.environments[1].value, Scope::Tier(Tier::Staging));
    assert_eq!(buyer.restrictions[1].value, Restriction::LimitedTimeWindow);
    assert_eq!(buyer.restrictions[1].source.to_string(), "roles.toml:22:41");
    assert_eq!(buyer.denies.len(), 2);
    assert_eq!(buyer.denies[1].reason.as_deref(), Some("ask"));
    assert_eq!(matrix.attestation.required(Tier::Production).value, AttestationLevel::Signed);
    assert_eq!(matrix.attestation.required(Tier::Staging).value, AttestationLevel::Claimed);
    assert_eq!((matrix.break_glass.max_hours, matrix.break_glass.require_mfa), (2, false));
    assert!(Engine::new(&matrix, &Environments::default()).unwrap().warnings().is_empty());
}

#[test]
fn the_built_in_matrix_is_without_a_remark() {
    assert_eq!(Matrix::built_in().lint(&Environments::default()), []);
}

#[test]
fn a_file_may_build_on_the_built_in_one() {
    let text = "extends = 'built-in'\n[roles.security]\npermissions = ['AUDIT_ACCESS']\nenvironments = ['all']\n\
                [roles.guest]\npermissions = ['READ_CONFIG']\nenvironments = ['dev']\n";
    let matrix = MatrixFile::new("r", text).parse().unwrap();
    let names: Vec<_> = matrix.roles.iter().map(|role| role.name.value.as_str()).collect();
    assert_eq!(names, ["developer", "devops", "ci_cd", "security", "guest"]);
    assert!(matrix.roles[3].restrictions.is_empty());
    assert_eq!(matrix.break_glass.roles.len(), 2);
}

#[test]
fn mistakes_are_told_where_they_are_and_with_the_nearest_word() {
    for (from, to, place, part) in [
        ("[roles.reader]", "[role.reader]", "13:2", "unknown key `role`; did you mean `roles`?"),
        ("\"READ_CONFIG\"", "\"READ_CONFG\"", "14:16", "did you mean `read_config`?"),
        (
            "\"limited_entity_types\"",
            "\"limited_entity_type\"",
            "22:17",
            "did you mean `limited_entity_types`?",
        ),
        ("permissions = [\"deploy", "permission = [\"deploy", "20:1", "did you mean `permissions`?"),
        ("\"tier:staging\"", "\"tier:stagin\"", "21:26", "unknown tier `stagin`; did you mean `staging`?"),
        ("\"tier:staging\"", "\"env:staging\"", "21:26", "a tier is written"),
        ("\"06:00-20:00\"", "\"06:00-06:00\"", "24:25", "two different times"),
        ("\"mon-fri\"", "\"mon-fry\"", "24:48", "no day"),
        ("[\"mon-fri\"]", "[]", "24:47", "needs a day"),
        ("\"UTC\"", "\"Europe/Berln\"", "24:67", "did you mean `Europe/Berlin`?"),
        ("zone = ", "zon = ", "24:60", "did you mean `zone`?"),
        (", zone = \"UTC\"", "", "24:15", "has no `zone`"),
        ("\"RESTORE\"", "\"RESTOR\"", "25:9", "did you mean `restore`?"),
        ("environments = [\"prod\"], ", "environments = [], ", "25:72", "holds nowhere"),
        ("\"signed\"", "\"sign\"", "3:14", "did you mean `signed`?"),
        ("max_hours = 2", "max_hours = 9", "10:13", "between 1 and 8 hours"),
        ("max_hours = 2", "max_hours = \"2\"", "10:13", "whole number"),
        ("require_mfa = false", "require_mfa = 0", "11:15", "`true` or `false`"),
        ("members = [\"maria\"]", "members = \"maria\"", "26:11", "is no list"),
        ("members = [\"maria\"]", "members = [\" \"]", "26:12", "says nothing"),
        ("[roles.buyer]", "[roles.reader]", "17:8", "not valid TOML: duplicate key"),
        ("[roles.buyer]", "extends = \"build-in\"\n[roles.buyer]", "17:1", "unknown key"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let error = error(&text).to_string();
        assert!(error.starts_with(&format!("roles.toml:{place}")) && error.contains(part), "{to}: {error}");
    }
}

#[test]
fn a_file_without_roles_is_a_mistake() {
    for text in ["", "[roles]", "# nothing", "[attestation]\n"] {
        assert!(error(text).message.contains("holds no roles"), "{text}");
    }
    assert!(error("roles = 3").message.contains("no table"));
}

#[test]
fn what_is_written_reads_back() {
    let environments = Environments::default();
    for text in [GOOD, BUILT_IN] {
        let matrix = MatrixFile::new("a.toml", text).parse().unwrap();
        let again = MatrixFile::new("b.toml", write(&matrix)).parse().unwrap();
        assert_eq!(write(&again), write(&matrix));
        let engines = [&matrix, &again].map(|matrix| Engine::new(matrix, &environments).unwrap());
        assert!(diff(&engines[0], &engines[1]).is_empty());
        assert_eq!(again.roles.len(), matrix.roles.len());
    }
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_says_the_same() {
    let text = "
attestation: {production: signed}
security_review: {roles: [buyer]}
break_glass:
  roles: [buyer]
  max_hours: 2
  require_mfa: false
roles:
  reader:
    permissions: [READ_CONFIG]
    environments: [all]
  buyer:
    description: keeps the catalogue
    inherits: [reader]
    permissions: [deploy-staging]
    environments: [stage, 'tier:staging']
    restrictions: [limited_entity_types, limited_time_window]
    entity_types: [products]
    time_window: {hours: '06:00-20:00', days: [mon-fri], zone: UTC}
    deny:
      - RESTORE
      - permissions: [DELETE_ENTITIES]
        environments: [prod]
        reason: ask
    members: [maria]
";
    let read = |name: &str, text: &str| MatrixFile::new(name, text).parse();
    assert_eq!(write(&read("r.yaml", text).unwrap()), write(&read("r.toml", GOOD).unwrap()));
    for (from, to, place, part) in [
        ("[READ_CONFIG]", "[READ_CONFG]", "10:19", "did you mean `read_config`?"),
        ("  buyer:", "  reader:", "12:3", "given twice"),
        ("max_hours: 2", "max_hours: '2'", "6:14", "whole number"),
        ("max_hours: 2", "max_hours: two", "6:14", "whole number"),
        ("[reader]", "*x", "14:15", "not valid YAML"),
        ("members: [maria]", "members:", "25:12", "is no list"),
    ] {
        let error = read("r.yml", &text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("r.yml:{place}")) && error.contains(part), "{to}: {error}");
    }
    assert!(read("r.yaml", "").unwrap_err().message.contains("holds no roles"));
    assert!(read("r.yaml", "roles:").unwrap_err().message.contains("holds no roles"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\[roles.a\\]\n)?(roles|deny|x|\\[|\\]|\"|'|=|:|-| |\n|\\{|\\}|é){0,40}") {
        for name in ["a.toml", "a.yaml"] {
            if let Ok(matrix) = MatrixFile::new(name, text.clone()).parse() {
                drop(matrix.lint(&Environments::default()));
            }
        }
    }

    #[test]
    fn any_description_reads_back(description in "\\PC{1,20}[\n\t\"\\\\]\\PC") {
        let mut matrix = Matrix::built_in();
        matrix.roles[0].description = Some(description.clone());
        let again = MatrixFile::new("a", write(&matrix)).parse().unwrap();
        prop_assert_eq!(again.roles[0].description.as_ref(), Some(&description));
    }
}
