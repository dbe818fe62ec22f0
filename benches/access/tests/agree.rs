//! storeward, Cedar and casbin give the same answers.

use fastrand::Rng;
use storeward_access::Matrix;
use storeward_access_peers::{Case, deciders, drawn_matrix, drawn_questions, thousand_roles};
use storeward_core::{Environments, Tier};

/// Two more environments than the built-in ones, of which each shares its tier with another.
fn environments() -> Environments {
    let mut environments = Environments::default();
    environments.declare("shop-eu", Tier::Production, &[]).unwrap();
    environments.declare("sandbox", Tier::Development, &[]).unwrap();
    environments
}

/// Compares all answers, and gives the number of those that are yes.
fn agree(title: &str, rng: &mut Rng, matrix: &Matrix, questions: usize) -> usize {
    let mut case = Case::new(matrix, &environments()).unwrap();
    drawn_questions(rng, &mut case, questions);
    let deciders = deciders(&case);
    let mut allowed = 0;
    for (at, question) in case.questions.iter().enumerate() {
        let answers: Vec<bool> = deciders.iter().map(|decider| decider.allows(at)).collect();
        allowed += usize::from(answers[0]);
        for (decider, answer) in deciders.iter().zip(&answers) {
            let (roles, place) = (&case.actors[question.actor].roles, &question.environment);
            let what = format!("{title}: may {roles:?} do {} in {place}?", question.operation);
            assert_eq!(*answer, answers[0], "{what} {} differs", decider.name());
        }
    }
    allowed
}

#[test]
fn on_the_built_in_matrix() {
    let mut rng = Rng::with_seed(1);
    let allowed = agree("built-in", &mut rng, &Matrix::built_in(), 10_000);
    assert!((1_000..9_000).contains(&allowed), "{allowed} of 10,000 are allowed");
}

#[test]
fn on_matrices_drawn_at_random() {
    let mut rng = Rng::with_seed(2);
    let (mut allowed, mut denies) = (0, 0);
    for at in 0..40 {
        let matrix = drawn_matrix(&mut rng, 1 + at % 12, &environments());
        denies += matrix.roles.iter().map(|role| role.denies.len()).sum::<usize>();
        allowed += agree(&format!("matrix {at}"), &mut rng, &matrix, 500);
    }
    assert!((2_000..18_000).contains(&allowed), "{allowed} of 20,000 are allowed");
    assert!(denies >= 40, "{denies} denies");
}

#[test]
fn on_a_thousand_roles() {
    let allowed = agree("1,000 roles", &mut Rng::with_seed(3), &thousand_roles(), 50);
    assert!((5..45).contains(&allowed), "{allowed} of 50 are allowed");
}
