"""A folder that was written reads back as the data it was written from, or nothing was written."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from publisher.document import read_document
from publisher.document.change import plain
from publisher.document.guard import FORBIDDEN
from publisher.document.secrets import read_secrets
from publisher.document.writing import LeftOut, NewFolder, cleaned, text_value, write_folder
from publisher.errors import UsageError
from publisher.redact import Secret

BAD_INPUTS = Path(__file__).resolve().parents[3] / "shared" / "badinputs" / "lists"
SAS = "https://disks.blob.core.windows.net/c/os.vhd?sp=rl&sig=abc%2B%3D"
# What some reader of YAML makes a number, a date, a truth value, nothing or a structure of.
TRICKY = [
    "1.10", "NO", "y", "On", "~", "null", "", " ", "2026-01-09", "2026.01.09", "007", "0o17", "0x1F", "1e3", "1_000", "12:30:45",
    ".5", "-1", "+", "=", "<<", "- a", "a: b", "a #b", "#", "'", '"', "\\", "{x}", "[x", "*a", "&a", "!t", "%T", "@", "`", "|", ">",
    "? k", "---", "...", "true", "tab\tin", " leading", "trailing ", "two\nlines", "\n", "a\n\n", "  a\nb", "é", "日本", "🚀", "x" * 5000,
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(TRICKY), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))


def offer(**fields: Any) -> dict[str, Any]:
    return {"format": "vm-offer/1", "publisher": "contoso", "offer": "gateway", **fields}


def read(folder: Path) -> Any:
    document = read_document(folder)
    assert document.problems == ()
    assert document.root is not None
    return plain(document.root)


@pytest.mark.parametrize("text", TRICKY)
def test_a_text_stays_the_text_it_is(tmp_path: Path, text: str) -> None:
    given_offer = offer(alias=text, skus=[{"id": text, "alias": text}])
    path = write_folder(NewFolder(offer=given_offer), tmp_path / "offer")
    assert read(tmp_path / "offer") == given_offer
    assert yaml.safe_load(path.read_text("utf-8")) == given_offer  # to other readers of YAML as well


@given(text=TEXTS)
def test_every_text_that_an_offer_may_hold_survives(tmp_path_factory: Any, text: str) -> None:
    new = cleaned(NewFolder(offer=offer(alias=text, listing={"en-us": {"title": text}})))
    folder = tmp_path_factory.mktemp("any") / "offer"
    write_folder(new, folder)
    assert read(folder) == new.offer
    assert new.offer["alias"] == FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def bad_texts() -> list[str]:
    if not BAD_INPUTS.exists():
        return []
    rows = [
        line for path in sorted(BAD_INPUTS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    return [text for row in rows if row for text in json.loads(row).values() if isinstance(text, str)]


@pytest.mark.skipif(not BAD_INPUTS.exists(), reason="the lists of bad inputs are not beside this checkout")
def test_bad_inputs_are_written_as_they_are(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    skus = [{"id": text[:500], "listing": {"en-us": {"description": text_value(files, f"texts/{n}.txt", text)}}}
            for n, text in enumerate(bad_texts())]  # fmt: skip
    new = cleaned(NewFolder(offer=offer(skus=skus), files=files))
    write_folder(new, tmp_path / "offer")
    assert read(tmp_path / "offer") == new.offer
    assert len(skus) > 100


def test_long_texts_go_to_files_and_come_back(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    terms = "First line\n\nlast line, with a line end\n"
    new = NewFolder(offer=offer(legal={"terms": text_value(files, "texts/terms.txt", terms)}), files=files)
    write_folder(new, tmp_path / "offer")
    document = read_document(tmp_path / "offer")
    assert document.offer
    assert (document.offer.legal.terms.value, document.offer.legal.terms.file) == (terms, "texts/terms.txt")


def test_secrets_stand_apart_where_no_one_else_reads_them(tmp_path: Path) -> None:
    image = {"version": "1.0.0", "os_vhd": {"secret": "OS"}}
    secrets = {"OS": Secret(SAS), "ODD": Secret(' it\'s "odd" $HOME ')}
    write_folder(
        NewFolder(offer=offer(skus=[{"id": "std", "images": [image]}]), secrets=secrets), tmp_path / "o"
    )
    file = tmp_path / "o" / "secrets.env"
    assert {name: read_secrets(file).get(name) for name in secrets} == secrets
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "*.env" in (tmp_path / "o" / ".gitignore").read_text()
    assert "sig=" not in (tmp_path / "o" / "offer.yaml").read_text()


def test_editors_find_the_schema(tmp_path: Path) -> None:
    path = write_folder(NewFolder(offer=offer()), tmp_path / "offer")
    assert path.read_text().startswith(
        "# yaml-language-server: $schema=.vm-offer.schema.json\nformat: vm-offer/1\n"
    )
    assert json.loads((tmp_path / "offer" / ".vm-offer.schema.json").read_text())["type"] == "object"


def test_what_is_said_twice_is_written_twice(tmp_path: Path) -> None:
    ports = [{"label": "https", "range": "443"}]
    same = offer(skus=[{"id": "a", "ports": ports}, {"id": "b", "ports": ports}])
    write_folder(NewFolder(offer=same), tmp_path / "offer")
    assert read(tmp_path / "offer") == same


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "offer").mkdir()
    write_folder(NewFolder(offer=offer()), tmp_path / "offer")
    assert read(tmp_path / "offer") == offer()


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        write_folder(NewFolder(offer=offer()), tmp_path)
    assert os.listdir(tmp_path) == ["mine.txt"]


@pytest.mark.parametrize(
    "new",
    [
        NewFolder(offer=offer(alias="a\x00b")),
        NewFolder(offer=offer(no_such_field="x")),
        NewFolder(offer=offer(), files={"../out.txt": b""}),
        NewFolder(offer=offer(), files={"/etc/out.txt": b""}),
        NewFolder(offer=offer(), files={"offer.yaml": b""}),
        NewFolder(offer=offer(), secrets={"NO-NAME": Secret("x")}),
        NewFolder(offer=offer(), secrets={"TWO_LINES": Secret("x\nEVIL=y")}),
        NewFolder(offer=offer(legal={"terms": {"file": "texts/missing.txt"}})),
    ],
)
def test_what_would_not_read_back_leaves_nothing_behind(tmp_path: Path, new: NewFolder) -> None:
    with pytest.raises(UsageError):
        write_folder(new, tmp_path / "offer")
    assert os.listdir(tmp_path) == []


def test_left_out_characters_are_told(tmp_path: Path) -> None:
    new = cleaned(NewFolder(offer=offer(alias="a\u202eb\x00"), left_out=(LeftOut(place="x", reason="y"),)))
    assert new.offer["alias"] == "ab"
    assert new.left_out[1].place == "/alias"
    assert "U+0000, U+202E" in new.left_out[1].reason
