#!/usr/bin/env python3
"""Opens what lorascope writes with the Python originals and compares logits both ways.

    check_written_folders.py LORASCOPE MODEL CONLL

MODEL is a BERT folder, CONLL a file in the form of WNUT17. Trains a few steps under each setting, exports, loads the folder
with transformers or PEFT, runs the same inputs through both programs. Needs torch, transformers, peft and safetensors; not
part of the test suite. Exit status 0 only if every setting agrees within 1e-5 and no tensor is missing or unexpected.
"""
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForTokenClassification, BertTokenizerFast

TOLERANCE = 1e-5
SETTINGS = {
    "ft": ["--method", "ft"],
    "lora": ["--method", "lora", "--rank", "4", "--alpha", "8"],
    "lora rslora, four modules": ["--method", "lora", "--rank", "3", "--alpha", "5", "--use-rslora",
                                  "--targets", "query,key,value,attention.output.dense"],
    "lora, feed-forward": ["--method", "lora", "--rank", "2", "--alpha", "4", "--targets", "intermediate.dense,output.dense"],
}


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def opened(base, export, is_adapter):
    """The model as the originals load it, with the names they complain about."""
    if not is_adapter:
        model, info = AutoModelForTokenClassification.from_pretrained(
            export, output_loading_info=True, attn_implementation="eager")
        return model, info["missing_keys"] + info["unexpected_keys"] + info["mismatched_keys"]
    labels = load_file(export / "adapter_model.safetensors")["base_model.model.classifier.weight"].shape[0]
    model = AutoModelForTokenClassification.from_pretrained(base, num_labels=labels, attn_implementation="eager",
                                                            ignore_mismatched_sizes=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(model, export)
    complaints = [str(warning.message) for warning in caught if "key" in str(warning.message)]
    stored = set(load_file(export / "adapter_model.safetensors"))
    wanted = {name.replace(".default", "").replace(".modules_to_save", "") for name, value in model.named_parameters()
              if "lora_" in name or "modules_to_save" in name}
    return model, complaints + sorted(stored ^ wanted)


def compare(program, name, options, base, data, folder):
    export = folder / "export"
    run(program, "train", "--workspace", folder / "workspace", "--model", base, "--task", "wnut17", "--train", data,
        "--max-steps", 3, "--batch-size", 4, "--lr", 0.01, "--dropout", 0, "--export", export, "--json", *options)
    is_adapter = (export / "adapter_config.json").exists()
    model, complaints = opened(base, export, is_adapter)
    vocabulary = model.config.vocab_size
    inputs = {"input_ids": torch.randint(5, vocabulary, (3, 12), generator=torch.Generator().manual_seed(1)),
              "attention_mask": torch.ones(3, 12, dtype=torch.int64),
              "token_type_ids": torch.zeros(3, 12, dtype=torch.int64)}
    with torch.no_grad():
        theirs = model.eval()(**inputs).logits
    save_file(inputs, folder / "inputs.safetensors")
    arguments = ["--model", base, "--adapter", export] if is_adapter else ["--model", export]
    run(program, "forward", *arguments, "--task", "wnut17", "--inputs", folder / "inputs.safetensors",
        "--outputs", folder / "out.safetensors")
    ours = load_file(folder / "out.safetensors")["logits"]
    deviation = ((ours - theirs).abs().max() / theirs.abs().max()).item()
    if not is_adapter:
        tokenizer = BertTokenizerFast.from_pretrained(export)
        complaints += [] if len(tokenizer) == vocabulary else [f"tokenizer of {len(tokenizer)} for {vocabulary}"]
        complaints += [] if model.config.id2label[0] == "O" else [f"id2label {model.config.id2label}"]
    passed = deviation <= TOLERANCE and not complaints
    print(f"{'PASS' if passed else 'FAIL'} {name}: deviation {deviation:.2e}", *complaints)
    return passed


def main():
    program, base, data = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    results = []
    for name, options in SETTINGS.items():
        with tempfile.TemporaryDirectory() as folder:
            results.append(compare(program, name, options, base, data, Path(folder)))
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
