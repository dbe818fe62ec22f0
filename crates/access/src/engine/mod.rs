//! Decides, from tables that were prepared once.

mod compile;
mod decide;
mod glass;
mod names;

use storeward_core::{ActorKind, Environment, Environments, Operation};

use crate::{
    Decision, Finding, InvalidMatrix, Issuer, Matrix, ObligationKind, Request, Restriction, Role,
    decision::Fact,
    entity::TypeSet,
    explain::{Explanation, Look},
    matrix::{check, is_usable},
    mfa::Policy,
    obligation::ObligationSet,
};

/// A matrix that was looked over, in the form in which it decides.
#[derive(Debug)]
pub struct Engine {
    /// With the canonical names of environments.
    matrix: Matrix,
    by_name: names::Names,
    environments: Vec<Environment>,
    places: names::Names,
    /// By role, environment and operation.
    cells: Vec<Cell>,
    /// The ways of a cell stand together.
    ways: Vec<Way>,
    blocks: Vec<Grants>,
    denies: Vec<DenyRef>,
    /// The members of each role that lists some, in order.
    members: Vec<Option<Box<[Box<str>]>>>,
    /// The entity types that each role is limited to.
    types: Vec<Option<TypeSet>>,
    trusted: Vec<u64>,
    warnings: Vec<Finding>,
}

/// One role, environment and operation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cell {
    first: u32,
    ways: u32,
    /// One more than the index of what denies it; 0 if nothing does.
    deny: u32,
}

/// One way in which a role may do an operation: a grant, and what limits it there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    pub(crate) block: u32,
    /// The index among the owner's permissions.
    pub(crate) permission: u32,
    /// The restriction that refuses it whatever else is the case.
    pub(crate) refused: Option<Restriction>,
    /// The restrictions that go by the facts of the request, one bit each.
    pub(crate) facts: u16,
    pub(crate) obligations: ObligationSet,
    /// Whether the policy of second factors asks a person for one.
    pub(crate) factor: bool,
}

impl Way {
    /// What is asked of this kind of actor on this way.
    pub(crate) const fn asks(&self, kind: ActorKind) -> ObligationSet {
        if self.factor && matches!(kind, ActorKind::Human) {
            self.obligations.with(ObligationKind::Mfa)
        } else {
            self.obligations
        }
    }
}

/// The grants of one role, as another has them.
#[derive(Debug)]
pub(crate) struct Grants {
    pub(crate) holder: u32,
    pub(crate) owner: u32,
    /// The roles whose restrictions are on them.
    pub(crate) under: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct DenyRef {
    pub(crate) role: u32,
    pub(crate) deny: u32,
    pub(crate) permission: u32,
}

impl Engine {
    /// Looks the matrix over and prepares its tables for these environments.
    ///
    /// # Errors
    ///
    /// [`InvalidMatrix`] with all that is wrong, each with its place.
    pub fn new(matrix: &Matrix, environments: &Environments) -> Result<Self, InvalidMatrix> {
        let matrix = matrix.resolved(environments);
        let findings = check(&matrix, environments);
        if !is_usable(&findings) {
            return Err(InvalidMatrix { findings });
        }
        compile::compile(matrix, environments, findings)
    }

    /// The same engine, which asks people for a second factor where this policy does too, whatever their roles say. A
    /// pipeline has none to show; that it is the one it says it is, its identity proves.
    #[must_use]
    pub fn requiring(mut self, policy: &Policy) -> Self {
        let places = self.environments.iter();
        let asked: Vec<bool> = places
            .flat_map(|place| {
                Operation::ALL.iter().map(|operation| policy.need(*operation, place).is_needed())
            })
            .collect();
        for (cell, asked) in self.cells.iter().zip(asked.iter().cycle()) {
            let range = cell.first as usize..cell.first as usize + cell.ways as usize;
            let ways = self.ways.get_mut(range).unwrap_or_default();
            ways.iter_mut().for_each(|way| way.factor |= *asked);
        }
        self
    }

