"""`publisher sku add` appends a SKU, in the text that its author wrote."""

from pathlib import Path

import pytest

from publisher.cli import run

LIKE_HOURLY = """
  - id: byol-eu
    billing: byol
    listing:
      en-us:
        title:
        summary:
        description:
    regions: [SE, DE, US]
    operating_system: {family: linux, name: Debian 12}
    recommended_sizes: [Standard_D2s_v5, Standard_D4s_v5]
    ports:
      - {label: https, range: 443, protocol: tcp}
      - {label: intake, range: 8125-8126, protocol: udp}
    images:
"""


def test_a_sku_is_made_like_another(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (demo / "offer.yaml").read_text()
    assert run(["sku", "add", str(demo), "--id", "byol-eu", "--billing", "byol", "--like", "hourly"]) == 0
    assert (demo / "offer.yaml").read_text() == before + LIKE_HOURLY
    said = capsys.readouterr()
    assert said.out == f"{demo / 'offer.yaml'}: SKU byol-eu added\n"
    assert "offer.yaml:102: skus/2/listing/en-us/title" in said.err
    assert "skus/2/images" in said.err


def test_prices_go_with_hourly_billing(demo: Path) -> None:
    assert run(["sku", "add", str(demo), "--id", "pro", "--like", "hourly"]) == 0
    added = (demo / "offer.yaml").read_text().partition("- id: pro\n")[2]
    assert "      US: {currency: USD, per_hour_by_cores: {2: 0.09, 4: 0.16, 8: 0.29}}\n" in added
    assert "free_trial" not in added


def test_a_sku_like_none_is_left_open(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sku", "add", str(demo), "--id", "pro"]) == 0
    added = (demo / "offer.yaml").read_text().partition("- id: pro\n")[2]
    assert "    billing: hourly\n" in added
    assert "    regions:\n    prices:\n    operating_system:\n      family:\n" in added
    assert "skus/2/operating_system/family" in capsys.readouterr().err


@pytest.mark.parametrize("sku_id", ["hourly", "HOURLY", "Pro", "a b", "-x", "x: {", "", "x" * 51])
def test_an_id_that_is_taken_or_malformed_is_refused(
    demo: Path, sku_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (demo / "offer.yaml").read_bytes()
    assert run(["sku", "add", str(demo), f"--id={sku_id}"]) == 1
    assert "cure: give" in capsys.readouterr().err
    assert (demo / "offer.yaml").read_bytes() == before


def test_a_model_that_is_not_there_is_a_usage_error(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sku", "add", str(demo), "--id", "pro", "--like", "hour"]) == 2
    assert "did you mean 'hourly'?" in capsys.readouterr().err
