//! The journal on a real server.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use storeward_core::{
    Fault, JournalStore, SecretString,
    journal::{SqlJournal, contract},
};
use tokio::runtime::Runtime;

use crate::{child::Runner, entry, refused, server::Server, steps};

#[test]
fn it_keeps_the_contract() {
    let Some(server) = Server::shared() else { return };
    let (runtime, url) = (Runtime::new().unwrap(), SecretString::from(server.database("contract")));
    let store = runtime.block_on(SqlJournal::postgres(&url)).unwrap();
    runtime.block_on(contract::check(&store));
    contract::race(&store, &|work| runtime.block_on(work));
    assert!(store.place().starts_with("PostgreSQL at 127.0.0.1:"), "{}", store.place());
    assert!(!format!("{store:?}").contains("EXAMPLE"));
}

#[test]
fn many_open_it_at_the_same_time() {
    let Some(server) = Server::shared() else { return };
    let (runtime, url) = (Runtime::new().unwrap(), SecretString::from(server.database("many")));
    let start = Barrier::new(6);
    thread::scope(|scope| {
        for runner in 0..6 {
            let (runtime, url, start) = (&runtime, &url, &start);
            scope.spawn(move || {
                start.wait();
                runtime.block_on(async {
                    let store = SqlJournal::postgres(url).await.unwrap();
                    assert_eq!(store.claim(&format!("run {runner}")).await.unwrap().fence, 1);
                });
            });
        }
    });
    let store = runtime.block_on(SqlJournal::postgres(&url)).unwrap();
    assert_eq!(runtime.block_on(store.runs("run ")).unwrap().len(), 6);
}

#[test]
fn a_live_holder_keeps_others_away_until_it_goes() {
    let Some(server) = Server::shared() else { return };
    let url = SecretString::from(server.database("holder"));
    Runtime::new().unwrap().block_on(async {
        let holder = SqlJournal::postgres(&url).await.unwrap();
        let other = SqlJournal::postgres(&url).await.unwrap();
        let fence = holder.claim("run").await.unwrap().fence;
        let id = format!(
            "another runner is at work on run `run` (last claimed by process {} on 127.0.0.1)",
            std::process::id()
        );
        refused(other.claim("run").await, Fault::Conflict, &id);
        holder.append("run", fence, entry("a", 0)).await.unwrap();
        assert_eq!(steps(&other.entries("run").await.unwrap()), ["a"], "whoever is refused may look");
        assert_eq!(other.claim("run 2").await.unwrap().fence, 1, "other runs are free");

        let again = holder.claim("run").await.unwrap();
        assert!(again.fence > fence, "the holder itself may claim again");
        refused(holder.append("run", fence, entry("b", 0)).await, Fault::Conflict, "taken run `run` over");
        drop(holder);
        assert!(other.claim("run").await.unwrap().fence > again.fence);
    });
}

#[test]
fn a_runner_that_is_killed_leaves_its_run_and_all_it_wrote() {
    let Some(server) = Server::shared() else { return };
    let url = SecretString::from(server.database("killed"));
    let mut runner = Runner::start(&format!("postgres {}", url.expose()));
    assert_eq!(runner.says(), "open");
    assert_eq!(runner.claim("run", 3), "claimed 1");
    Runtime::new().unwrap().block_on(async {
        let store = SqlJournal::postgres(&url).await.unwrap();
        refused(store.claim("run").await, Fault::Conflict, &format!("process {}", runner.id()));
        runner.kill();
        let claim = store.claim("run").await.unwrap();
        assert_eq!(claim.fence, 2);
        assert_eq!(steps(&claim.entries), ["step 0", "step 1", "step 2"]);
    });
}

#[test]
fn a_holder_that_is_just_going_is_waited_for() {
    let Some(server) = Server::shared() else { return };
    let (runtime, url) = (Runtime::new().unwrap(), SecretString::from(server.database("going")));
    let other = Arc::new(runtime.block_on(SqlJournal::postgres(&url)).unwrap());
    // On a machine that is very busy, the wait may be over before the holder has gone.
    let waited = (0..10).any(|attempt| {
        let run = format!("run {attempt}");
        let holder = runtime.block_on(SqlJournal::postgres(&url)).unwrap();
        runtime.block_on(holder.claim(&run)).unwrap();
        let (claimant, name) = (Arc::clone(&other), run.clone());
        let claim = runtime.spawn(async move { claimant.claim(&name).await });
        let waiting = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        while !claim.is_finished() && server.sql("going", waiting) == "0" {}
        drop(holder);
        runtime.block_on(claim).unwrap().is_ok_and(|claim| claim.fence == 2)
    });
    assert!(waited);
}

