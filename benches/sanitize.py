#!/usr/bin/env python3
"""Processor time and memory of `storeward sanitize` beside jq, as ratios.

    cargo build --release
    apt-get install jq
    python3 benches/sanitize.py [--runs 5] [CASE ...]

Cases: keep, detect, rules, lines. `keep` and `detect` sanitize 65 MB of JSON that is made here: beside `jq -c .`, which
only reads and writes it, and `jq -c` with a `walk` that redacts the same fields. `rules` sanitizes it under 10 rules up
to 10,000. `lines` takes 1 GB of JSON Lines, for the memory. Each pair of programs runs in turn; the ratio is that of the
medians of user and system time of whole processes. storeward reads its output again and proves it; jq does not.
"""

import argparse, json, os, random, shutil, statistics, sys, tempfile

from measure import measure, storeward

WORDS = "shop product variant channel price name slug metadata warehouse tax weight currency description category".split()
WALK = 'walk(if type == "object" and has("email") then .email = "[REDACTED]" else . end)'
RULE = '[[rule]]\npath = "{}"\nclass = "confidential"\nhandling = "full_redaction"\nreason = "a measurement"\n'


def row():
    return {
        "id": f"{random.getrandbits(128):032x}",
        "name": " ".join(random.choices(WORDS, k=3)),
        "email": f"customer{random.randrange(10**6)}@shop.example",
        "count": random.randrange(1000),
        "description": " ".join(random.choices(WORDS, k=14)),
        "price": random.random(),
    }


def made(path, size, lines=False):
    """An array of rows, or one row a line."""
    rows = [json.dumps(row()) for _ in range(5000)]
    with open(path, "w") as out:
        out.write("" if lines else "[")
        while out.tell() < size:
            if not lines:
                rows = [json.dumps(row()) for _ in range(5000)]
            out.write(("\n" if lines else ",").join(rows) + ("\n" if lines else ","))
        out.write("" if lines else json.dumps(row()) + "]")


def made_rules(path, number):
    with open(path, "w") as out:
        out.write(RULE.format("*.email"))
        for at in range(number - 1):
            out.write(RULE.format(f"products.*.field{at}"))


def compare(name, own, others, runs):
    for command in [own, *others.values()]:
        measure(command)
    taken = {key: [] for key in ["", *others]}
    for _ in range(runs):
        for key, command in [("", own), *others.items()]:
            taken[key].append(measure(command))
    medians = {key: [statistics.median(run[figure] for run in runs) for figure in (0, 1)] for key, runs in taken.items()}
    seconds, memory = medians.pop("")
    against = "   ".join(f"{key} {theirs[0]:.2f} s {theirs[1]:.0f} MiB, ratio 1/{theirs[0] / seconds:.1f}" for key, theirs in medians.items())
    print(f"{name:14} storeward {seconds:.3f} s {memory:.0f} MiB   {against}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--storeward", default=storeward())
    arguments = parser.parse_args()
    wanted = lambda name: not arguments.cases or name in arguments.cases
    jq = shutil.which("jq")
    random.seed(1)
    with tempfile.TemporaryDirectory() as work:
        join = lambda name: os.path.join(work, name)
        sanitize = lambda path, rules, *more: [
            arguments.storeward, "sanitize", path, "--audience", "public", "--rules", rules, "-q", "-o", join("out"), *more
        ]
        made(join("rows.json"), 65_000_000)
        made_rules(join("one.toml"), 1)
        peers = {"jq -c .": ["jq", "-c", ".", join("rows.json")], "jq -c walk": ["jq", "-c", WALK, join("rows.json")]} if jq else {}
        for treatment in ("keep", "detect"):
            if wanted(treatment):
                own = sanitize(join("rows.json"), join("one.toml"), "--unclassified", treatment)
                compare(treatment, own, peers, arguments.runs)
        if wanted("rules"):
            for number in (10, 100, 1_000, 10_000):
                made_rules(join("rules.toml"), number)
                own = sanitize(join("rows.json"), join("rules.toml"), "--unclassified", "keep")
                compare(f"{number} rules", own, {}, arguments.runs)
        if wanted("lines"):
            made(join("rows.jsonl"), 1_000_000_000, lines=True)
            for treatment in ("keep", "detect"):
                own = sanitize(join("rows.jsonl"), join("one.toml"), "--unclassified", treatment)
                compare(f"1 GB, {treatment}", own, {}, 1)


if __name__ == "__main__":
    sys.exit(main())
