#!/usr/bin/env python3
"""Opens X-LoRA folders written by lorascope with the original package and with PEFT, and compares logits.

    check_xlora_folders.py LORASCOPE GOLDEN --old-python PYTHON --package DIR

GOLDEN is the folder of the golden files. Every X-LoRA folder there is rewritten by `adapter convert`, and gates are trained
on the golden training cases and exported; each result is opened by its own original and by lorascope, on the same inputs.
PYTHON is the interpreter of an environment with the package's PEFT 0.12.0, DIR the folder that holds the package `xlora`;
PEFT of today runs in this interpreter. The reverse, their folders read by lorascope, is the golden check itself. A line that
says "cannot" names what the original itself does not do, with its own words. Not part of the test suite. Exit status 0
only if every folder that an original opens gives logits within 1e-5.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CLASSES = {"wnut17": "TokenClassification", "squad": "QuestionAnswering", "swag": "MultipleChoice"}
TOLERANCE = 1e-5


def model_of(folder, task):
    import transformers

    kind = json.loads((folder / "config.json").read_text())["model_type"]
    name = {"bert": "Bert", "distilbert": "DistilBert"}[kind] + "For" + CLASSES[task]
    model = getattr(transformers, name).from_pretrained(folder, attn_implementation="eager")
    model.config.use_cache = False
    return model


def by_package(folder, model):
    import xlora

    names = json.loads((folder / "xlora_config.json").read_text())["adapters"]
    adapters = {name: str(folder / name) for name in names}
    return xlora.from_pretrained(str(folder), model, "cpu", adapters=adapters)


def by_peft(folder, model, choices):
    import torch
    from peft import PeftModel

    class Shell(torch.nn.Module):
        """PEFT expects the encoder one level deeper, and rows and length as the first two sizes."""

        def __init__(self):
            super().__init__()
            self.model, self.config = model, model.config

        def forward(self, input_ids=None, **inputs):
            if choices:
                shape = (-1, choices, input_ids.shape[-1])
                input_ids = input_ids.view(shape)
                inputs = {name: value.view(shape) if name in ("attention_mask", "token_type_ids") else value
                          for name, value in inputs.items()}
            return self.model(input_ids=input_ids, **inputs)

    os.chdir(folder)  # PEFT takes the recorded paths of the experts from the current folder
    return PeftModel.from_pretrained(Shell(), ".")


def answer(request):
    """One folder opened by the original that the request names; the logits as a nested list, or why not."""
    import torch
    from safetensors.torch import load_file

    torch.manual_seed(0)
    folder, task = Path(request["folder"]), request["task"]
    inputs = {name: value for name, value in load_file(request["inputs"]).items() if name in request["names"]}
    model = model_of(Path(request["model"]), task)
    choices = 4 if task == "swag" else None
    mixed = by_package(folder, model) if request["by"] == "package" else by_peft(folder, model, choices)
    if choices and request["by"] == "peft":
        inputs = {name: value.view(-1, value.shape[-1]) for name, value in inputs.items()}
    with torch.no_grad():
        output = mixed.eval()(**inputs)
    return (torch.stack([output.start_logits, output.end_logits]) if task == "squad" else output.logits).tolist()


def ask(options, request):
    python = options.old_python if request["by"] == "package" else sys.executable
    environment = dict(os.environ, HF_HUB_OFFLINE="1", OMP_NUM_THREADS="1", PYTHONPATH=options.package if request["by"] == "package" else "")
    done = subprocess.run([python, __file__, "--answer"], input=json.dumps(request), capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        start = max((i for i, line in enumerate(lines) if line.partition(":")[0].endswith("Error")), default=len(lines) - 1)
        return None, " ".join(lines[start:])[:300]
    return json.loads(done.stdout.splitlines()[-1]), ""


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr.strip()}")


def written(options, place):
    """(name, model, task, folder, inputs, names of the inputs, mode) of every folder that lorascope writes."""
    for case in sorted((options.golden / "xlora").glob("[op]*/case.json")):
        settings = json.loads(case.read_text())
        source, folder = settings["source"], case.parent / "xlora"
        if settings["kind"] != "forward" or source == "reference":
            continue
        arguments = settings["args"]
        task = arguments[arguments.index("--task") + 1]
        for form in ("xlora", "peft"):
            out = place / f"{case.parent.name}-{form}"
            try:
                run(options.program, "adapter", "convert", folder, "--to", form, "--out", out)
            except RuntimeError as error:  # a gate that the other form has no words for
                print(f"refused {case.parent.name}, to {form}: {str(error).split('lorascope: ')[-1].splitlines()[0]}", flush=True)
                continue
            yield case.parent.name + ", converted", case.parent / "model", task, out, case.parent / "inputs.safetensors"
    for case in sorted((options.golden / "xlora/training").glob("*/case.json")):
        settings = json.loads(case.read_text())
        out = place / ("trained-" + case.parent.name)
        arguments = [a.replace("{case}", str(case.parent)).replace("{out}", str(out)) for a in settings["args"]]
        run(options.program, "train", *arguments)
        task = arguments[arguments.index("--task") + 1]
        yield case.parent.name + ", trained", case.parent / "model", task, out / "export", None


def inputs_like(model, task, path):
    """Random rows without padding, for a case that has no inputs of its own."""
    import torch
    from safetensors.torch import save_file

    config = json.loads((model / "config.json").read_text())
    shape = (3, 4, 11) if task == "swag" else (3, 11)
    ids = torch.randint(5, config["vocab_size"], shape, generator=torch.Generator().manual_seed(1))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if config["model_type"] == "bert":
        inputs["token_type_ids"] = torch.zeros_like(ids)
    save_file(inputs, path)
    return path


def ours(options, model, task, folder, inputs, mode, out):
    import torch
    from safetensors.torch import load_file

    run(options.program, "forward", "--model", model, "--adapter", folder, "--task", task, "--inputs", inputs, "--outputs", out,
        "--xlora-mode", mode)
    found = load_file(out)
    return torch.stack([found["start_logits"], found["end_logits"]]) if task == "squad" else found["logits"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("golden", type=Path)
    parser.add_argument("--old-python", required=True)
    parser.add_argument("--package", required=True)
    options = parser.parse_args()
    import torch
    from safetensors.torch import load_file

    failed = count = cannot = 0
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for title, model, task, folder, inputs in written(options, place):
            inputs = inputs or inputs_like(model, task, place / "inputs.safetensors")
            by = "package" if (folder / "xlora_config.json").exists() else "peft"
            stored = load_file(inputs)
            names = [n for n in ("input_ids", "attention_mask", "token_type_ids") if n in stored]
            theirs, complaint = ask(options, {"by": by, "folder": str(folder), "task": task, "model": str(model),
                                              "inputs": str(inputs), "names": names})
            if theirs is None:
                cannot += 1
                print(f"cannot {title}, by {by}: {complaint}", flush=True)
                continue
            theirs = torch.tensor(theirs)
            mine = ours(options, model, task, folder, inputs, "xlora" if by == "package" else "peft", place / "out.safetensors")
            real = stored["attention_mask"].bool()
            if task == "wnut17":
                theirs, mine = theirs[real], mine[real]
            if task == "squad":
                theirs, mine = theirs[:, real], mine[:, real]
            deviation = ((mine.reshape(theirs.shape) - theirs).abs().max() / theirs.abs().max()).item()
            count, worst = count + 1, max(worst, deviation)
            failed += deviation > TOLERANCE
            print(f"{'PASS' if deviation <= TOLERANCE else 'FAIL'} {title}, by {by}: deviation {deviation:.1e}", flush=True)
    print(f"{count - failed} of {count} agree; largest deviation {worst:.1e}; {cannot} that the original does not open")
    return failed > 0 or count == 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--answer"]:
        print(json.dumps(answer(json.load(sys.stdin))))
    else:
        sys.exit(main())
