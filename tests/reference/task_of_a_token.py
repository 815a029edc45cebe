#!/usr/bin/env python3
"""How well the base encoder's state of a single token tells which of three tasks its text is of.

    task_of_a_token.py MODEL DATA [--threads N]

DATA holds the files of experiments/paper/mixture.toml. What X-LoRA's gate could know at best: classifiers of the gate's
shapes (one linear layer; two with a ReLU) are trained on the last hidden states of MODEL, all tasks weighted alike, and
scored on held-out texts. Prints the share of tokens whose most probable task is right. Not part of the test suite.
"""
import argparse
import csv
import json
import random
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

TRAIN = {"wnut17": "wnut17train.conll", "squad": "squad-train-part.json", "swag": "hellaswag-train-part.csv"}
HELD_OUT = {"wnut17": "emerging.dev.conll", "wnut17 test": "emerging.test.annotated", "squad": "squad-dev-part.json",
            "swag": "hellaswag-dev-part.csv"}
TEXTS = {"wnut17": 1200, "squad": 250, "swag": 600}
CLASSIFIERS = {
    "linear": (lambda size: torch.nn.Linear(size, 3), 5e-2, 1000),
    "two layers, 256 wide": (lambda size: torch.nn.Sequential(torch.nn.Linear(size, 256), torch.nn.ReLU(),
                                                              torch.nn.Linear(256, 3)), 1e-3, 600),
}


def read_wnut17(file):
    sentences, words = [], []
    for line in [*file.read_text(encoding="utf-8").splitlines(), ""]:
        if line.strip():
            words.append(line.split("\t")[0])
        elif words:
            sentences.append((" ".join(words),))
            words = []
    return sentences


def read_squad(file):
    return [(question["question"], passage["context"]) for article in json.loads(file.read_text(encoding="utf-8"))["data"]
            for passage in article["paragraphs"] for question in passage["qas"]]


def read_swag(file):
    with open(file, encoding="utf-8", newline="") as lines:
        return [(row["sent1"], f"{row['sent2']} {row[f'ending{k}']}") for row in csv.DictReader(lines) for k in range(4)]


READERS = {"wnut17": read_wnut17, "squad": read_squad, "swag": read_swag}


def token_states(tokenizer, model, texts):
    states = []
    for start in range(0, len(texts), 16):
        batch = [list(part) for part in zip(*texts[start:start + 16])]
        encoded = tokenizer(*batch, padding=True, truncation=True, max_length=256, return_tensors="pt")
        with torch.no_grad():
            states.append(model(**encoded).last_hidden_state[encoded["attention_mask"].bool()])
    return torch.cat(states)


def train(network, rate, steps, states, tasks):
    counts = torch.bincount(tasks)
    weights = len(tasks) / len(counts) / counts
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    for step in range(steps):
        chosen = torch.randint(0, len(tasks), (4096,))
        loss = torch.nn.functional.cross_entropy(network(states[chosen]), tasks[chosen], weight=weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - step / steps)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("data", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(42)
    tokenizer, model = AutoTokenizer.from_pretrained(options.model), AutoModel.from_pretrained(options.model).eval()

    def states_of(task, name):
        texts = READERS[task](options.data / name)
        random.seed(42)
        return token_states(tokenizer, model, random.sample(texts, min(TEXTS[task], len(texts))))

    by_task = [states_of(task, name) for task, name in TRAIN.items()]
    states, tasks = torch.cat(by_task), torch.cat([torch.full((len(s),), k) for k, s in enumerate(by_task)])
    held_out = {name: (list(TRAIN).index(name.split()[0]), states_of(name.split()[0], file))
                for name, file in HELD_OUT.items()}
    for name, (make, rate, steps) in CLASSIFIERS.items():
        network = make(states.shape[1])
        train(network, rate, steps, states, tasks)
        with torch.no_grad():
            right = {split: (network(found).argmax(-1) == task).float().mean().item() for split, (task, found) in held_out.items()}
        print(name, *(f"{split} {100 * share:.1f} %" for split, share in right.items()), sep="  ")


if __name__ == "__main__":
    main()
