//! Prints how long a decision takes in each engine. The crate's documentation says what is compared.

use std::{hint::black_box, process::ExitCode, time::Instant};

use fastrand::Rng;
use storeward_access::Matrix;
use storeward_access_peers::{Case, Decider, deciders, even_questions, thousand_roles};
use storeward_core::Environments;

/// How often each engine takes its turn. An odd number, so that one of them is in the middle.
const ROUNDS: usize = 101;

/// How long a turn lasts at least, in nanoseconds: long enough that what the engine before left in the processor's caches is of no
/// account.
const TURN: f64 = 5_000_000.0;

/// How much longer the peers take at least.
const TIMES: f64 = 20.0;

fn main() -> ExitCode {
    println!("Nanoseconds a decision, median of {ROUNDS} turns each, and as a multiple of storeward's.");
    let kept = [
        measure("the built-in matrix", &Matrix::built_in(), 200.0),
        measure("1,000 roles", &thousand_roles(), 1_000.0),
    ];
    if kept == [true; 2] { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures all engines in turns, and says whether storeward takes less than `bar` nanoseconds and the peers many times as long.
fn measure(title: &str, matrix: &Matrix, bar: f64) -> bool {
    let mut case = Case::new(matrix, &Environments::default()).expect("the matrix can be used");
    even_questions(&mut Rng::with_seed(1), &mut case, 256);
    let cells = case.engine.cells().count();
    println!("\n{title}: {} roles, {cells} cells, {} questions", matrix.roles.len(), case.questions.len());

    let deciders = deciders(&case);
    let mut lanes: Vec<Lane<'_>> =
        deciders.iter().map(|decider| Lane::new(&**decider, case.questions.len())).collect();
    for _ in 0..ROUNDS {
        lanes.iter_mut().for_each(Lane::turn);
    }
    let medians: Vec<f64> = lanes.iter_mut().map(Lane::median).collect();
    let (ours, peers) = medians.split_first().expect("storeward is the first");
    for (decider, median) in deciders.iter().zip(&medians) {
        println!("  {:<28} {median:>12.0} {:>10.1}", decider.name(), median / ours);
    }
    let quickest = peers.iter().copied().fold(f64::INFINITY, f64::min) / ours;
    let kept = *ours < bar && quickest >= TIMES;
    let word = if kept { "kept" } else { "missed" };
    println!(
        "  bar {word}: under {bar} ns, and the quickest peer takes {TIMES} times as long ({quickest:.1})"
    );
    kept
}

/// One engine, and how long its turns took.
struct Lane<'a> {
    decider: &'a dyn Decider,
    questions: usize,
    next: usize,
    batch: usize,
    turns: Vec<f64>,
}

impl<'a> Lane<'a> {
    /// Asks every question once, to warm up and to find out how many make a turn.
    fn new(decider: &'a dyn Decider, questions: usize) -> Self {
        let mut lane = Self { decider, questions, next: 0, batch: questions, turns: Vec::new() };
        lane.turn();
        let one = lane.turns.pop().expect("it took a turn");
        lane.batch = ((TURN / one) as usize).max(1);
        lane
    }

    fn turn(&mut self) {
        let start = Instant::now();
        for _ in 0..self.batch {
            black_box(self.decider.allows(black_box(self.next)));
            self.next = (self.next + 1) % self.questions;
        }
        self.turns.push(start.elapsed().as_nanos() as f64 / self.batch as f64);
    }

    fn median(&mut self) -> f64 {
        self.turns.sort_unstable_by(f64::total_cmp);
        self.turns[self.turns.len() / 2]
    }
}
