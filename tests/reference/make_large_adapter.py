#!/usr/bin/env python3
"""Writes a PEFT adapter folder of the shape of a 7B Llama (64 modules, 4096 wide, rank 16) with random weights.

    make_large_adapter.py OUT [--seed N] [--layers 32] [--hidden 4096] [--rank 16]

To measure `lorascope adapter show` and `adapter compare` with; needs NumPy and safetensors. Not part of the test suite.
"""
import argparse
import json
from pathlib import Path

import numpy
from safetensors.numpy import save_file


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--hidden", type=int, default=4096)
    parser.add_argument("--rank", type=int, default=16)
    options = parser.parse_args()
    random = numpy.random.default_rng(options.seed)
    draw = lambda *shape: (random.standard_normal(shape) * 0.02).astype(numpy.float32)
    tensors = {}
    for layer in range(options.layers):
        for module in ("q_proj", "v_proj"):
            name = f"base_model.model.model.layers.{layer}.self_attn.{module}"
            tensors[f"{name}.lora_A.weight"] = draw(options.rank, options.hidden)
            tensors[f"{name}.lora_B.weight"] = draw(options.hidden, options.rank)
    options.out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, options.out / "adapter_model.safetensors", metadata={"format": "pt"})
    config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": options.rank, "lora_alpha": 2 * options.rank,
              "lora_dropout": 0.05, "bias": "none", "target_modules": ["q_proj", "v_proj"], "inference_mode": True}
    (options.out / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True))


if __name__ == "__main__":
    main()
