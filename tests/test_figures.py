"""Figures of one's own take the place of a profile's, by their names and kinds alone."""

from pathlib import Path

import pytest

from publisher.errors import SettingsError
from publisher.profiles import load_profile
from publisher.settings import load_settings
from tests.cli.conftest import Desk
from tests.cli.conftest import desk as desk


def write(folder: Path, text: str) -> Path:
    (folder / "figures.toml").write_text(text, encoding="utf-8")
    return folder / "figures.toml"


def test_what_is_not_named_stays(tmp_path: Path) -> None:
    file = write(tmp_path, '[classic]\ntax_remitted = ["US"]\n[classic.prices]\nUSD = 5\nCHF = 6\n')
    own, shipped = load_profile("classic", file), load_profile("classic")
    assert own.tax_remitted == ("US",)
    assert own.prices == {**shipped.prices, "USD": 5, "CHF": 6}
    assert own.lengths == shipped.lengths
    assert load_profile("partner-center", file) == load_profile("partner-center")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[klassic]", "'klassic' is no table of a profile"),
        ("classic = 5", "'classic' is no table of a profile"),
        ("[classic.lengths]\ntitel = 60", "classic.lengths.titel is no figure of the profile"),
        ('[classic]\nname = "x"', "classic.name is no figure"),
        ('[classic.lengths]\ntitle = "60"', "classic.lengths.title: a whole number, 0 or more is expected"),
        ("[classic.lengths]\ntitle = -1", "a whole number, 0 or more is expected"),
        ("[classic]\nlengths = 5", "classic.lengths: a table is expected"),
        ("[classic]\ntax_remitted = [5]", "classic.tax_remitted: a text is expected in the list"),
        ('[classic.logos.small]\nsize = "big"', "a size of a picture cannot be read"),
        ("[classic", "figures.toml"),
    ],
)
def test_what_has_no_place_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_profile("classic", write(tmp_path, text))
    assert says in refused.value.message


def test_the_command_judges_by_them(desk: Desk) -> None:
    write(desk.folder, "[classic.lengths]\ntitle = 10\n")
    Path("publisher.toml").write_text('figures = "figures.toml"\n', encoding="utf-8")
    said = desk("validate", "beacon-metrics")
    assert said.code == 1
    assert "at most 10 are allowed" in said.out
    assert desk("stage", "beacon-metrics").code == 1
    Path("figures.toml").unlink()
    assert desk("validate", "beacon-metrics").code == 2


def test_the_file_lies_beside_the_settings(tmp_path: Path) -> None:
    write(tmp_path, "[classic.lengths]\ntitle = 10\n")
    (tmp_path / "publisher.toml").write_text('figures = "figures.toml"\n', encoding="utf-8")
    (tmp_path / "deep").mkdir()
    assert load_settings(tmp_path / "deep", environ={}).limits("classic").lengths["title"] == 10
