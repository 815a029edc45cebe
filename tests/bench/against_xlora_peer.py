#!/usr/bin/env python3
"""X-LoRA training steps against a Python program, interleaved: A B A B …, medians of the ratios.

    against_xlora_peer.py --lorascope BINARY --peer "PYTHON xlora_peer.py" [--shape bert-base] [--depth 1] [--pairs 5]
                          [--steps 3] [--threads 2] [--batch 16] [--length 128] [--adapters 3] [--width 2048]

Both work on random weights and tokens of one shape, no padding, rank 8 on query and value, a gate with scalings for each
layer. The peer prints one JSON object with lora_seconds_per_step and xlora_seconds_per_step; ours is
`lorascope bench mix --what xlora,cached`. Prints both command lines, every pair, and the medians with their spread.
"""

import argparse
import json
import shlex
import statistics
import subprocess


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}\nexit {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def commands(options):
    sizes = ["--shape", options.shape, "--length", str(options.length), "--adapters", str(options.adapters),
             "--depth", str(options.depth), "--threads", str(options.threads), "--steps", str(options.steps)]
    ours = [options.lorascope, "bench", "mix", "--what", "xlora,cached", "--batch-size", str(options.batch),
            "--size", str(options.width), "--pairs", "1", "--json"] + sizes
    peer = shlex.split(options.peer) + ["--batch", str(options.batch), "--width", str(options.width)] + sizes
    return ours, peer


def measures(ours, peer):
    """Name, our seconds a step, the peer's."""
    xlora, cached = ours["comparisons"]["xlora"], ours["comparisons"]["cached"]
    return [("LoRA step", xlora["reference_seconds"], peer["lora_seconds_per_step"]),
            ("X-LoRA step", xlora["seconds"], peer["xlora_seconds_per_step"]),
            ("X-LoRA step, gate inputs kept", cached["seconds"], peer["xlora_seconds_per_step"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lorascope", required=True)
    parser.add_argument("--peer", required=True, help="how to start the peer, e.g. 'python3 xlora_peer.py'")
    parser.add_argument("--shape", default="bert-base")
    parser.add_argument("--depth", type=int, default=1)
    parser.add_argument("--width", type=int, default=2048)
    parser.add_argument("--adapters", type=int, default=3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    ours, peer = commands(options)
    print(f"A = {shlex.join(ours)}\nB = {shlex.join(peer)}", flush=True)
    ratios = {}
    for pair in range(options.pairs):
        # The order changes from pair to pair: neither side always follows the other.
        done = {name: run(command) for name, command in [("A", ours), ("B", peer)][:: 1 if pair % 2 == 0 else -1]}
        for name, mine, theirs in measures(done["A"], done["B"]):
            ratios.setdefault(name, []).append(theirs / mine)
            print(f"  pair {pair + 1}: {name}: {mine:.3f} s, peer {theirs:.3f} s, {theirs / mine:.2f} x", flush=True)
    for name, values in ratios.items():
        print(f"{name:32s} {statistics.median(values):5.2f} x as fast ({min(values):.2f} to {max(values):.2f})")


if __name__ == "__main__":
    main()
