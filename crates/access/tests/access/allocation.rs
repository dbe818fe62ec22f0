//! A decision that allows takes no memory.

use allocation_counter::measure;
use chrono::TimeDelta;
use storeward_access::{Evidence, Issuer, ObligationKind, Outcome, Request, Session};
use storeward_core::{Actor, ChangeDigest, Environment, Operation, Tier};

use crate::{monday, person, pipeline};

#[test]
fn deciding_allocates_nothing() {
    let kinds = [ObligationKind::Mfa, ObligationKind::Approval, ObligationKind::AuditBefore];
    let issuers = kinds.map(Issuer::new);
    let mut engine =
        storeward_access::Engine::new(&storeward_access::Matrix::built_in(), &crate::environments()).unwrap();
    for issuer in &issuers {
        engine = engine.trusting(issuer);
    }
    let change = ChangeDigest::new([1; 32]);
    let proofs: Vec<_> = issuers
        .iter()
        .map(|issuer| {
            let evidence = Evidence {
                actor: "maria".into(),
                operation: Operation::Deploy,
                environment: "production".into(),
                change: Some(change),
                from: monday(),
                until: monday() + TimeDelta::minutes(15),
                by: Some(person("jonas", &[])),
                reference: "1".into(),
            };
            issuer.issue(evidence).unwrap()
        })
        .collect();

    let check = |actor: &Actor, operation, place: &Environment, outcome| {
        let request = Request::new(actor, operation, place, monday())
            .touching(&["products", "product_types"])
            .in_session(Session::Unattended)
            .applying(&change)
            .with_proofs(&proofs);
        let mut got = None;
        let counted = measure(|| got = Some(engine.decide(&request).outcome()));
        assert_eq!((got, counted.count_total), (Some(outcome), 0), "{operation} in {place}");
        // The words do take memory: so the counter counts.
        assert!(measure(|| drop(engine.decide(&request).reason().to_string())).count_total > 0);
    };
    let [development, staging, production] = Tier::ALL.map(Environment::from);
    check(&person("maria", &["devops"]), Operation::Deploy, &production, Outcome::Allowed);
    check(&person("maria", &["developer", "devops"]), Operation::Deploy, &production, Outcome::Allowed);
    check(&person("maria", &["developer"]), Operation::ReadConfig, &development, Outcome::Allowed);
    check(&pipeline(&["ci_cd"]), Operation::Deploy, &staging, Outcome::Allowed);
    check(&person("maria", &["developer"]), Operation::Deploy, &development, Outcome::Pending);
    check(&person("maria", &["developer"]), Operation::Deploy, &production, Outcome::Refused);
    check(&person("maria", &["constructor"]), Operation::Deploy, &production, Outcome::Refused);
}
