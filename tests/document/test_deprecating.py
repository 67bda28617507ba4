"""Deprecations are written into the author's text, and taken out of it without a trace."""

from pathlib import Path

import pytest

from publisher.document.deprecating import (
    deprecate_image,
    deprecate_sku,
    restore_image,
    restore_sku,
)
from publisher.document.model import Deprecation
from publisher.document.save import open_for_edit
from publisher.errors import Refused, UsageError

SOON = Deprecation(in_days=0, reason="critical-security-issue")


@pytest.fixture
def today(demo: Path) -> Path:
    """The demo offer, for the marketplace of today, with a second version of its first SKU."""
    text = (demo / "offer.yaml").read_text()
    text = text.replace("profile: classic", "profile: partner-center")
    first, images, rest = text.partition("    images:\n")
    more = "      - {version: 2.3.0, os_vhd: {secret: BEACON_OS_VHD}}\n"
    (demo / "offer.yaml").write_text(f"{first}{images}{more}{rest}")
    return demo


def lines(folder: Path) -> list[str]:
    return (folder / "offer.yaml").read_text().splitlines()


def test_a_sku_leaves_and_stays_after_all(today: Path) -> None:
    before = lines(today)
    notice = Deprecation(in_days=90, reason="end-of-support", alternative="hourly")
    edited = deprecate_sku(open_for_edit(today), "byol", notice)
    assert edited.done == ("SKU byol is deprecated 90 days after its publication",)
    assert [line for line in lines(today) if line not in before] == [
        "    deprecated: true",
        "    deprecation: {in_days: 90, reason: end-of-support, alternative: hourly}",
    ]
    restore_sku(open_for_edit(today), "byol")
    assert lines(today) == before


def test_a_version_leaves_and_stays_after_all(today: Path) -> None:
    before = lines(today)
    deprecate_image(open_for_edit(today), ["hourly"], "2.3.0", SOON)
    (changed,) = [line for line in lines(today) if line not in before]
    assert changed.endswith("deprecated: true, deprecation: {in_days: 0, reason: critical-security-issue}}")
    restore_image(open_for_edit(today), ["hourly"], "2.3.0")
    assert lines(today) == before


def test_the_schedule_can_be_changed(today: Path) -> None:
    deprecate_sku(open_for_edit(today), "byol", SOON)
    deprecate_sku(open_for_edit(today), "byol", Deprecation(in_days=30))
    assert "    deprecation: {in_days: 30}" in lines(today)


def test_json_is_edited_too(today: Path) -> None:
    import json

    import yaml

    offer = yaml.load((today / "offer.yaml").read_text(), Loader=yaml.BaseLoader)
    (today / "offer.yaml").unlink()
    (today / "offer.json").write_text(json.dumps(offer, indent=1))
    deprecate_sku(open_for_edit(today), "byol", SOON)
    assert open_for_edit(today).offer.sku("byol").deprecation.in_days == 0
    restore_sku(open_for_edit(today), "byol")
    assert json.loads((today / "offer.json").read_text()) == offer


def test_every_generation_of_a_version_leaves(today: Path) -> None:
    text = (today / "offer.yaml").read_text()
    more = "{version: 2.3.0, generation: x64-gen2, os_vhd: {secret: BEACON_OS_VHD}}"
    (today / "offer.yaml").write_text(
        text.replace("      - {version: 2.3.0", f"      - {more}\n      - {{version: 2.3.0")
    )
    deprecate_image(open_for_edit(today), ["hourly"], "2.3.0", SOON)
    assert sum("deprecated: true" in line for line in lines(today)) == 2


def test_the_last_version_stays(today: Path) -> None:
    before = lines(today)
    with pytest.raises(Refused) as caught:
        deprecate_image(open_for_edit(today), [], "2.4.0", SOON)
    assert caught.value.reasons == ("SKU byol: would be left without an active version after 2.4.0",)
    assert "publisher sku deprecate" in caught.value.hint
    assert lines(today) == before


def test_nothing_replaces_itself(today: Path) -> None:
    with pytest.raises(Refused, match="byol cannot be deprecated"):
        deprecate_sku(open_for_edit(today), "byol", Deprecation(in_days=90, alternative="byol"))


def test_only_what_is_deprecated_is_restored(today: Path) -> None:
    with pytest.raises(Refused, match="cannot be restored"):
        restore_sku(open_for_edit(today), "byol")
    with pytest.raises(Refused, match="cannot be restored"):
        restore_image(open_for_edit(today), ["hourly"], "2.3.0")


def test_names_that_are_not_there_are_told(today: Path) -> None:
    with pytest.raises(UsageError, match="no SKU is called 'byo'"):
        deprecate_sku(open_for_edit(today), "byo", SOON)
    with pytest.raises(Refused) as caught:
        deprecate_image(open_for_edit(today), ["hourly"], "9.9.9", SOON)
    assert "has no version '9.9.9'" in caught.value.reasons[0]


def test_the_classic_portal_knows_no_deprecation(demo: Path) -> None:
    text = (demo / "offer.yaml").read_text()
    if "profile:" not in text:
        (demo / "offer.yaml").write_text(f"profile: classic\n{text}")
    with pytest.raises(Refused, match="classic portal"):
        deprecate_sku(open_for_edit(demo), "byol", SOON)
