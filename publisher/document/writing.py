"""Writes a whole offer folder out of plain data: proved to read back, and all of it or nothing."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import yaml

from publisher.document import NAMES, read_document
from publisher.document.change import plain
from publisher.document.files import FileRefused, check_name
from publisher.document.guard import FORBIDDEN
from publisher.document.secrets import NAME, Secrets
from publisher.errors import UsageError, unwritten
from publisher.redact import Secret
from publisher.resources import folder as shipped

SCHEMA: Final = ".vm-offer.schema.json"
IGNORED: Final = ".gitignore"
SECRETS: Final = "secrets.env"
INLINE: Final = 200  # characters; a longer text is read better in a file of its own

# What some reader of YAML takes for a number; the rest of what needs quotes, the emitter knows.
_NUMERIC: Final = re.compile(r"[-+.]?[0-9][-+.:_0-9A-Fa-fxXoO]*")
_LINE_BREAK: Final = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What could not be carried over: where it stood, and why."""

    place: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NewFolder:
    """An offer folder that is yet to be written.

    `offer` is plain data in the offer format: texts, whole numbers, truth values, lists and dicts in
    the order in which they shall stand; decimals as text, long texts as `{"file": name}`, disks as
    `{"secret": NAME}`. `files` holds bytes by name inside the folder, `secrets` values by name.
    """

    offer: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    secrets: dict[str, Secret] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


def text_value(files: dict[str, bytes], name: str, text: str) -> str | dict[str, str]:
    """A long text as the offer says it: in place where it is short, else in a file, which is added."""
    if len(text) <= INLINE and "\n" not in text:
        return text
    files[name] = f"{text}\n".encode()
    return {"file": name}


def cleaned(new: NewFolder) -> NewFolder:
    """The folder without characters that no text of an offer may hold; says where some were left out."""
    left_out = list(new.left_out)
    offer = _clean(new.offer, "", left_out)
    files = {name: _clean_file(name, data, left_out) for name, data in new.files.items()}
    return replace(new, offer=offer, files=files, left_out=tuple(left_out))


