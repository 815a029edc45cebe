#!/usr/bin/env python3
"""Training speed against a Python program, interleaved: same rows in the same batches, A B A B …, medians of the ratios.

    against_peer.py --lorascope BINARY --peer "PYTHON peer.py" --model DIR --train FILE [--task wnut17]
                    [--methods ft,lora] [--pairs 5] [--steps 40] [--threads 2] [--group-by-length]

The peer prints one JSON object for `bench-train` (fields as in `lorascope bench train --json`) and writes the row indices
of its batches with --dump-batches. Prints both command lines, every pair, and the medians with their spread.
"""

import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import tempfile


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}\nexit {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def field(result, name):
    for part in (result, result.get("train", {}), result.get("startup_seconds", {})):
        if name in part:
            return float(part[name])
    raise SystemExit(f"{name} is missing in {sorted(result)}")


def commands(options, method, batches):
    peer = shlex.split(options.peer) + [
        "bench-train", "--threads", str(options.threads), "--model", options.model, "--task", options.task,
        "--train-file", options.train, "--method", method, "--batch-size", str(options.batch_size),
        "--timed-steps", str(options.steps), "--dump-batches", batches]
    if options.group_by_length:
        peer.append("--group-by-length")
    ours = [options.lorascope, "bench", "train", "--threads", str(options.threads), "--model", options.model, "--task", options.task,
            "--train", options.train, "--method", method, "--batch-size", str(options.batch_size),
            "--steps", str(options.steps), "--batches", batches, "--json"]
    return peer, ours


def spread(values):
    return f"{statistics.median(values):8.2f}  ({min(values):.2f} to {max(values):.2f})"


def compare(options, method, folder):
    peer, ours = commands(options, method, str(folder / f"batches-{method}.json"))
    print(f"\n{method}: A = {shlex.join(ours)}\n{' ' * len(method)}  B = {shlex.join(peer)}", flush=True)
    ratios = {"real_tokens_per_second": [], "until_first_step_done": [], "peak_rss_mib": []}
    for pair in range(options.pairs):
        theirs, mine = run(peer), run(ours)
        for name, values in ratios.items():
            values.append(field(mine, name) / field(theirs, name))
        print(f"  pair {pair + 1}: " + ", ".join(f"{name} {field(mine, name):.1f} / {field(theirs, name):.1f}" for name in ratios), flush=True)
    for name, values in ratios.items():
        print(f"  {name:24s} A/B {spread(values)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lorascope", required=True)
    parser.add_argument("--peer", required=True, help="how to start the peer, e.g. 'python3 peer.py'")
    parser.add_argument("--model", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--task", default="wnut17")
    parser.add_argument("--methods", default="ft,lora")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--group-by-length", action="store_true", help="the peer's own bucketing, with its batches")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for method in options.methods.split(","):
            compare(options, method, pathlib.Path(folder))


if __name__ == "__main__":
    main()
