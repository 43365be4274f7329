"""Run the published hook sample, which is in `moderation.py`: `python examples/hooks.py`.

Python looks for modules beside the program it runs first, so this file would hide the package
`hooks` from every example here. Imported under that name, it steps aside for the package.
"""

import importlib
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "hooks":
    elsewhere = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE.resolve()]
    sys.path[:], found = elsewhere, sys.path[:]
    del sys.modules["hooks"]
    importlib.import_module("hooks")
    sys.path[:] = found
elif __name__ == "__main__":
    runpy.run_path(str(HERE / "moderation.py"), run_name="__main__")
