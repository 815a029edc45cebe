#!/usr/bin/env python3
"""Opens what lorascope writes with the Python originals, and what PEFT writes with lorascope, and compares logits.

    check_written_folders.py LORASCOPE GOLDEN [NAME...]

GOLDEN is the folder of the golden files, whose small training cases give a model and data for each family and task.
For every family, task and setting: trains a few steps, exports, loads the folder with transformers or PEFT and runs the
same inputs through both programs; then lets PEFT make and save an adapter of that kind and reads it. Merged, truncated,
converted and whole merged models are opened too. NAME is a part of a line's name. Needs torch, transformers, peft and
safetensors; not part of the test suite. Exit status 0 only if every line agrees within 1e-5 and no tensor is missing or
unexpected.
"""
import logging
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file

TOLERANCE = 1e-5
DATA = {"wnut17": "train.conll", "squad": "train.json", "swag": "train.csv"}
CLASSES = {"wnut17": "TokenClassification", "squad": "QuestionAnswering", "swag": "MultipleChoice"}
TASK_TYPES = {"wnut17": "TOKEN_CLS", "squad": "QUESTION_ANS", "swag": None}
MODULES = {
    "bert": {"attention": ["query", "value"], "six": ["query", "key", "value", "attention.output.dense",
                                                      "intermediate.dense", "output.dense"]},
    "distilbert": {"attention": ["q_lin", "v_lin"], "six": ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"]},
}
BARE_COPIES = (".original_module.", ".modules_to_save.")  # PEFT writes the head's bias thrice under bias "all"


def settings_of(family):
    """Name, options of `train`, keywords of LoraConfig."""
    few, six = MODULES[family]["attention"], MODULES[family]["six"]
    base = ["--method", "lora", "--rank", "4", "--alpha", "6", "--lora-dropout", "0", "--targets", ",".join(few)]
    keys = {"r": 4, "lora_alpha": 6, "target_modules": few}
    wide = ["--method", "lora", "--rank", "2", "--alpha", "5", "--lora-dropout", "0", "--targets", ",".join(six)]
    wide_keys = {"r": 2, "lora_alpha": 5, "target_modules": six}
    return [
        ("ft", ["--method", "ft"], None),
        ("lora", base, keys),
        ("rslora, six", wide + ["--use-rslora"], wide_keys | {"use_rslora": True}),
        ("dora", base + ["--use-dora"], keys | {"use_dora": True}),
        ("dora, six", wide + ["--use-dora"], wide_keys | {"use_dora": True}),
        ("gaussian", base + ["--lora-init", "gaussian"], keys | {"init_lora_weights": "gaussian"}),
        ("orthogonal", base + ["--lora-init", "orthogonal"], keys | {"init_lora_weights": "orthogonal"}),
        ("pissa", base + ["--lora-init", "pissa"], keys | {"init_lora_weights": "pissa"}),
        ("olora, six", wide + ["--lora-init", "olora"], wide_keys | {"init_lora_weights": "olora"}),
        ("pissa, dora", base + ["--lora-init", "pissa", "--use-dora"], keys | {"init_lora_weights": "pissa", "use_dora": True}),
        ("bias all", base + ["--lora-bias", "all"], keys | {"bias": "all"}),
        ("bias lora_only", base + ["--lora-bias", "lora_only"], keys | {"bias": "lora_only"}),
        ("one layer", base + ["--lora-layers", "1"], keys | {"layers_to_transform": [1]}),
        ("patterns", base + ["--rank-pattern", few[0] + "=2", "--alpha-pattern", few[1] + "=3"],
         keys | {"rank_pattern": {few[0]: 2}, "alpha_pattern": {few[1]: 3}}),
        ("bias of B", None, keys | {"lora_bias": True}),
        ("embedding", None, {"r": 3, "lora_alpha": 4, "target_modules": few + ["word_embeddings"]}),
    ]


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr.strip()}")
    return done


class Case:
    """One family and task: its base model, data and inputs."""

    def __init__(self, program, golden, family, task, folder):
        self.program, self.family, self.task, self.folder = program, family, task, folder
        source = golden / "training" / f"{task}-ft-{family}"
        self.base, self.data = source / "model", source / DATA[task]
        config = transformers.AutoConfig.from_pretrained(self.base)
        shape = (3, 4, 11) if task == "swag" else (3, 11)
        random = torch.Generator().manual_seed(1)
        self.inputs = {"input_ids": torch.randint(5, config.vocab_size, shape, generator=random),
                       "attention_mask": torch.ones(shape, dtype=torch.int64)}
        if family == "bert":
            self.inputs["token_type_ids"] = torch.randint(0, 2, shape, generator=random)
            if task == "squad":  # PEFT's wrapper of this task drops them
                self.inputs["token_type_ids"].zero_()
        save_file(self.inputs, folder / "inputs.safetensors")

    def opened(self, folder):
        """The task model as transformers loads it, and the names it complains about."""
        model, info = getattr(transformers, f"AutoModelFor{CLASSES[self.task]}").from_pretrained(
            folder, output_loading_info=True, attn_implementation="eager")
        return model.eval(), [*info["missing_keys"], *info["unexpected_keys"], *map(str, info["mismatched_keys"])]

    def with_adapter(self, folder):
        model, complaints = self.opened(self.base)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = PeftModel.from_pretrained(model, folder).eval()
        complaints += [str(warning.message) for warning in caught if "key" in str(warning.message)]
        stored = {name for name in load_file(folder / "adapter_model.safetensors") if not any(c in name for c in BARE_COPIES)}
        wanted = {name for name in get_peft_model_state_dict(model) if not any(c in name for c in BARE_COPIES)}
        return model, complaints + sorted(stored ^ wanted)

    def theirs(self, model):
        with torch.no_grad():
            output = model(**self.inputs)
        return torch.stack([output.start_logits, output.end_logits]) if self.task == "squad" else output.logits

    def ours(self, *arguments):
        out = self.folder / "out.safetensors"
        done = run(self.program, "forward", *arguments, "--task", self.task, "--inputs", self.folder / "inputs.safetensors",
                   "--outputs", out)
        found = load_file(out)
        logits = torch.stack([found["start_logits"], found["end_logits"]]) if self.task == "squad" else found["logits"]
        return logits, [line for line in done.stderr.splitlines() if line.startswith("warning")]


