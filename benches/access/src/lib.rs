//! Puts one matrix to three engines: storeward-access, [Cedar](https://www.cedarpolicy.com) and
//! [casbin](https://casbin.org).
//!
//! ```text
//! cd benches/access
//! cargo test --release    # that they agree
//! cargo run --release     # how long each takes: the table, and whether the bar is kept
//! ```
//!
//! What all three can say is asked of all three: which role may do which operation in which environment, what is denied
//! whatever other roles grant it, and that nothing else is allowed. The peers' rules are made from
//! [`Engine::cells`](storeward_access::Engine::cells), in which inheritance is resolved.
//!
//! The rest is settled beforehand, so that it changes no answer:
//!
//! - **Facts and proofs.** Each question comes with all that restrictions ask for: proofs of the obligations, an identity for which
//!   the store vouches, an unattended pipeline, a Monday morning, an entity type that every role lists. storeward still looks at
//!   all of it, in the matrix as it is. The peers are spared it: their rules do not ask.
//! - **Unknown roles.** storeward refuses who holds one. The peers know who was enrolled: whoever holds an unknown role is
//!   enrolled there with no role at all.
//!
//! Each peer has its rules in two forms, and the quicker one counts: a rule per grant, as people write them by
//! hand, and a rule per operation and environment for a group, of which roles are members. The first is looked through rule by
//! rule; in the second the roles are data, and more of them cost little. Engines, actors and questions are prepared before the
//! clock starts. Each engine answers the same questions over and over in its turn, so the times are those of warm caches.

mod casbin;
mod cedar;
mod draw;
mod ours;
mod question;

pub use casbin::Casbin;
pub use cedar::Cedar;
pub use draw::{drawn_matrix, drawn_questions, even_questions, thousand_roles};
pub use ours::Ours;
pub use question::{Case, Question};

/// How a peer's rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A rule for each grant and each deny of a role.
    Rules,
    /// A rule for each operation, in favour of groups of which roles are members.
    Groups,
}

/// An engine with the questions that it will be asked, all of it prepared.
pub trait Decider {
    /// Its name, and the form of its rules.
    fn name(&self) -> String;

    /// Yes or no to the question with this index.
    fn allows(&self, at: usize) -> bool;
}

/// All five, for one case. storeward is the first.
#[must_use]
pub fn deciders(case: &Case) -> Vec<Box<dyn Decider + '_>> {
    vec![
        Box::new(Ours::new(case)),
        Box::new(Cedar::new(case, Form::Rules)),
        Box::new(Cedar::new(case, Form::Groups)),
        Box::new(Casbin::new(case, Form::Rules)),
        Box::new(Casbin::new(case, Form::Groups)),
    ]
}
