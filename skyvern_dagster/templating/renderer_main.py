"""The renderer's own side: a line of JSON with a template in, a line with what it gives out.

It is started as a file, not as a module: importing the package would take seconds and Dagster.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import types
from pathlib import Path
from typing import Any

_LIBRARIES = ("site-packages", "dist-packages")


def main(memory_bytes: int, cpu_seconds: float) -> None:
    """Answers until its input ends."""
    package = types.ModuleType("skyvern_dagster")
    package.__path__ = [str(Path(__file__).parents[1])]
    sys.modules["skyvern_dagster"] = package
    from skyvern_dagster.errors import TemplateError
    from skyvern_dagster.process.confinement import confine
    from skyvern_dagster.templating.absent import noting_absent, without
    from skyvern_dagster.templating.block_output import reaching
    from skyvern_dagster.templating.compiled import given_here

    def answer(line: bytes) -> dict[str, Any]:
        want, template, names, outputs, not_made = json.loads(line)
        names |= {name: reaching(names[name]) for name in outputs}
        try:
            with noting_absent() as absent, without(frozenset(not_made)):
                return {"value": given_here(want, template, names), "absent": absent}
        except TemplateError as error:
            return {"error": str(error)}

    libraries = [each for each in sys.path if Path(each).name in _LIBRARIES]
    confine(strictly=True, readable=[*package.__path__, *libraries])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # which ends a process, in C as in Python
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        try:
            text = json.dumps(answer(line))
        except MemoryError:
            error = "the template takes more than the memory that it may use"
            text = json.dumps({"error": error, "is_last": True})
        except (ValueError, RecursionError) as error:
            text = json.dumps({"error": f"the template gives what can't be handed on: {error}"})
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
