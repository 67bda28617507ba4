"""An edit happens whole or not at all, and leaves alone what it was not asked to change."""

import json
import os
from difflib import SequenceMatcher
from pathlib import Path

import pytest
import yaml

from publisher.cli import run
from publisher.document import Document, read_document
from publisher.document.change import Append, Replace
from publisher.document.save import open_for_edit, save
from publisher.errors import LostRace, Refused, UsageError

BUMP = Replace(pointer="/skus/0/images/0/version", word="2.5.0")


def bumped(text: str) -> str:
    return text.replace("version: 2.4.0", "version: 2.5.0", 1)


def commented(text: str) -> str:
    """The text with a comment of its own above and behind every line that can have one."""
    inside = {
        line
        for event in yaml.parse(text, Loader=yaml.SafeLoader)
        if isinstance(event, yaml.ScalarEvent) and event.style == ">"
        for line in range(event.start_mark.line + 1, event.end_mark.line)
    }
    lines = []
    for number, line in enumerate(text.splitlines()):
        if number not in inside:
            indent = " " * (len(line) - len(line.lstrip()))
            line = f"{indent}# above {number}\n{line}  # behind {number}"
        lines.append(line)
    return "\n".join(lines) + "\n# the end\n"


@pytest.mark.parametrize(
    "command",
    [
        ["sku", "add", "--id", "pro", "--like", "hourly"],
        ["image", "add", "--all-skus", "--version", "3.0.0"],
        ["image", "add", "--sku", "hourly", "--version", "3.0.0"],
    ],
)
def test_every_comment_of_the_demo_stays_where_it_stood(demo: Path, command: list[str]) -> None:
    before = commented((demo / "offer.yaml").read_text())
    assert before.count("#") > 150
    (demo / "offer.yaml").write_text(before)
    assert run([*command[:2], str(demo), *command[2:]]) == 0
    after = (demo / "offer.yaml").read_text()
    edits = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes()
    assert {kind for kind, *_ in edits} == {"equal", "insert"}
    assert after.count("#") == before.count("#")


def test_a_bump_in_a_commented_demo_changes_one_word(demo: Path) -> None:
    before = commented((demo / "offer.yaml").read_text())
    (demo / "offer.yaml").write_text(before)
    assert run(["image", "bump", str(demo), "--sku", "hourly", "--part", "minor"]) == 0
    assert (demo / "offer.yaml").read_text() == bumped(before)


def test_mode_byte_order_mark_and_line_ends_stay(demo: Path) -> None:
    path = demo / "offer.yaml"
    before = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(before)
    path.chmod(0o640)
    document = save(open_for_edit(demo), [BUMP])
    assert path.read_bytes() == bumped(before.decode()).encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert document.offer
    assert document.offer.skus[0].images[0].version == "2.5.0"
    assert document.path == path


def test_json_keeps_order_indentation_and_numbers(demo: Path) -> None:
    data = yaml.load((demo / "offer.yaml").read_text(), Loader=yaml.BaseLoader)
    text = json.dumps(data, indent=4).replace('"0.90"', "0.90").replace('"443"', "443") + "\n"
    (demo / "offer.yaml").unlink()
    (demo / "offer.json").write_text(text)
    assert run(["image", "bump", str(demo), "--sku", "hourly", "--part", "minor"]) == 0
    bump = text.replace('"version": "2.4.0"', '"version": "2.5.0"', 1)
    assert (demo / "offer.json").read_text() == bump
    assert run(["sku", "add", str(demo), "--id", "pro", "--like", "hourly"]) == 0
    added = json.loads((demo / "offer.json").read_text())["skus"][2]
    assert added["prices"]["SE"]["per_hour_by_cores"]["2"] == 0.9
    assert added["images"] is None
    assert run(["image", "add", str(demo), "--sku", "pro", "--version", "1.0.0", "--os-vhd-secret", "OS",
                "--data-vhd-secret", "D"]) == 0  # fmt: skip
    offer = read_document(demo).offer
    assert offer
    assert offer.skus[2].images[0].data_vhds[0].lun == 0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("format: vm-offer/1", "formt: vm-offer/1", "offer.yaml:2: the key 'formt' is not known"),
        ("billing: byol", "billing: [byol", "offer.yaml:"),
        ("media/hero.png", "media/none.png", "offer.yaml:24: 'media/none.png': does not exist"),
    ],
)
def test_what_cannot_be_read_is_not_edited(
    demo: Path, old: str, new: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = demo / "offer.yaml"
    path.write_text(path.read_text().replace(old, new))
    before = path.read_bytes()
    assert run(["sku", "add", str(demo), "--id", "pro"]) == 1
    assert says in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_form_that_would_change_more_is_left_to_its_author(demo: Path) -> None:
    path = demo / "offer.yaml"
    kept = path.read_text() + "    free_trial: |+\n      none\n\n\n"
    path.write_text(kept)
    document = open_for_edit(demo)  # two blank lines belong to the last text: an item cannot follow it
    with pytest.raises(Refused, match="cannot be edited without changing more"):
        save(document, [Append(pointer="/skus", item={"id": "pro"})])
    assert path.read_text() == kept
    assert sorted(os.listdir(demo)) == ["demo.env", "media", "offer.yaml", "texts"]


def test_a_change_by_somebody_else_is_not_overwritten(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = open_for_edit(demo)
    theirs = (demo / "offer.yaml").read_text() + "# theirs\n"

    def slow(path: Path) -> Document:
        (demo / "offer.yaml").write_text(theirs)
        return read_document(path)

    monkeypatch.setattr("publisher.document.save.read_document", slow)
    with pytest.raises(LostRace, match="was changed meanwhile"):
        save(document, [BUMP])
    assert (demo / "offer.yaml").read_text() == theirs
    assert sorted(os.listdir(demo)) == ["demo.env", "media", "offer.yaml", "texts"]


def test_a_change_before_the_edit_is_not_overwritten_either(demo: Path) -> None:
    document = open_for_edit(demo)
    text = (demo / "offer.yaml").read_text().replace("alias: Beacon demo", "alias: Theirs")
    (demo / "offer.yaml").write_text(text)
    with pytest.raises(Refused):
        save(document, [BUMP])
    assert (demo / "offer.yaml").read_text() == text


def test_a_document_that_is_gone_is_a_usage_error(demo: Path) -> None:
    document = open_for_edit(demo)
    (demo / "offer.yaml").unlink()
    with pytest.raises(UsageError, match="cannot be edited: does not exist"):
        save(document, [BUMP])


def test_a_document_behind_a_symbolic_link_is_not_replaced(demo: Path, tmp_path: Path) -> None:
    (demo / "offer.yaml").rename(tmp_path / "real.yaml")
    (demo / "offer.yaml").symlink_to(tmp_path / "real.yaml")
    with pytest.raises(Refused, match="symbolic link"):
        open_for_edit(demo)
