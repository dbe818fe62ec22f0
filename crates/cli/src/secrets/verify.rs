//! Asking vendors, after a scan and only on demand, whether what was found still works.

use std::{
    collections::{BTreeSet, HashMap},
    future::poll_fn,
    task::Poll,
    time::Duration,
};

use storeward_core::{BoxFuture, SecretString};
use storeward_secrets::{
    Verifier,
    port::{Question, Verdict},
    verify::HttpVerifier,
};
use tokio::{
    runtime::{Builder, Runtime},
    time::interval,
};

use super::leak::Leak;
use crate::stop::Stop;

/// How often it is looked whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// So many others of its text, on either side, are handed over with a secret.
const BESIDE: usize = 32;

pub(crate) struct Asker {
    verifier: HttpVerifier,
    runtime: Runtime,
    has_store: bool,
}

/// One secret of a text: where it stands, and its rule.
struct Near {
    at: u64,
    rule: String,
    secret: SecretString,
}

impl Asker {
    /// `store` is the address of the project's Saleor store.
    ///
    /// # Errors
    ///
    /// When secrets must not be sent to that address.
    pub(crate) fn new(store: Option<&str>) -> anyhow::Result<Self> {
        let mut builder = HttpVerifier::builder();
        if let Some(store) = store {
            builder = builder.saleor(store);
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { verifier: builder.build()?, runtime, has_store: store.is_some() })
    }

    /// Asks about each leak, lets go of its secret, and tells what kept vendors from answering. Those that were not asked
    /// about, because nobody knows their vendor or somebody asked to stop, are unknown.
    pub(crate) fn ask(self, leaks: &mut [Leak], stop: &Stop) -> BTreeSet<String> {
        let mut notes = BTreeSet::new();
        if !self.has_store && leaks.iter().any(|leak| leak.rule.starts_with("saleor-")) {
            notes.insert("saleor.url is not set: no store was asked about its tokens".to_owned());
        }
        let texts = by_text(leaks);
        for leak in &mut *leaks {
            leak.verification = Some(Verdict::Unknown);
            let Some(kept) = leak.kept.take() else { continue };
            if !self.verifier.accepts(&leak.rule) {
                continue;
            }
            let text = texts.get(&kept.text).map_or(&[][..], Vec::as_slice);
            let beside = beside(leak.snippet.span().start, &kept.secret, text);
            let question = Question::new(&leak.rule, &kept.secret).beside(&beside);
            match self.runtime.block_on(unless_stopped(self.verifier.verify(question), stop)) {
                Some(Ok(verdict)) => leak.verification = Some(verdict),
                Some(Err(error)) => drop(notes.insert(error.to_string())),
                None => {
                    notes.insert("interrupted: not all vendors were asked".to_owned());
                    break;
                }
            }
        }
        for leak in leaks {
            leak.kept = None;
            leak.verification.get_or_insert(Verdict::Unknown);
        }
        notes
    }
}

/// What is kept of each text, by place.
fn by_text(leaks: &[Leak]) -> HashMap<u64, Vec<Near>> {
    let mut texts: HashMap<u64, Vec<Near>> = HashMap::new();
    for leak in leaks {
        if let Some(kept) = &leak.kept {
            let (at, rule, secret) = (leak.snippet.span().start, leak.rule.to_string(), kept.secret.clone());
            texts.entry(kept.text).or_default().push(Near { at, rule, secret });
        }
    }
    texts.values_mut().for_each(|text| text.sort_by_key(|near| near.at));
    texts
}

/// The others of a text, the nearest to a place first. Two secrets that were encoded together share one.
fn beside<'a>(place: u64, secret: &SecretString, text: &'a [Near]) -> Vec<(&'a str, &'a SecretString)> {
    let here = text.partition_point(|near| near.at < place);
    let window = here.saturating_sub(BESIDE)..text.len().min(here + BESIDE + 1);
    let mut others: Vec<&Near> = text.get(window).unwrap_or_default().iter().collect();
    others.retain(|near| near.secret != *secret);
    others.sort_by_key(|near| near.at.abs_diff(place));
    others.into_iter().map(|near| (near.rule.as_str(), &near.secret)).collect()
}

/// What comes of it, unless somebody asks to stop before.
async fn unless_stopped<T>(mut coming: BoxFuture<'_, T>, stop: &Stop) -> Option<T> {
    let mut looks = interval(LOOK);
    poll_fn(|context| {
        while looks.poll_tick(context).is_ready() {
            if stop.is_asked() {
                return Poll::Ready(None);
            }
        }
        coming.as_mut().poll(context).map(Some)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_handed_over_first() {
        let near = |at: u64| Near { at, rule: format!("rule-{at}"), secret: format!("EXAMPLE-{at}").into() };
        let text: Vec<Near> = [0, 10, 50, 60, 60, 100].map(near).into();
        let rules = |place: u64| {
            let found = beside(place, &format!("EXAMPLE-{place}").into(), &text);
            found.into_iter().map(|(rule, _)| rule.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(rules(50), ["rule-60", "rule-60", "rule-10", "rule-0", "rule-100"]);
        assert_eq!(rules(0), ["rule-10", "rule-50", "rule-60", "rule-60", "rule-100"]);
        let other = beside(50, &"EXAMPLE-another".into(), &text);
        assert_eq!(other.first().map(|(rule, _)| *rule), Some("rule-50"), "one place, two secrets");
        let many: Vec<Near> = (0..1000).map(near).collect();
        assert_eq!(beside(500, &"EXAMPLE-500".into(), &many).len(), 2 * BESIDE);
    }
}
