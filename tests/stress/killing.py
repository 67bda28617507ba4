"""A command line in a process of its own, so that it can be killed."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from publisher.cli import run


def perform(folder: Path, said: Path, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Run it in a folder, with what it prints in a file; ends the process."""
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("PUBLISHER_")]:
        del os.environ[name]
    os.environ.update(environ)
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os._exit(run(list(arguments)))
