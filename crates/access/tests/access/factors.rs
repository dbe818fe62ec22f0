//! What the policy of second factors adds to what the roles ask for.

use storeward_access::{ObligationKind, Outcome, Request, matrix::BUILT_IN, mfa::Policy};
use storeward_core::{Operation, Tier};

use crate::{engine, monday, person, pipeline};

/// Whether a second factor is asked for.
fn asked(decision: &storeward_access::Decision<'_>) -> bool {
    decision.obligations().any(|obligation| obligation.kind == ObligationKind::Mfa)
}

#[test]
fn people_show_one_in_production_and_for_what_cannot_be_undone_anywhere() {
    let engine = engine(BUILT_IN).requiring(&Policy::default());
    let (sam, maria) = (person("sam", &["security"]), person("maria", &["developer"]));
    for (actor, operation, tier, expected) in [
        (&sam, Operation::ReadConfig, Tier::Production, true),
        (&sam, Operation::RevokeTokens, Tier::Production, true),
        (&sam, Operation::ReadConfig, Tier::Staging, false),
        (&maria, Operation::ReadConfig, Tier::Development, false),
        (&maria, Operation::Deploy, Tier::Development, false),
        (&maria, Operation::DeleteEntities, Tier::Development, true),
        (&maria, Operation::MassUpdate, Tier::Development, true),
        (&maria, Operation::SchemaMigration, Tier::Development, true),
    ] {
        let place = tier.into();
        let request = Request::new(actor, operation, &place, monday()).touching(&["products"]);
        let decision = engine.decide(&request);
        assert_eq!(asked(&decision), expected, "{operation} in {tier}: {}", decision.reason());
        assert!(!expected || !decision.is_allowed());
    }
}

#[test]
fn it_names_itself_and_is_asked_once() {
    let engine = engine(BUILT_IN).requiring(&Policy::default());
    let (sam, devops, production) =
        (person("sam", &["security"]), person("maria", &["devops"]), Tier::Production.into());
    let request = Request::new(&sam, Operation::ReadConfig, &production, monday());
    let decision = engine.decide(&request);
    let reason =
        decision.obligations().find(|one| one.kind == ObligationKind::Mfa).unwrap().reason.to_string();
    assert_eq!(reason, "the policy of second factors asks for a second factor here; none was presented");
    let request = Request::new(&devops, Operation::Deploy, &production, monday());
    let decision = engine.decide(&request);
    let kinds: Vec<_> = decision.obligations().filter(|one| one.kind == ObligationKind::Mfa).collect();
    assert!(
        kinds.len() == 1 && kinds[0].reason.to_string().contains("`require_mfa`"),
        "the role's own word comes first"
    );
}

#[test]
fn a_pipeline_has_none_to_show() {
    let engine =
        engine("[roles.release]\npermissions = ['DEPLOY_PRODUCTION']\nenvironments = ['production']\n")
            .requiring(&Policy::default());
    let (bot, maria, production) =
        (pipeline(&["release"]), person("maria", &["release"]), Tier::Production.into());
    let request = Request::new(&bot, Operation::Deploy, &production, monday());
    assert_eq!(engine.decide(&request).outcome(), Outcome::Allowed);
    let request = Request::new(&maria, Operation::Deploy, &production, monday());
    assert_eq!(engine.decide(&request).outcome(), Outcome::Pending);
    let view = engine.view("release", "production", Operation::Deploy).unwrap();
    assert_eq!(view.obligations, [ObligationKind::Mfa], "the table is of people, unless they are refused");
}