def write_folder(new: NewFolder, folder: Path) -> Path:
    """Write `offer.yaml`, its files, `secrets.env` and a `.gitignore` that keeps that out; the document.

    Raises UsageError where something is there already, where the folder cannot be written, or for
    data that would not read back as they are; then nothing was written.
    """
    _check_free(folder)
    _check(new)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.resolve().parent))
        try:
            _fill(draft, new)
            _prove(draft, new)
            _move(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise unwritten(folder, error, hint="name a folder of your own") from None
    return folder / NAMES[0]


def schema_file() -> bytes:
    """The JSON Schema that stands beside a document, for editors."""
    import json

    from publisher.document.schema import offer_schema

    return (json.dumps(offer_schema(), indent=1, ensure_ascii=False) + "\n").encode()


def ignored(path: Path) -> bytes:
    """The lines of a `.gitignore` that may be there, and those that it lacks."""
    wanted = (shipped("templates") / "scaffold" / "gitignore").read_text("utf-8")
    there = path.read_text("utf-8") if path.is_file() else ""
    lines = [line for line in wanted.splitlines() if line not in there.splitlines()]
    gap = "\n" if there and not there.endswith("\n") else ""
    return (there + gap + "".join(line + "\n" for line in lines)).encode()


def _clean(value: Any, at: str, left_out: list[LeftOut]) -> Any:
    match value:
        case dict():
            return {key: _clean(item, f"{at}/{key}", left_out) for key, item in value.items()}
        case list() | tuple():
            return [_clean(item, f"{at}/{index}", left_out) for index, item in enumerate(value)]
        case str():
            return _clean_text(value, at, left_out)
    return value


def _clean_text(text: str, at: str, left_out: list[LeftOut]) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = sorted({f"U+{ord(character):04X}" for character in FORBIDDEN.findall(text)})
    if found:
        reason = f"no text of an offer may hold {', '.join(found)}; the rest of the text is there"
        left_out.append(LeftOut(place=at, reason=reason))
    return FORBIDDEN.sub("", text)


def _clean_file(name: str, data: bytes, left_out: list[LeftOut]) -> bytes:
    if not name.startswith("texts/"):
        return data
    return _clean_text(data.decode("utf-8", "replace"), name, left_out).encode()


def _check_free(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is there already, and no folder", hint="name a new folder")
    if next(folder.iterdir(), None):
        raise UsageError(f"{folder} is not empty", hint="name a new folder; nothing was changed")


def _check(new: NewFolder) -> None:
    for name in new.files:
        try:
            check_name(name)
        except FileRefused as error:
            raise UsageError(f"{name[:120]!a} cannot be a file of an offer folder: {error}") from None
        if name in {NAMES[0], SCHEMA, IGNORED, SECRETS}:
            raise UsageError(f"{name} is written by itself", hint="name the file otherwise")
    for name, value in new.secrets.items():
        if not NAME.fullmatch(name):
            raise UsageError(f"{name[:60]!a} is no name of a secret", hint="use letters, digits and '_'")
        if _LINE_BREAK.search(value.reveal()):
            raise UsageError(f"the secret {name} has more than one line", hint=f"{SECRETS} has one a line")


def _fill(draft: Path, new: NewFolder) -> None:
    for name, data in _files(new):
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if new.secrets:
        _write_private(draft / SECRETS, _secrets(new.secrets))
    draft.chmod(0o777 & ~_umask())


def _files(new: NewFolder) -> Iterator[tuple[str, bytes]]:
    yield from new.files.items()
    yield SCHEMA, schema_file()
    yield IGNORED, ignored(Path(os.devnull))
    yield NAMES[0], _document(new.offer).encode()


def _umask() -> int:
    """The process's mask; there is no way to ask for it but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _write_private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _secrets(secrets: dict[str, Secret]) -> str:
    """Lines NAME='value', as a shell would read them, too."""
    lines = ["# Give this file with --secrets-file; it is not for version control."]
    for name, secret in secrets.items():
        value = secret.reveal()
        mark = '"' if "'" in value else "'"
        lines.append(f"{name}={mark}{value}{mark}")
    return "\n".join(lines) + "\n"


def _document(offer: dict[str, Any]) -> str:
    head = f"# yaml-language-server: $schema={SCHEMA}\n"
    return head + yaml.dump(offer, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Block style without anchors; every text in quotes that some reader takes for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        """A value that stands twice is written twice: the reader takes no aliases."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        """Items of a list stand deeper than its key."""
        return super().increase_indent(flow, False)


def _scalar(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "'" if _NUMERIC.fullmatch(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _reference(dumper: yaml.SafeDumper, value: dict[str, Any]) -> yaml.Node:
    """Fields in their order; a mere reference to a file or a secret on one line."""
    short = len(value) == 1 and set(value) <= {"file", "secret"}
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=short)


_Dumper.add_representer(str, _scalar)
_Dumper.add_representer(dict, _reference)


def _prove(draft: Path, new: NewFolder) -> None:
    """What was written is read again: it must say the same, without a problem."""
    values = {name: secret.reveal() for name, secret in new.secrets.items()}
    document = read_document(draft, Secrets(values, environ={}))
    reasons = [f"{problem.pointer}: {problem.message}" for problem in document.problems]
    if not document.root or plain(document.root) != _spelled(new.offer):
        reasons.append("the document reads back as something else")
    if reasons:
        raise UsageError(
            f"this offer cannot be written as a folder: {reasons[0]}", hint="nothing was written"
        )


def _spelled(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _spelled(item) for key, item in value.items()}
        case list() | tuple():
            return [_spelled(item) for item in value]
        case bool():
            return "true" if value else "false"
    return value if value is None else str(value)


def _move(draft: Path, folder: Path) -> None:
    """In one step where nothing is there; into an empty folder with the document last."""
    if not os.path.lexists(folder):
        draft.rename(folder)
        return
    for path in sorted(draft.iterdir(), key=lambda path: path.name == NAMES[0]):
        path.rename(folder / path.name)
