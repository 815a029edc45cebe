#!/usr/bin/env python3
"""Unpacks what a program needs to build and run with LibTorch from PyPI wheels: headers and libraries, no Python.

    unpack_libtorch.py WHEEL_FOLDER OUT [--cuda]

OUT gets include/, lib/ and share/. Without --cuda the GPU libraries (more than 500 MB) stay in the wheel.
"""

import pathlib
import shutil
import sys
import zipfile

CUDA_ONLY = ("libtorch_cuda", "libc10_cuda", "libtorch_nvshmem", "libcaffe2_nvrtc")
NEVER = ("libtorch_python", "libshm")


def wanted(name, with_cuda):
    parts = name.split("/")
    if parts[0] != "torch" or len(parts) < 3 or parts[1] not in ("lib", "include", "share"):
        return False
    file = parts[-1]
    if parts[1] == "lib" and any(part.startswith(NEVER) for part in parts[2:]):
        return False
    return with_cuda or not file.startswith(CUDA_ONLY)


def unpack_torch(wheel, out, with_cuda):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if wanted(name, with_cuda):
                copy(archive, name, out / pathlib.PurePosixPath(name).relative_to("torch"))


def unpack_runtime(wheel, out, with_cuda):
    """NVIDIA wheels: all libraries with a GPU; without one only the two that libtorch_cpu asks for when it is loaded."""
    needed = ("libcudart.so", "libcupti.so")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            file = name.rsplit("/", 1)[-1]
            if ".so" in file and (with_cuda or file.startswith(needed)):
                copy(archive, name, out / "lib" / file)


def copy(archive, name, target):
    if name.endswith("/"):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def main():
    wheels, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with_cuda = "--cuda" in sys.argv[3:]
    for wheel in sorted(wheels.glob("*.whl")):
        if wheel.name.startswith("torch-"):
            unpack_torch(wheel, out, with_cuda)
        elif wheel.name.startswith("nvidia_"):
            unpack_runtime(wheel, out, with_cuda)
    if not (out / "lib" / "libtorch_cpu.so").exists():
        sys.exit(f"{wheels}: holds no wheel of torch with lib/libtorch_cpu.so")


if __name__ == "__main__":
    main()
