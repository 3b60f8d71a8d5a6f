"""Folder map for wheels, and the compiled forms (ADR 0010).

The code lives in top-level folders, the import names are below ``commonline``. The committed links
``src/commonline/{schemas,connectors,streams}`` serve readers by path (editors, mypy, an un-installed pytest). This map
serves builds, so that a checkout without links can never ship an empty package.

With ``COMMONLINE_COMPILE=1`` the C sources are compiled too, which needs a C compiler and Python's headers; each
module carries the digest of its sources. Without it the wheel is pure Python, and complete.
"""

import hashlib
import os
from pathlib import Path

from setuptools import Extension, find_packages, setup

FOLDERS = {"commonline.schemas": "schemas", "commonline.connectors": "connectors", "commonline.streams": "streams"}
WIRE = "src/commonline/bus/wire"
UNIFY = "streams/unify"
ENGINE = Path("src/commonline/kit/declared/native")
COMPILED = {
    "commonline._ids": ["src/commonline/hashes.h", "src/commonline/ids.c"],
    "commonline.kit._digests": ["src/commonline/kit/digests.c"],
    "commonline.schemas._codec": ["schemas/codec.c"],
    "commonline.bus.wire._records": [
        *(
            f"{WIRE}/{name}.c"
            for name in ("accumulator", "appending", "batch", "hashes", "module", "reading", "rooms", "seal")
        ),
        *(f"{WIRE}/{name}.h" for name in ("accumulator", "batch", "records")),
    ],
    "commonline.streams.unify._texts": ["streams/unify/texts.c", "streams/unify/words.h"],
    "commonline.streams.unify._outputs": [
        f"{WIRE}/records.h",
        *(f"{UNIFY}/{name}.c" for name in ("envelopes", "outputs", "packing", "sending")),
        *(f"{UNIFY}/{name}.h" for name in ("envelopes", "outputs")),
    ],
    "commonline.kit.declared._engine": [
        f"{WIRE}/records.h",
        "src/commonline/hashes.h",
        *(path.as_posix() for path in sorted(ENGINE.glob("*.[ch]"))),
    ],
}
"""C modules by name, with all that each is made from: ``*.c`` are compiled, ``*.h`` are read by them."""
packages = [name for name in find_packages("src") if ".".join(name.split(".")[:2]) not in FOLDERS]
package_dir = {"": "src"}
for name, folder in FOLDERS.items():
    packages += [name, *(f"{name}.{sub}" for sub in find_packages(folder))]
    package_dir[name] = folder


def digest(sources):
    """As `commonline.compiled.extension` makes it again from what stands beside the module."""
    hashed = hashlib.sha256()
    for source in sorted(sources):
        hashed.update(Path(source).read_bytes())
    return hashed.hexdigest()


extensions = [
    Extension(
        name,
        [source for source in sources if source.endswith(".c")],
        depends=sources,
        define_macros=[("SOURCE_DIGEST", f'"{digest(sources)}"')],
        extra_compile_args=["-O2", "-g0"],
    )
    for name, sources in COMPILED.items()
    if os.environ.get("COMMONLINE_COMPILE") == "1"
]
setup(packages=packages, package_dir=package_dir, ext_modules=extensions)
