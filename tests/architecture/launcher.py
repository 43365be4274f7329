"""Run a script or a module as if some packages were not installed.

``python launcher.py script.py …`` or ``python launcher.py -m module …``; ROOMKIT_TEST_MISSING lists
the packages, separated by commas.
"""

import os
import runpy
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class Missing(MetaPathFinder):
    """Says of some packages that they are not there."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse a missing package and its modules; leave the rest to the other finders."""
        if any(fullname == name or fullname.startswith(f"{name}.") for name in self._names):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def main() -> None:
    """Run what the command line names."""
    sys.meta_path.insert(0, Missing(os.environ["ROOMKIT_TEST_MISSING"].split(",")))
    # The folder of this file is not where the program lives.
    del sys.path[0]
    del sys.argv[0]
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
