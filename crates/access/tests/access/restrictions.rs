//! Every restriction has one meaning. Each test would pass something else if the restriction meant something else.

use storeward_access::{ObligationKind, Outcome, Request, Restriction, Session};
use storeward_core::{Environment, Operation, Tier};

use crate::{engine, monday, person, pipeline};

/// A matrix with a role that may do everything everywhere, and one that may do so under a restriction.
fn under(restriction: Restriction) -> String {
    let parameter = match restriction {
        Restriction::LimitedEntityTypes => "entity_types = ['products', 'shippingZones']",
        Restriction::LimitedTimeWindow => {
            "time_window = { hours = '09:00-12:00', days = ['mon'], zone = 'Europe/Berlin' }"
        }
        _ => "",
    };
    format!(
        "[security_review]\nroles = ['all']\n[roles.base]\npermissions = ['READ_CONFIG', 'DEPLOY_ALL', 'MANAGE_TOKENS', \
         'AUDIT_ACCESS', 'APPROVE', 'MANAGE_ACCESS', 'RESPOND_TO_INCIDENTS', 'LOGIN']\nenvironments = ['all']\n[roles.all]\ninherits = ['base']\n\
         restrictions = ['{restriction}']\n{parameter}\n"
    )
}

use Operation::{
    AccessManagement, DeleteEntities, Deploy, MassUpdate, Restore, RevokeTokens, SchemaMigration,
    TokenManagement,
};

const CONFIGURATION: &[Operation] = &[Deploy, MassUpdate, DeleteEntities, SchemaMigration, Restore];
const CHANGES: &[Operation] = &[
    Deploy,
    MassUpdate,
    DeleteEntities,
    SchemaMigration,
    Restore,
    TokenManagement,
    RevokeTokens,
    AccessManagement,
];

/// Decides every operation in every tier, and compares with what is expected there.
fn check(
    restriction: Restriction,
    facts: impl for<'a> Fn(Request<'a>) -> Request<'a>,
    expected: impl Fn(Operation, Tier) -> Expected,
) {
    let engine = engine(&under(restriction));
    let actor = person("maria", &["all"]);
    for &operation in Operation::ALL {
        for tier in Tier::ALL {
            let place: Environment = tier.into();
            let request = facts(Request::new(&actor, operation, &place, monday()));
            let decision = engine.decide(&request);
            let asked: Vec<_> = decision.obligations().map(|o| (o.kind, o.satisfied)).collect();
            let what = format!("{restriction}: {operation} in {tier}: {}", decision.reason());
            match expected(operation, tier) {
                Allowed => {
                    assert_eq!((decision.outcome(), asked), (Outcome::Allowed, vec![]), "{what}")
                }
                Refused => {
                    assert_eq!(
                        (decision.outcome(), decision.decided_by().rule),
                        (Outcome::Refused, restriction.as_str()),
                        "{what}"
                    );
                    assert!(
                        decision.decided_by().source.unwrap().to_string().starts_with("roles.toml:8:"),
                        "{what}"
                    );
                }
                Asks(kind) => {
                    assert_eq!(
                        (decision.outcome(), asked),
                        (Outcome::Pending, vec![(kind, false)]),
                        "{what}"
                    );
                }
            }
        }
    }
}

enum Expected {
    Allowed,
    Refused,
    Asks(ObligationKind),
}

use Expected::{Allowed, Asks, Refused};

fn refused_if(refused: bool) -> Expected {
    if refused { Refused } else { Allowed }
}

fn asks_if(asks: bool, kind: ObligationKind) -> Expected {
    if asks { Asks(kind) } else { Allowed }
}

#[test]
fn no_production_access_refuses_the_production_tier() {
    check(Restriction::NoProductionAccess, |r| r, |_, tier| refused_if(tier == Tier::Production));
}

#[test]
fn limited_entity_types_refuses_changes_of_others_and_of_nobody_knows_what() {
    let restriction = Restriction::LimitedEntityTypes;
    let changes = |operation, _| refused_if(CONFIGURATION.contains(&operation));
    check(restriction, |r| r, changes);
    check(restriction, |r| r.touching(&["products", "shop"]), changes);
    check(restriction, |r| r.touching(&["product"]), changes);
    check(restriction, |r| r.touching(&[""]), changes);
    check(restriction, |r| r.touching(&["products", "shipping_zones"]), |_, _| Allowed);
}

#[test]
fn require_code_review_asks_for_changes_of_the_configuration() {
    check(
        Restriction::RequireCodeReview,
        |r| r,
        |operation, _| asks_if(CONFIGURATION.contains(&operation), ObligationKind::CodeReview),
    );
}

#[test]
fn require_mfa_always_asks() {
    check(Restriction::RequireMfa, |r| r, |_, _| Asks(ObligationKind::Mfa));
}

#[test]
fn require_approval_for_production_asks_for_changes_in_that_tier() {
    check(
        Restriction::RequireApprovalForProduction,
        |r| r,
        |operation, tier| {
            asks_if(CHANGES.contains(&operation) && tier == Tier::Production, ObligationKind::Approval)
        },
    );
}

#[test]
fn audits_are_asked_for_always() {
    check(Restriction::AuditAllActions, |r| r, |_, _| Asks(ObligationKind::AuditBefore));
    check(Restriction::FullAuditTrail, |r| r, |_, _| Asks(ObligationKind::AuditBeforeAndAfter));
}

#[test]
fn read_only_config_refuses_changes_of_the_configuration() {
    check(Restriction::ReadOnlyConfig, |r| r, |operation, _| refused_if(CONFIGURATION.contains(&operation)));
}

#[test]
fn security_review_required_asks_for_changes() {
    check(
        Restriction::SecurityReviewRequired,
        |r| r,
        |operation, _| asks_if(CHANGES.contains(&operation), ObligationKind::SecurityReview),
    );
}

#[test]
fn automated_only_refuses_people_whatever_their_session() {
    check(Restriction::AutomatedOnly, |r| r, |_, _| Refused);
    check(Restriction::AutomatedOnly, |r| r.in_session(Session::Unattended), |_, _| Refused);
    let (engine, robot, place) =
        (engine(&under(Restriction::AutomatedOnly)), pipeline(&["all"]), Tier::Production.into());
    assert!(engine.decide(&Request::new(&robot, Deploy, &place, monday())).is_allowed());
}

#[test]
fn no_interactive_access_refuses_sessions_whoever_is_there() {
    check(Restriction::NoInteractiveAccess, |r| r, |_, _| Refused);
    check(Restriction::NoInteractiveAccess, |r| r.in_session(Session::Unattended), |_, _| Allowed);
    let (engine, robot, place) =
        (engine(&under(Restriction::NoInteractiveAccess)), pipeline(&["all"]), Tier::Production.into());
    assert!(!engine.decide(&Request::new(&robot, Deploy, &place, monday())).is_allowed());
}

#[test]
fn limited_time_window_refuses_other_times_by_the_clocks_of_its_zone() {
    let restriction = Restriction::LimitedTimeWindow;
    for time in ["2026-01-05T08:00:00Z", "2026-01-05T10:59:59Z", "2026-07-06T07:00:00Z"] {
        check(restriction, |r| at(r, time), |_, _| Allowed);
    }
    for time in
        ["2026-01-05T07:59:59Z", "2026-01-05T11:00:00Z", "2026-07-06T10:00:00Z", "2026-01-06T09:00:00Z"]
    {
        check(restriction, |r| at(r, time), |_, _| Refused);
    }
}

fn at<'a>(mut request: Request<'a>, time: &str) -> Request<'a> {
    request.now = time.parse().unwrap();
    request
}
