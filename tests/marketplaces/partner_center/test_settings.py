"""Settings that name no place to go to are told of by name."""

from pathlib import Path

import pytest

from publisher.document.secrets import Secrets
from publisher.errors import SettingsError
from publisher.marketplaces.partner_center import open_emulator, open_partner_center
from publisher.settings import load_settings

ODD = ["https://[bad", "https://", "https://127.0.0.1:abc", "https://127.0.0.1:99999"]


@pytest.mark.parametrize("name", ["partner_center.url", "partner_center.assets_url"])
@pytest.mark.parametrize("url", [*ODD, "http://market.example"])
def test_the_marketplace_has_an_https_address(tmp_path: Path, name: str, url: str) -> None:
    settings = load_settings(tmp_path, environ={f"PUBLISHER_{name.upper().replace('.', '_')}": url})
    with (
        pytest.raises(SettingsError, match=name),
        open_partner_center(settings, Secrets({}, environ={})),
    ):
        pass


@pytest.mark.parametrize("url", [*ODD, "http://market.example", "ftp://127.0.0.1"])
def test_an_emulator_has_an_address_of_this_machine(tmp_path: Path, url: str) -> None:
    settings = load_settings(tmp_path, environ={"PUBLISHER_EMULATOR_URL": url})
    with pytest.raises(SettingsError, match="emulator_url"), open_emulator(settings):
        pass
