//! Matrices and questions, drawn at random or made large.

use std::{collections::BTreeSet, fmt::Write};

use fastrand::Rng;
use storeward_access::{
    Deny, Engine, Located, Matrix, MatrixFile, Permission, Restriction, Role, Scope, TimeWindow,
};
use storeward_core::{Environment, Environments, Operation, Tier};

use crate::Case;

/// A matrix of up to this many roles, with inheritance, restrictions and denies.
#[must_use]
pub fn drawn_matrix(rng: &mut Rng, roles: usize, environments: &Environments) -> Matrix {
    let mut matrix = Matrix::default();
    matrix.security_reviewers.push(Located::new("reviewer".to_owned()));
    matrix.roles.push(Role::new("reviewer"));
    for at in 0..roles {
        let role = drawn_role(rng, at, &matrix, environments);
        matrix.roles.push(role);
        if Engine::new(&matrix, environments).is_err() {
            matrix.roles.pop(); // it granted what cannot be used, or contradicted itself
        }
    }
    matrix
}

fn drawn_role(rng: &mut Rng, at: usize, earlier: &Matrix, environments: &Environments) -> Role {
    let mut role = Role::new(format!("role-{at}"));
    role.permissions = draw(rng, 1..5, |rng| Located::new(one(rng, Permission::ALL)));
    role.environments = draw(rng, 1..3, |rng| Located::new(scope(rng, environments)));
    role.restrictions = draw(rng, 0..3, |rng| Located::new(one(rng, Restriction::ALL)));
    role.inherits = draw(rng, 0..2, |rng| one(rng, &earlier.roles).name);
    role.denies = draw(rng, 0..2, |rng| {
        let mut deny = Deny::new([one(rng, Permission::ALL)]);
        deny.environments = draw(rng, 0..2, |rng| Located::new(scope(rng, environments)));
        deny
    });
    let limited = |restriction| role.restrictions.iter().any(|own| own.value == restriction);
    if limited(Restriction::LimitedEntityTypes) {
        let types = ["products", "menus"].map(|name| Located::new(name.to_owned()));
        role.entity_types = Some(Located::new(types.into()));
    }
    if limited(Restriction::LimitedTimeWindow) {
        let window = TimeWindow::new("06:00-20:00", ["mon-fri"], "UTC").expect("the window is one");
        role.time_window = Some(Located::new(window));
    }
    role
}

fn scope(rng: &mut Rng, environments: &Environments) -> Scope {
    match rng.u8(..4) {
        0 => Scope::All,
        1 => Scope::Tier(one(rng, &Tier::ALL)),
        _ => Scope::Environment(one(rng, &places(environments)).name().to_owned()),
    }
}

/// A thousand roles, of which each inherits the one before in groups of ten. Some ask for proofs, some deny.
#[must_use]
pub fn thousand_roles() -> Matrix {
    let mut text = String::new();
    for at in 0..1000 {
        let mut role = format!(
            "[roles.role-{at}]\npermissions = ['READ_CONFIG', 'DEPLOY_ALL']\nenvironments = ['all']\n"
        );
        if at % 10 != 0 {
            role += &format!("inherits = ['role-{}']\n", at - 1);
        }
        if at % 7 == 0 {
            role += "restrictions = ['audit_all_actions']\n";
        }
        if at % 25 == 0 {
            role += "deny = [{ permissions = ['RESTORE'], environments = ['production'] }]\n";
        }
        writeln!(text, "{role}").expect("text takes text");
    }
    MatrixFile::new("thousand.toml", text).parse().expect("the matrix reads")
}

/// Questions of anybody about anything: up to four roles, of which some are unknown, every operation, and every environment and
/// one that nobody declared.
pub fn drawn_questions(rng: &mut Rng, case: &mut Case, number: usize) {
    let mut more = Environments::default();
    more.declare("elsewhere", Tier::Staging, &[]).expect("the name is free");
    let elsewhere = more.resolve("elsewhere").expect("it was declared");
    let places = [case.engine.environments(), &[elsewhere]].concat();
    let roles = role_names(case);
    for _ in 0..number {
        let held: Vec<String> = draw(rng, 0..5, |rng| match rng.u8(..16) {
            0 => one(rng, &["", "all", "Developer", "role"]).to_owned(),
            _ => one(rng, &roles),
        });
        case.ask(held.into_iter().collect(), one(rng, Operation::ALL), one(rng, &places));
    }
}

/// Questions of actors with one or two roles, all of them known; half of the answers are yes.
pub fn even_questions(rng: &mut Rng, case: &mut Case, number: usize) {
    let places = case.engine.environments().to_vec();
    let roles = role_names(case);
    let mut wanted = [number / 2, number - number / 2];
    while wanted != [0, 0] {
        let held: BTreeSet<String> = draw(rng, 1..3, |rng| one(rng, &roles)).into_iter().collect();
        case.ask(held, one(rng, Operation::ALL), one(rng, &places));
        let asked = case.questions.last().expect("one was asked");
        let answer = usize::from(case.engine.decide(&case.request(asked)).is_allowed());
        match wanted[answer].checked_sub(1) {
            Some(left) => wanted[answer] = left,
            None => drop(case.questions.pop()),
        }
    }
}

fn role_names(case: &Case) -> Vec<String> {
    case.engine.matrix().roles.iter().map(|role| role.name.value.clone()).collect()
}

fn places(environments: &Environments) -> Vec<Environment> {
    environments.iter().cloned().collect()
}

fn draw<T>(rng: &mut Rng, number: std::ops::Range<usize>, mut make: impl FnMut(&mut Rng) -> T) -> Vec<T> {
    (0..rng.usize(number)).map(|_| make(rng)).collect()
}

fn one<T: Clone>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())].clone()
}
