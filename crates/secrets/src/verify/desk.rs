//! Where one vendor is asked: never twice the same, one question at a time, not too fast, and not after it had enough.

use std::{collections::HashMap, time::Duration};

use ring::{
    hmac::{self, HMAC_SHA256},
    rand::SystemRandom,
};
use storeward_core::{
    Fault,
    http::{Address, Answer, Client, Failure, RequestBuilder},
};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

use crate::port::Verdict;

/// So many questions in a row without an answer, and the vendor is taken to be out of reach.
const PATIENCE: u8 = 3;

/// One vendor, and what it said so far.
pub(super) struct Desk {
    name: &'static str,
    pub(super) address: Address,
    pub(super) client: Client,
    interval: Duration,
    /// Known to this run alone, so that what is remembered tells nobody which secrets were asked about.
    key: hmac::Key,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the next question may be asked.
    next: Option<Instant>,
    /// Questions in a row without an answer.
    failures: u8,
    /// Whether it is not to be asked any more.
    closed: bool,
    /// What it said, by a keyed digest of what it was asked about.
    known: HashMap<Vec<u8>, Result<Verdict, Failure>>,
}

impl Desk {
    pub(super) fn new(
        name: &'static str,
        address: &str,
        client: &Client,
        interval: Duration,
    ) -> Result<Self, Failure> {
        let address = Address::new(name, address)?;
        let key = hmac::Key::generate(HMAC_SHA256, &SystemRandom::new())
            .map_err(|_| Failure::new(Fault::Unreachable, "the system gives no random numbers"))?;
        Ok(Self { name, address, client: client.clone(), interval, key, state: Mutex::default() })
    }

    /// Sends a request that hangs on nothing but these secrets, unless it was sent before.
    pub(super) async fn ask(
        &self,
        secrets: &[&str],
        request: RequestBuilder,
        judge: impl FnOnce(&Answer) -> Result<Verdict, Failure>,
    ) -> Result<Verdict, Failure> {
        let digest = self.digest(secrets);
        let mut state = self.state.lock().await;
        if let Some(known) = state.known.get(&digest) {
            return known.clone();
        }
        if state.closed {
            return Ok(Verdict::Unknown);
        }
        state.wait().await;
        let said = self.send(request, judge).await;
        state.heed(&said, self.interval);
        state.known.insert(digest, said.clone());
        said
    }

    async fn send(
        &self,
        request: RequestBuilder,
        judge: impl FnOnce(&Answer) -> Result<Verdict, Failure>,
    ) -> Result<Verdict, Failure> {
        let said = match self.client.send(request).await {
            Ok(answer) if answer.is_limited() => Err(limited(answer.status)),
            Ok(Answer { status: status @ 500.., .. }) => {
                Err(Failure::new(Fault::Unreachable, format!("HTTP {status}")))
            }
            Ok(answer) => judge(&answer),
            Err(failure) => Err(failure),
        };
        said.map_err(|failure| failure.about(self.name))
    }

    fn digest(&self, secrets: &[&str]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.key);
        for secret in secrets {
            context.update(&(secret.len() as u64).to_be_bytes());
            context.update(secret.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }
}

impl State {
    async fn wait(&self) {
        if let Some(next) = self.next {
            sleep_until(next).await;
        }
    }

    fn heed(&mut self, said: &Result<Verdict, Failure>, interval: Duration) {
        self.next = Some(Instant::now() + interval);
        match said.as_ref().map_err(|failure| failure.fault) {
            Err(Fault::Limited) => self.closed = true,
            Err(Fault::Unreachable | Fault::TimedOut) => {
                self.failures += 1;
                self.closed |= self.failures >= PATIENCE;
            }
            _ => self.failures = 0,
        }
    }
}

/// The vendor wants to be left alone.
pub(super) fn limited(status: u16) -> Failure {
    Failure::new(Fault::Limited, format!("HTTP {status}, and it is not asked any more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_is_left_alone_for_a_while() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let start = Instant::now();
            let mut state = State::default();
            state.wait().await;
            assert_eq!(start.elapsed(), Duration::ZERO, "the first question is asked at once");
            state.heed(&Ok(Verdict::Refused), Duration::from_millis(250));
            state.wait().await;
            assert_eq!(start.elapsed(), Duration::from_millis(250));
        });
    }

    #[test]
    fn only_what_comes_in_a_row_closes_the_desk() {
        let mut state = State::default();
        let failure = || Err(Failure::new(Fault::TimedOut, "no answer"));
        for said in [failure(), failure(), Ok(Verdict::Unknown), failure(), failure()] {
            state.heed(&said, Duration::ZERO);
            assert!(!state.closed);
        }
        state.heed(&failure(), Duration::ZERO);
        assert!(state.closed);
    }
}
