"""Checks the analyses of core/analysis against a restatement in NumPy, on random inputs.

    python tests/reference/check_analyses.py build/release/bin/test_analysis [SEED ...]

Needs numpy, scipy and safetensors. Not part of the test suite, which has naive twins of its own.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import save_file
from scipy.sparse.csgraph import minimum_spanning_tree, shortest_path
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

TOLERANCE = 1e-5


def unbiased_hsic(k, l):
    n = len(k)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    one = np.ones(n)
    return np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)


def debiased_cka(x, y):
    k, l = x @ x.T, y @ y.T
    return unbiased_hsic(k, l) / np.sqrt(unbiased_hsic(k, k) * unbiased_hsic(l, l))


def plain_cka(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def shared_axes(sets, count):
    rows = np.concatenate(sets)
    mean = rows.mean(0)
    _, s, vh = np.linalg.svd(rows - mean, full_matrices=False)
    axes = vh[:count]
    signs = np.sign(axes[np.arange(count), np.abs(axes).argmax(1)])
    return mean, axes * signs[:, None], s[:count] ** 2 / (s ** 2).sum()


def procrustes(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    u, _, vh = np.linalg.svd(x.T @ y)
    rest = x @ (u @ vh) - y
    return np.linalg.norm(rest) / np.linalg.norm(y), np.linalg.norm(rest, axis=1)


def amplification(before, after, directions):
    change = after - before
    out = []
    for of in (change, before):
        u, _, vh = np.linalg.svd(of, full_matrices=False)
        out.append(np.linalg.norm(change) / np.linalg.norm(u[:, :directions].T @ before @ vh[:directions].T))
    size = np.linalg.norm(change) / np.linalg.norm(before)
    return out + [size * np.sqrt(before.size) / directions]


def power_law_alpha(values):
    values = np.sort(values[values > 0])
    fits = []
    for first in range(len(values) - 9):
        tail = values[first:]
        alpha = 1 + len(tail) / np.log(tail / tail[0]).sum()
        distance = np.abs(np.arange(len(tail)) / len(tail) - (1 - (tail / tail[0]) ** (1 - alpha))).max()
        fits.append((distance, alpha))
    return min(fits)[1]


def probe_scores(states, heads, probe):
    n = len(heads)
    gold = np.zeros((n, n))
    for word, head in enumerate(heads):
        if head >= 0:
            gold[word, int(head)] = gold[int(head), word] = 1
    wanted = shortest_path(gold, unweighted=True)
    mapped = states @ probe.T
    distances = ((mapped[:, None] - mapped[None]) ** 2).sum(-1)
    tree = minimum_spanning_tree(distances).toarray()
    found = {tuple(sorted(edge)) for edge in zip(*np.nonzero(tree))}
    edges = {tuple(sorted((word, int(head)))) for word, head in enumerate(heads) if head >= 0}
    rows = [spearmanr(distances[i], wanted[i])[0] for i in range(n)]
    root = heads[(mapped ** 2).sum(1).argmin()] < 0
    return [len(found & edges) / len(edges), np.mean(rows), float(root)]


def draw(seed):
    random = np.random.default_rng(seed)
    normal = lambda *shape: random.normal(size=shape).astype(np.float32)
    x = normal(90, 12)
    before = normal(30, 22)
    heads = np.full(9, -1)
    order = random.permutation(9)
    for i in range(1, 9):
        heads[order[i]] = order[random.integers(i)]
    return {
        "x": x, "y": x @ normal(12, 7) + normal(90, 7), "z": x @ normal(12, 12) + 0.5 * normal(90, 12),
        "form": np.abs(normal(40)), "meaning": np.abs(normal(30)),
        "before": before, "after": before + normal(30, 4) @ normal(4, 22) * np.float32(0.1),
        "eigenvalues": (random.pareto(1.7, 120) + 1).astype(np.float32),
        "words": normal(9, 12), "heads": heads.astype(np.float32), "probe": normal(5, 12),
    }


def expected(inputs):
    i = {name: value.astype(np.float64) for name, value in inputs.items()}
    mean, axes, shares = shared_axes([i["x"], i["z"]], 3)
    relative, residuals = procrustes(i["x"], i["z"])
    cosines = (i["x"] * i["z"]).sum(1) / np.linalg.norm(i["x"], axis=1) / np.linalg.norm(i["z"], axis=1)
    return {
        "debiased_cka": debiased_cka(i["x"], i["y"]), "plain_cka": plain_cka(i["x"], i["y"]),
        "rsa": spearmanr(pdist(i["x"]), pdist(i["y"]))[0],
        "distances": np.linalg.norm(i["x"] - i["z"], axis=1), "cosines": cosines,
        "pca_shares": shares, "pca_projection": ((i["z"] - mean) @ axes.T).ravel(),
        "procrustes": relative, "procrustes_residuals": residuals,
        "sensitivity": i["meaning"].mean() / (i["meaning"].mean() + i["form"].mean()),
        "amplification": amplification(i["before"], i["after"], 4), "alpha": power_law_alpha(i["eigenvalues"]),
        "probe": probe_scores(i["words"], i["heads"], i["probe"]),
    }


def main():
    program, seeds = sys.argv[1], [int(seed) for seed in sys.argv[2:]] or range(1, 6)
    worst = 0.0
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            inputs = draw(seed)
            save_file(inputs, str(pathlib.Path(folder) / "inputs.safetensors"))
            subprocess.run([program, "[.reference]"], check=True, stdout=subprocess.DEVNULL,
                           env={**os.environ, "LORASCOPE_REFERENCE": folder})
            answers = json.loads((pathlib.Path(folder) / "answers.json").read_text())
        for name, wanted in expected(inputs).items():
            wanted, found = np.atleast_1d(wanted), np.atleast_1d(answers[name])
            error = np.abs(found - wanted).max() / max(1.0, np.abs(wanted).max())
            worst = max(worst, error)
            if not error < TOLERANCE:
                sys.exit(f"seed {seed}: {name} differs by {error:.2e}: found {found[:4]}, expected {wanted[:4]}")
    print(f"all analyses agree for seeds {list(seeds)}; largest difference {worst:.1e}")


if __name__ == "__main__":
    main()
