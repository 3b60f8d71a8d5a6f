"""Folder map for wheels: the code lives in top-level folders, the import names are below ``commonline``.

The committed links ``src/commonline/{schemas,connectors,streams}`` serve readers by path (editors, mypy, an
un-installed pytest). This map serves builds, so that a checkout without links can never ship an empty package.
"""

from setuptools import find_packages, setup

FOLDERS = {"commonline.schemas": "schemas", "commonline.connectors": "connectors", "commonline.streams": "streams"}
packages = [name for name in find_packages("src") if ".".join(name.split(".")[:2]) not in FOLDERS]
package_dir = {"": "src"}
for name, folder in FOLDERS.items():
    packages += [name, *(f"{name}.{sub}" for sub in find_packages(folder))]
    package_dir[name] = folder
setup(packages=packages, package_dir=package_dir)
