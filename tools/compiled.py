"""``make compiled``: what is compiled, beside the sources of this checkout (docs/adr/0010).

The codec and the builder of record batches from C; the modules that unify's packages name, by mypyc. What was made from
sources that are edited later is not used until this runs again. Ends with 1 where something cannot be compiled; with
``--or-python`` it says so and ends with 0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from commonline import compiled
from commonline.streams import unify

ROOT = Path(__file__).parent.parent
TELL = """
from commonline import ids
from commonline.bus.wire import records
from commonline.kit.declared import engine
from commonline.schemas import compiled
from commonline.streams import unify
codec, decision, producer = compiled.form(), unify.FORM, records.form()
print("ids:", "compiled" if ids.FORM.module else "python", ids.FORM.why)
print("codec:", codec.name, codec.why)
print("unify:", "compiled" if decision.compiled else "python", decision.why)
print("mappings:", "compiled" if engine.module().module else "python", engine.module().why)
print("producer:", producer.name, producer.why)
"""
MYPYC = """
import sys
from mypyc.build import mypycify
from setuptools import setup
group, place, rest, *sources = sys.argv[1:]
options = {"opt_level": "3", "debug_level": "0", "group_name": group, "target_dir": rest}
made = mypycify([*sources, "--explicit-package-bases"], **options)
places = ["--build-lib", place, "--build-temp", rest]
setup(name="compiled", packages=[], ext_modules=made, script_args=["-q", "build_ext", *places])
"""


def _run(argv: list[str], **environ: str) -> str:
    """Run a build; what it said last where it failed, else nothing."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *argv],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return ""
    return ((done.stderr.strip() or done.stdout.strip()).splitlines() or ["no reason was given"])[-1]


def decision() -> str:
    """Compile unify's modules; the reason where that fails."""
    package = ROOT / "streams" / "unify"
    target = compiled.folder(package)
    if any(target.glob("*.so")):
        return ""
    for old in package.glob("compiled-*"):
        shutil.rmtree(old)
    sources = [f"src/commonline/streams/unify/{name}.py" for name in unify.COMPILED]
    name = unify.__name__
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "lib"
        argv = ["-c", MYPYC, compiled.group(name).removesuffix("__mypyc"), str(place), f"{folder}/rest", *sources]
        if why := _run(argv, MYPYPATH="src"):
            return why
        target.mkdir()
        for path in place.rglob("*.so"):
            shutil.move(path, target / path.name)
    return ""


def main(arguments: list[str]) -> int:
    """Compile, then say what a process of this checkout runs."""
    failed = [_run(["setup.py", "-q", "build_ext", "--inplace"], COMMONLINE_COMPILE="1"), decision()]
    for why in filter(None, failed):
        print(f"not compiled: {why}\nNeeded: a C compiler and Python's headers (Debian: gcc, python3-dev).")
    subprocess.run([sys.executable, "-c", TELL], cwd=ROOT, check=False)
    return 0 if "--or-python" in arguments else int(any(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
