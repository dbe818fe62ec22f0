//! What every [`SecretStore`] must do, as tests that its adapter runs.

use std::{future::poll_fn, sync::Barrier, task::Poll, thread};

use storeward_core::{BoxFuture, Fault, PortError, SecretString};

use super::port_name;
use crate::{SecretStore, port::Version};

type Written = Result<Version, PortError>;

/// What a store promises of writers that come at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it keeps them apart or it does not")]
pub enum Promise {
    /// It compares the version and replaces in one step: of those who write over one version, one wins and the others learn
    /// of it.
    CompareAndSet,
    /// Its medium has no such step: it looks at the version and then writes. Whoever writes in between is overwritten, and
    /// nobody learns of it. Let one program write at a time.
    LooksThenWrites,
}

/// Runs the contract on a store that holds nothing yet. Who only looks before it writes is spared the race.
///
/// # Panics
///
/// When the store breaks it.
#[expect(clippy::expect_used, clippy::panic, reason = "it is a test, for the adapters' tests to call")]
pub async fn check(store: &dyn SecretStore, promise: Promise) {
    assert!(store.read().await.expect("an empty store can be read").is_none(), "it holds nothing yet");
    let error =
        store.write(&"EXAMPLE".into(), Some(&Version::new("1"))).await.expect_err("nothing stands there");
    refused(&error);
    assert!(store.read().await.expect("it can be read").is_none(), "a refused write makes nothing");

    let first = SecretString::from("first EXAMPLE \"quoted\" $HOME #1 ä");
    let made = store.write(&first, None).await.expect("it is written where nothing stands");
    let Some(read) = store.read().await.expect("it can be read") else { panic!("it holds what was written") };
    assert!(read.secret == first, "it comes back as it was");
    assert_eq!(read.version, made, "with the version that writing gave");
    let Some(again) = store.read().await.expect("it can be read twice") else { panic!("it is still there") };
    assert_eq!(again.version, made, "reading changes no version");

    let second = SecretString::from("second EXAMPLE");
    refused(&store.write(&second, None).await.expect_err("something stands there"));
    let replaced = store.write(&second, Some(&made)).await.expect("over the version that stands there");
    assert_ne!(replaced, made, "another content has another version");

    refused(&store.write(&first, Some(&made)).await.expect_err("that version is gone"));
    let Some(read) = store.read().await.expect("it can be read") else { panic!("it still holds the second") };
    assert!(read.secret == second && read.version == replaced, "a refused write changes nothing");

    // Back to what stood there before, as a failed rotation does.
    let back = store.write(&first, Some(&replaced)).await.expect("an old content may come back");
    let Some(read) = store.read().await.expect("it can be read") else { panic!("it holds the first again") };
    assert!(read.secret == first && read.version == back);

    let mut shown = read;
    if promise == Promise::CompareAndSet {
        let [left, right] = ["EXAMPLE of the left", "EXAMPLE of the right"].map(SecretString::from);
        let (of_left, of_right) =
            both(store.write(&left, Some(&back)), store.write(&right, Some(&back))).await;
        let Some(read) = store.read().await.expect("it can be read") else {
            panic!("it holds one of the two")
        };
        one_won(&read.version, &[of_left, of_right]);
        shown = read;
    }

    for shown in [store.place(), shown.version.to_string(), format!("{shown:?}")] {
        assert!(!shown.contains("EXAMPLE"), "it shows no secret");
    }
}

/// Lets writers on eight threads race for one version, in a store that holds something, and sees that one wins. It is for
/// stores that promise [`Promise::CompareAndSet`].
///
/// `run` is what drives a future on a thread of its own: `&pollster::block_on` for one that needs no runtime.
///
/// # Panics
///
/// When the store breaks the contract.
#[expect(clippy::expect_used, reason = "it is a test, for the adapters' tests to call")]
pub fn race<Run>(store: &dyn SecretStore, run: &Run)
where
    Run: Fn(BoxFuture<'_, Written>) -> Written + Sync,
{
    let version = &run(Box::pin(async { Ok(store.read().await?.expect("it holds something").version) }))
        .expect("it can be read");
    let start = &Barrier::new(8);
    let results: Vec<_> = thread::scope(|scope| {
        let writers = (0..8).map(|writer| {
            scope.spawn(move || {
                let secret = SecretString::from(format!("EXAMPLE of writer {writer}"));
                start.wait();
                run(store.write(&secret, Some(version)))
            })
        });
        let writers: Vec<_> = writers.collect();
        writers.into_iter().map(|writer| writer.join().expect("no writer panics")).collect()
    });
    let stands = run(Box::pin(async { Ok(store.read().await?.expect("it holds something").version) }));
    one_won(&stands.expect("it can be read"), &results);
}

/// One write has made what stands there, and all others found that it was there before them.
fn one_won(stands: &Version, results: &[Written]) {
    let won: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(won, [stands], "one of those who race wins, and it is what stands there");
    results.iter().filter_map(|result| result.as_ref().err()).for_each(refused);
}

fn refused(error: &PortError) {
    assert_eq!((error.port(), error.fault()), (port_name(), Fault::Conflict), "{error}");
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "an error shows no secret");
}

/// Drives two futures at the same time, on one thread.
async fn both<T: Send>(mut left: BoxFuture<'_, T>, mut right: BoxFuture<'_, T>) -> (T, T) {
    let (mut of_left, mut of_right) = (None, None);
    poll_fn(move |context| {
        for (future, result) in [(&mut left, &mut of_left), (&mut right, &mut of_right)] {
            if result.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *result = Some(ready);
            }
        }
        match (of_left.take(), of_right.take()) {
            (Some(left), Some(right)) => Poll::Ready((left, right)),
            (left, right) => {
                (of_left, of_right) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::{port::Stored, store::MemoryStore};

    /// Looks before it writes, but lets others come in between.
    struct Careless(MemoryStore);

    impl SecretStore for Careless {
        fn place(&self) -> String {
            self.0.place()
        }

        fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
            self.0.read()
        }

        fn write<'a>(
            &'a self,
            secret: &'a SecretString,
            over: Option<&'a Version>,
        ) -> BoxFuture<'a, Written> {
            Box::pin(async move {
                let looked = self.0.read().await?.map(|stored| stored.version);
                if looked.as_ref() != over {
                    return self.0.write(secret, over).await;
                }
                let mut rested = false;
                poll_fn(|context| {
                    context.waker().wake_by_ref();
                    if std::mem::replace(&mut rested, true) { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                let stands = self.0.read().await?.map(|stored| stored.version);
                self.0.write(secret, stands.as_ref()).await
            })
        }
    }

    #[test]
    #[should_panic(expected = "one of those who race wins")]
    fn a_store_that_looks_and_then_writes_breaks_it() {
        block_on(check(&Careless(MemoryStore::default()), Promise::CompareAndSet));
    }

    #[test]
    fn one_that_promises_no_more_keeps_it() {
        block_on(check(&Careless(MemoryStore::default()), Promise::LooksThenWrites));
    }
}