#[test]
fn a_session_that_is_lost_is_made_again_unless_somebody_was_faster() {
    let Some(server) = Server::shared() else { return };
    let url = SecretString::from(server.database("lost"));
    Runtime::new().unwrap().block_on(async {
        let store = SqlJournal::postgres(&url).await.unwrap();
        let fence = store.claim("run").await.unwrap().fence;
        server.end_sessions("lost");
        store.append("run", fence, entry("a", 0)).await.unwrap();
        let other = SqlJournal::postgres(&url).await.unwrap();
        refused(other.claim("run").await, Fault::Conflict, "another runner is at work");

        server.end_sessions("lost");
        other.claim("run").await.unwrap();
        refused(store.append("run", fence, entry("b", 0)).await, Fault::Conflict, "taken run `run` over");
        assert_eq!(steps(&store.entries("run").await.unwrap()), ["a"]);
        refused(store.claim("run").await, Fault::Conflict, "another runner is at work");
    });
}

#[test]
fn what_is_durable_does_not_hang_on_the_users_settings() {
    let Some(server) = Server::shared() else { return };
    let url = SecretString::from(server.database("settings"));
    server.sql("settings", "ALTER DATABASE settings SET synchronous_commit = off");
    server.sql("settings", "ALTER DATABASE settings SET default_transaction_isolation = serializable");
    // Whatever is committed says by what setting it was.
    server.sql(
        "settings",
        "CREATE TABLE seen (sync TEXT, isolation TEXT); \
         CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES \
         (current_setting('synchronous_commit'), current_setting('transaction_isolation')); RETURN NEW; END $$",
    );
    Runtime::new().unwrap().block_on(async {
        let store = SqlJournal::postgres(&url).await.unwrap();
        server.sql(
            "settings",
            "CREATE TRIGGER look BEFORE INSERT ON run_entry FOR EACH ROW EXECUTE FUNCTION look()",
        );
        let fence = store.claim("run").await.unwrap().fence;
        store.append("run", fence, entry("a", 0)).await.unwrap();
    });
    assert_eq!(server.sql("settings", "SELECT * FROM seen"), "on|read committed");
}

#[test]
fn it_stands_beside_other_tables_but_takes_none_for_its_own() {
    let Some(server) = Server::shared() else { return };
    let runtime = Runtime::new().unwrap();
    let open = |url: &SecretString| runtime.block_on(SqlJournal::postgres(url));

    let url = SecretString::from(server.database("beside"));
    server.sql("beside", "CREATE TABLE orders (id INT)");
    drop(open(&url).unwrap());
    server.sql("beside", "UPDATE storeward_schema SET version = 2");
    refused(open(&url), Fault::Invalid, "has schema 2, this one reads 1");

    let url = SecretString::from(server.database("taken"));
    server.sql("taken", "CREATE TABLE run (id INT); INSERT INTO run VALUES (7)");
    refused(open(&url), Fault::Invalid, "holds a table `run` of another program");
    assert_eq!(server.sql("taken", "SELECT id FROM run"), "7");
    assert_eq!(
        server.sql("taken", "SELECT to_regclass('storeward_schema') IS NULL"),
        "t",
        "nothing was made"
    );

    // In a schema of its own there is room, and the runs of two schemas have nothing to do with each other.
    server.sql("taken", "CREATE SCHEMA one; CREATE SCHEMA two");
    let of = |schema: &str| SecretString::from(format!("{}?options[search_path]={schema}", url.expose()));
    let (one, two) = (open(&of("one")).unwrap(), open(&of("two")).unwrap());
    assert_eq!(runtime.block_on(one.claim("run")).unwrap().fence, 1);
    assert_eq!(runtime.block_on(two.claim("run")).unwrap().fence, 1);
    refused(open(&of("three")), Fault::NotFound, "no schema");
}

#[test]
fn a_server_that_does_not_let_us_in_says_so_and_no_secret_is_shown() {
    let Some(server) = Server::shared() else { return };
    let runtime = Runtime::new().unwrap();
    let open = |url: String| runtime.block_on(SqlJournal::postgres(&SecretString::from(url)));
    let secret = format!("{}-{}", "WRONG", "EXAMPLE");
    for (url, fault, says) in [
        (server.url("postgres", &secret), Fault::Refused, "does not let this user in"),
        (server.url("absent", "EXAMPLE"), Fault::NotFound, "does not exist"),
        (
            format!("postgres://storeward:{secret}@127.0.0.1:1/postgres"),
            Fault::Unreachable,
            "cannot be reached",
        ),
        (format!("{}?sslmode=require", server.url("postgres", &secret)), Fault::Refused, "certificate"),
        (
            format!("{}?sslmode={secret}", server.url("postgres", "EXAMPLE")),
            Fault::Invalid,
            "cannot be addressed like that",
        ),
        (
            format!("mysql://storeward:{secret}@127.0.0.1:1/postgres"),
            Fault::Invalid,
            "is not one of PostgreSQL",
        ),
    ] {
        let result = open(url);
        assert!(!format!("{result:?}").contains("EXAMPLE"), "{result:?}");
        refused(result, fault, says);
    }
}

#[test]
fn it_says_that_it_needs_a_runtime() {
    let url = SecretString::from("postgres://127.0.0.1:1/postgres");
    refused(pollster::block_on(SqlJournal::postgres(&url)), Fault::Invalid, "from within a tokio runtime");
}
