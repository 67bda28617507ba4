"""Writes the pipeline of an offer folder for GitHub, GitLab or Azure DevOps."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from publisher.document import read_document
from publisher.document.secrets import NAME
from publisher.errors import Refused, unwritten
from publisher.resources import folder as shipped

FILES: Final = {
    "github": ".github/workflows/offer.yml",
    "gitlab": ".gitlab-ci.yml",
    "azure": "azure-pipelines.yml",
}
_SECRET: Final = "OS_VHD"  # the templates have a line for it  # noqa: S105


def pipeline_file(platform: str, folder: Path) -> Path:
    """Where the pipeline belongs: at the root of the folder's repository.

    Without a repository that is the current directory. Raises Refused where a file is there already.
    """
    file = _root(folder) / FILES[platform]
    if os.path.lexists(file):
        raise Refused(
            f"{file} is already there",
            hint="move it away and merge the two by hand; nothing was changed",
        )
    return file


def write_pipeline(platform: str, folder: Path) -> Path:
    """Write the pipeline for the offer of the folder, with a line for each secret that the offer names.

    Raises Refused where a file is there already, UsageError where none can be written.
    """
    file = pipeline_file(platform, folder)
    offer = read_document(folder).offer
    names = dict.fromkeys(vhd.secret for vhd in offer.vhds() if NAME.fullmatch(vhd.secret)) if offer else {}
    template = (shipped("templates") / "ci" / f"{platform}.yml").read_text("utf-8")
    text = "".join(_lines(template, list(names) or [_SECRET]))
    text = text.replace('OFFER_FOLDER: "my-offer"', f"OFFER_FOLDER: {_quoted(_inside(folder))}")
    text = text.replace('OFFER_ID: "my-offer"', f"OFFER_ID: {_quoted(offer.offer if offer else '')}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    except OSError as error:
        raise unwritten(file, error, hint="look at the rights of the folder") from None
    return file


def _root(folder: Path) -> Path:
    folder, here = folder.resolve(), Path.cwd().resolve()
    above = next((path for path in (folder, *folder.parents) if (path / ".git").exists()), None)
    return above or (here if folder.is_relative_to(here) else folder.parent)


def _inside(folder: Path) -> str:
    return folder.resolve().relative_to(_root(folder)).as_posix()


def _lines(template: str, secrets: Sequence[str]) -> Iterator[str]:
    for line in template.splitlines(keepends=True):
        if line.lstrip().startswith(f"{_SECRET}:"):
            yield from (line.replace(_SECRET, name) for name in secrets)
        else:
            yield line


def _quoted(text: str) -> str:
    """A text in the double quotes of YAML."""
    return json.dumps(text, ensure_ascii=False)
