//! storeward.

use storeward_access::{Engine, Request};

use crate::{Case, Decider};

/// storeward's engine.
pub struct Ours<'a> {
    engine: &'a Engine,
    requests: Vec<Request<'a>>,
}

impl<'a> Ours<'a> {
    /// The engine of the case.
    #[must_use]
    pub fn new(case: &'a Case) -> Self {
        let requests = case.questions.iter().map(|question| case.request(question)).collect();
        Self { engine: &case.engine, requests }
    }
}

impl Decider for Ours<'_> {
    fn name(&self) -> String {
        "storeward".to_owned()
    }

    fn allows(&self, at: usize) -> bool {
        self.engine.decide(&self.requests[at]).is_allowed()
    }
}
