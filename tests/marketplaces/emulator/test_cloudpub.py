"""cloudpub, a client of the API that others wrote, publishes to the emulator unchanged."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cloudpub.ms_azure.service import AzureService
from cloudpub.ms_azure.session import PartnerPortalSession
from cloudpub.ms_azure.utils import AzurePublishingMetadata

from publisher.marketplaces import Slot
from publisher.marketplaces.emulator import Emulator
from publisher.production import request_production
from publisher.staging import stage
from tests.marketplaces.emulator.sample import NAME, Client, Json, sas
from tests.workshop import KEY, content, open_workshop, settled

VERSION = "2.5.2026112600"
MACHINE = "virtual-machine-plan-technical-configuration"


@contextmanager
def cloudpub(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureService]:
    """cloudpub, pointed at an emulator."""
    login = f"{emulator.login_url}/{{AZURE_TENANT_ID}}/oauth2/token"
    monkeypatch.setattr(PartnerPortalSession, "LOGIN_URL_TMPL", login)
    keys = {"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "me", "AZURE_API_SECRET": "mine"}
    service = AzureService(keys, retry_interval=0.02, retry_timeout=20)
    monkeypatch.setattr(service.session, "_prefix_url", emulator.url)
    with service.session.session:
        yield service


@pytest.fixture
def service(live: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureService]:
    """cloudpub before an emulator where the sample product is live."""
    with cloudpub(live.emulator, monkeypatch) as service:
        yield service


def image(
    name: str, *, offer: str = NAME, keepdraft: bool = False, modular: bool = False
) -> AzurePublishingMetadata:
    """What cloudpub is to publish for the plan `hourly`."""
    return AzurePublishingMetadata(
        image_path=sas(name),
        architecture="x86_64",
        destination=f"{offer}/hourly",
        overwrite=False,
        keepdraft=keepdraft,
        disk_version=VERSION,
        sku_id="hourly",
        generation="V2",
        support_legacy=False,
        recommended_sizes=[],
        legacy_sku_id=None,
        modular_push=modular,
    )


def effects(emulator: Emulator) -> list[str]:
    return [entry.effect for entry in emulator.journal()]


def newest(client: Client, target: str) -> str:
    return str(client.one(MACHINE, target)["vmImageVersions"][-1]["versionNumber"])


@pytest.mark.parametrize("modular", [False, True])
def test_a_new_version_goes_live_and_a_second_run_sends_nothing(
    live: Client, service: AzureService, modular: bool
) -> None:
    before = len(effects(live.emulator))
    service.publish(image("os-2", modular=modular))
    assert newest(live, "live") == VERSION
    done = effects(live.emulator)
    assert done[before:] == ["draft-changed", *["submission-accepted", "slot-filled"] * 2]
    service.publish(image("os-2", modular=modular))
    assert effects(live.emulator) == done


def test_to_preview_only(live: Client, service: AzureService) -> None:
    service.publish(image("os-2", keepdraft=True))
    assert newest(live, "draft") == VERSION
    service.submit_to_status(live.guid, "preview")
    assert (newest(live, "preview"), newest(live, "live")) == (VERSION, "1.1.0")
    service.publish(image("os-2"))
    assert newest(live, "live") == VERSION


def test_it_waits_while_another_publishes(live: Client, service: AzureService) -> None:
    live.emulator.market.set_knob("*", "delay", 3600)
    other = live.start(live.submission("preview"))
    asked, get_submissions = threading.Semaphore(0), service.get_submissions
    service.get_submissions = lambda product: (asked.release(), get_submissions(product))[1]
    waiting = threading.Thread(target=service.publish, args=[image("os-2")])
    waiting.start()
    assert all(asked.acquire(timeout=20) for _ in range(3))
    assert newest(live, "draft") == "1.1.0"
    live.post(f"configure/{other['jobId']}/cancel")
    live.emulator.market.clear_knobs()
    waiting.join(30)
    assert newest(live, "live") == VERSION


def test_it_waits_while_our_engine_publishes_and_goes_on_where_that_ended(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator = client.emulator
    with (
        open_workshop(tmp_path, target="emulator", emulator_url=emulator.origin, profile="classic") as shop,
        cloudpub(emulator, monkeypatch) as service,
    ):
        settled(shop, stage(shop.engine, shop.folder(without_data_disks("2.4.0"))))
        emulator.market.set_knob("*", "delay", 3600)
        ours = request_production(shop.engine, KEY)
        asked, get_submissions = threading.Semaphore(0), service.get_submissions
        service.get_submissions = lambda product: (asked.release(), get_submissions(product))[1]
        waiting = threading.Thread(target=service.publish, args=[image("os-2", offer=KEY[1])])
        waiting.start()
        assert all(asked.acquire(timeout=20) for _ in range(3))
        emulator.market.clear_knobs()
        assert settled(shop, ours).view.state == "live"
        waiting.join(30)
        live = shop.engine.marketplace.content(*KEY, Slot.PRODUCTION)
        assert live is not None
        (hourly,) = (sku for sku in live.document["skus"] if sku["id"] == "hourly")
        assert [item["version"] for item in hourly["images"]] == ["2.4.0", VERSION]


def without_data_disks(version: str) -> Json:
    """An offer that cloudpub can read back."""
    offer = content(version)
    for sku in offer["skus"]:
        sku["images"][0]["data_vhds"] = []
    return offer
