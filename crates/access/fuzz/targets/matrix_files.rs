//! Any text is read as a matrix file and looked over. What can be used decides without a panic, reads back as it was written,
//! and never says yes to a role that it does not have. What follows a byte of value zero is a role's name.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use storeward_access::{Engine, MatrixFile, Outcome, Request, diff, matrix_file::write};
use storeward_core::{Actor, Environments, Operation};

fuzz_target!(|input: &str| {
    let (text, name) = input.split_once('\0').unwrap_or((input, "constructor"));
    let environments = Environments::default();
    for file in ["roles.toml", "roles.yaml"] {
        let Ok(matrix) = MatrixFile::new(file, text).parse() else { continue };
        let findings = matrix.lint(&environments);
        let Ok(engine) = Engine::new(&matrix, &environments) else { continue };
        assert_eq!(engine.warnings(), findings);

        let again = MatrixFile::new("again.toml", write(&matrix)).parse().expect("what was written reads");
        let again = Engine::new(&again, &environments).expect("what was written can be used");
        assert!(diff(&engine, &again).is_empty());

        let mut actor = Actor::local("maria");
        actor.roles.insert(name.to_owned());
        let known = matrix.roles.iter().any(|role| role.name.value == name);
        for place in environments.iter() {
            for &operation in Operation::ALL {
                let request = Request::new(&actor, operation, place, DateTime::UNIX_EPOCH);
                let decision = engine.decide(&request);
                assert!(known || decision.outcome() == Outcome::Refused);
                assert_eq!(engine.explain(&request).decision.report(), decision.report());
            }
        }
    }
});