class Checks:
    def __init__(self, names):
        self.names, self.failed, self.worst, self.count = names, 0, 0.0, 0

    def compare(self, name, compute):
        if self.names and not any(part in name for part in self.names):
            return
        self.count += 1
        try:
            ours, theirs, complaints = compute()
            deviation = ((ours - theirs).abs().max() / theirs.abs().max()).item()
            self.worst = max(self.worst, deviation)
            passed = deviation <= TOLERANCE and not complaints
        except Exception as error:  # whatever either program says about a folder it does not open
            passed, deviation, complaints = False, float("nan"), [f"{type(error).__name__}: {error}"[:400]]
        self.failed += not passed
        print(f"{'PASS' if passed else 'FAIL'} {name}: deviation {deviation:.1e}", *complaints[:3], flush=True)


def written_by_us(case, options, place):
    run(case.program, "train", "--workspace", case.folder / "workspace", "--model", case.base, "--task", case.task,
        "--train", case.data, "--max-steps", 3, "--batch-size", 4, "--lr", 0.01, "--dropout", 0, "--max-length", 32,
        *(["--stride", 8] if case.task == "squad" else []), "--export", place, "--json", *options)
    if (place / "adapter_config.json").exists():
        model, complaints = case.with_adapter(place)
        ours, ours_complain = case.ours("--model", case.base, "--adapter", place)
    else:
        model, complaints = case.opened(place)
        ours, ours_complain = case.ours("--model", place)
    return ours, case.theirs(model), complaints + ours_complain


def written_by_them(case, keywords, place):
    torch.manual_seed(7)
    model, _ = case.opened(case.base)
    head = None if TASK_TYPES[case.task] else ["classifier"]
    model = get_peft_model(model, LoraConfig(task_type=TASK_TYPES[case.task], modules_to_save=head, **keywords)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.05)
    model.save_pretrained(place)
    ours, complaints = case.ours("--model", case.base, "--adapter", place)
    return ours, case.theirs(model), complaints


def derived(case, command, place, source):
    """An adapter folder that `lorascope adapter` writes."""
    run(case.program, "adapter", *command, "--out", place)
    model, complaints = case.with_adapter(place)
    ours, ours_complain = case.ours("--model", case.base, "--adapter", place)
    if "truncate" not in command:
        same, _ = case.ours("--model", case.base, "--adapter", source)
        complaints += [] if (same - ours).abs().max() <= 2e-5 * same.abs().max() else ["differs from its source"]
    return ours, case.theirs(model), complaints + ours_complain


def merged_model(case, place, source):
    run(case.program, "adapter", "merge", source, "--into", case.base, "--out", place)
    model, complaints = case.opened(place)
    ours, _ = case.ours("--model", case.base, "--adapter", source)
    return ours, case.theirs(model), complaints


def main():
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    program, golden, checks = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), Checks(sys.argv[3:])
    torch.set_num_threads(1)
    for family in MODULES:
        for task in DATA:
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary)
                case = Case(program, golden, family, task, folder)
                for name, options, keywords in settings_of(family):
                    label, ours, theirs = f"{family} {task} {name}", folder / f"ours {name}", folder / f"theirs {name}"
                    if options is not None:
                        checks.compare(f"{label}, ours read by them", lambda: written_by_us(case, options, ours))
                    if keywords is not None:
                        checks.compare(f"{label}, theirs read by us", lambda: written_by_them(case, keywords, theirs))
                    if ours.exists() and name in ("lora", "dora", "pissa", "bias all"):
                        checks.compare(f"{label}, merged model", lambda: merged_model(case, folder / f"m {name}", ours))
                    if ours.exists() and name == "lora":
                        checks.compare(f"{label}, merge", lambda: derived(
                            case, ["merge", ours], folder / "merge", ours))
                        checks.compare(f"{label}, truncate", lambda: derived(
                            case, ["truncate", ours, "--energy", "0.8"], folder / "truncated", ours))
                    if ours.exists() and name in ("pissa", "olora, six"):
                        checks.compare(f"{label}, plain", lambda: derived(
                            case, ["convert", ours, "--to", "plain", "--model", case.base], folder / f"p {name}", ours))
    print(f"{checks.count - checks.failed} of {checks.count} agree; largest deviation {checks.worst:.1e}")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