    /// The same engine, which believes this issuer's proofs too.
    #[must_use]
    pub fn trusting(mut self, issuer: &Issuer) -> Self {
        self.trusted.push(issuer.id());
        self
    }

    /// Whether the request may be granted, and what it still needs.
    pub fn decide<'a>(&'a self, request: &'a Request<'a>) -> Decision<'a> {
        self.run(request, &mut ())
    }

    /// The decision, with every rule that was looked at on the way to it, in order.
    #[must_use]
    pub fn explain<'a>(&'a self, request: &'a Request<'a>) -> Explanation<'a> {
        let mut looks: Vec<Look> = Vec::new();
        let decision = self.run(request, &mut looks);
        Explanation { steps: looks.iter().map(|look| look.step(self, request)).collect(), decision }
    }

    /// What was found in the matrix that does not keep it from being used.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// The matrix, with the canonical names of environments.
    #[must_use]
    pub const fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// The environments it knows.
    #[must_use]
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// The names of the roles that list this id among their members.
    pub fn roles_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        let listed = self.matrix.roles.iter().zip(&self.members).filter(move |(_, members)| {
            members.as_ref().is_some_and(|members| members.binary_search_by(|m| (**m).cmp(id)).is_ok())
        });
        listed.map(|(role, _)| role.name.value.as_str())
    }

    pub(crate) fn role_index(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The index of an environment, if it is of the tier that the engine knows it by.
    pub(crate) fn place(&self, environment: &Environment) -> Option<u32> {
        let at = *self.places.get(environment.name())?;
        (self.environments.get(at as usize)?.tier() == environment.tier()).then_some(at)
    }

    pub(crate) fn cell(&self, role: u32, place: u32, operation: Operation) -> Cell {
        let row = role as usize * self.environments.len() + place as usize;
        self.cells.get(row * Operation::ALL.len() + operation as usize).copied().unwrap_or_default()
    }

    pub(crate) fn ways(&self, cell: Cell) -> impl Iterator<Item = (u32, &Way)> {
        let range = cell.first as usize..cell.first as usize + cell.ways as usize;
        (cell.first..).zip(self.ways.get(range).unwrap_or_default())
    }

    pub(crate) fn way(&self, at: u32) -> Option<&Way> {
        self.ways.get(at as usize)
    }

    pub(crate) fn block(&self, way: &Way) -> Option<&Grants> {
        self.blocks.get(way.block as usize)
    }

    pub(crate) fn deny(&self, cell: Cell) -> Option<DenyRef> {
        self.denies.get((cell.deny as usize).checked_sub(1)?).copied()
    }

    pub(crate) fn role(&self, at: u32) -> Option<&Role> {
        self.matrix.roles.get(at as usize)
    }

    /// Whether this id may use the role.
    pub(crate) fn is_member(&self, role: u32, id: &str) -> bool {
        match self.members.get(role as usize) {
            Some(Some(members)) => members.binary_search_by(|member| (**member).cmp(id)).is_ok(),
            Some(None) => true,
            None => false,
        }
    }

    pub(crate) fn trusted(&self) -> &[u64] {
        &self.trusted
    }

    /// The role whose restriction refused by a fact.
    pub(crate) fn refusing(&self, way: u32, restriction: Restriction, fact: Fact) -> Option<&Role> {
        match fact {
            Fact::Outside(role) | Fact::EntityType { role, .. } => self.role(role),
            _ => self.restricting(self.way(way)?, restriction),
        }
    }

    /// The first of the roles whose restrictions are on a way that has this one.
    pub(crate) fn restricting(&self, way: &Way, restriction: Restriction) -> Option<&Role> {
        let under = self.block(way).into_iter().flat_map(|block| &block.under);
        under.filter_map(|at| self.role(*at)).find(|role| role.restricted(restriction).is_some())
    }
}
