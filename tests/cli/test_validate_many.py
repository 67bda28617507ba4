"""`publisher validate` of many offers: folders, folders of folders, patterns, and several processes."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import DEMO, Desk, Said


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    """Three offers in `offers/`, of which the second has a title that is too long."""
    fill(desk, 3)
    return desk


def fill(desk: Desk, count: int) -> None:
    text = (DEMO / "offer.yaml").read_text(encoding="utf-8")
    for number in range(1, count + 1):
        folder = Path("offers", f"o{number}")
        shutil.copytree(DEMO, folder)
        own = text.replace("offer: beacon-metrics", f"offer: o{number}")
        own = own.replace("title: Beacon Metrics Server", f"title: {'x' * 51}") if number % 7 == 2 else own
        (folder / "offer.yaml").write_text(own, encoding="utf-8")
    Path("offers", "README.md").write_text("Our offers.", encoding="utf-8")
    Path("offers", ".hidden").mkdir()
    Path("offers", ".hidden", "offer.yaml").write_text("", encoding="utf-8")


def judged(said: Said) -> list[str]:
    return [offer["path"] for offer in json.loads(said.out)["offers"]]


def judge(desk: Desk, *args: str) -> Said:
    return desk("validate", "--output-format", "json", *args)


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["offers"], ["o1", "o2", "o3"]),
        (["offers/"], ["o1", "o2", "o3"]),
        (["offers/o*"], ["o1", "o2", "o3"]),
        (["offers/*"], ["o1", "o2", "o3"]),
        (["**/offer.yaml", "offers"], [None, "o1", "o2", "o3"]),
        (["off*"], ["o1", "o2", "o3"]),
        (["offers/o[23]/offer.y*"], ["o2", "o3"]),
        (["offers/o3", "offers/o1", "offers"], ["o3", "o1", "o2"]),
        (["offers/o2", "offers/o2/", "./offers/o2/offer.yaml", "offers/../offers/o2"], ["o2"]),
    ],
)
def test_what_is_judged_each_offer_once(shelf: Desk, paths: list[str], found: list[str | None]) -> None:
    documents = [f"offers/{name}/offer.yaml" if name else "beacon-metrics/offer.yaml" for name in found]
    assert judged(judge(shelf, *paths)) == documents


def test_a_link_to_a_folder_is_the_same_offer(shelf: Desk) -> None:
    os.symlink("o1", "offers/other")
    assert judged(judge(shelf, "offers/other", "offers/o1")) == ["offers/other/offer.yaml"]


def test_an_offer_folder_is_itself_whatever_lies_in_it(desk: Desk) -> None:
    shutil.copytree(DEMO, "beacon-metrics/inner")
    assert judged(judge(desk, "beacon-metrics")) == ["beacon-metrics/offer.yaml"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nothing/*", "nothing/*: no such offer folder; as a pattern it matches none"),
        ("offers/*.md", "offers/*.md: no such offer folder; as a pattern it matches none"),
        ("empty", "empty: holds no offer.yaml"),
        ("gone", "gone: no such offer folder"),
    ],
)
def test_what_leads_nowhere_is_exit_2_and_the_others_are_judged(shelf: Desk, path: str, says: str) -> None:
    Path("empty", "below", "deeper").mkdir(parents=True)
    shutil.copytree(DEMO, "empty/below/deeper/offer")
    said = judge(shelf, path, "offers/o1")
    assert (said.code, judged(said)) == (2, ["offers/o1/offer.yaml"])
    assert says in said.err


def test_a_folder_whose_name_looks_like_a_pattern(desk: Desk) -> None:
    shutil.copytree(DEMO, "[a]")
    assert judged(judge(desk, "[a]")) == ["[a]/offer.yaml"]


@pytest.mark.parametrize("name", ["text", "json", "sarif", "junit"])
def test_several_processes_say_the_same(desk: Desk, name: str) -> None:
    fill(desk, 12)
    Path("offers", "o5", "offer.yaml").write_text("profile: partner-center\nskus: 5\n", encoding="utf-8")
    alone, together = (
        desk(
            "validate",
            "offers",
            "gone",
            "beacon-metrics",
            "--output-format",
            name,
            "--jobs",
            jobs,
            "--verbose",
        )
        for jobs in ("1", "3")
    )
    assert alone.code == 2
    assert "TXT101" in alone.out
    assert together == alone


def test_many_offers_take_several_processes_by_themselves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    fill(desk, 22)
    said = judge(desk, "offers")
    assert judged(said) == [f"offers/{name}/offer.yaml" for name in sorted(f"o{n}" for n in range(1, 23))]
    assert json.loads(said.out)["summary"]["errors"] == 3
    assert judge(desk, "offers", "--jobs", "1") == said


def test_an_error_of_all_ends_all(desk: Desk) -> None:
    fill(desk, 4)
    Path("publisher.toml").write_text(
        '[[waivers]]\ncode = "nothing"\nreason = "r"\nuntil = 2099-01-01\nby = "ana"\n', encoding="utf-8"
    )
    said = judge(desk, "offers", "--jobs", "2")
    assert (said.code, said.out) == (2, "")
    assert "no rule is called 'nothing'" in said.err


def test_progress_is_for_terminals_and_leaves_nothing_behind(shelf: Desk) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "publisher", "validate", "offers"]
    environ = {name: value for name, value in os.environ.items() if name != "CI"} | {"TERM": "xterm"}
    child = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, env=environ, check=False, timeout=60
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert child.returncode == 1
    assert "\r1/3 offers judged" in shown
    assert "\r3/3 offers judged" in shown
    assert shown.endswith("\r\x1b[K")
    assert shelf("validate", "offers").err == ""
