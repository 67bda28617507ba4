"""A new version on its way from draft to live, and who may see it when."""

from tests.marketplaces.emulator.sample import Client, asset, messages, product, version

MACHINE = "virtual-machine-plan-technical-configuration"


def numbers(client: Client, target: str) -> list[str]:
    return [item["versionNumber"] for item in client.one(MACHINE, target)["vmImageVersions"]]


def test_a_new_version_passes_draft_preview_and_live(live: Client) -> None:
    machine = live.one(MACHINE)
    machine["vmImageVersions"].append(version("1.2.0"))
    assert live.configure(machine)["jobResult"] == "succeeded"
    assert [numbers(live, target)[-1] for target in ("draft", "preview", "live")] == [
        "1.2.0",
        "1.1.0",
        "1.1.0",
    ]
    live.to_preview()
    assert [numbers(live, target)[-1] for target in ("draft", "preview", "live")] == [
        "1.2.0",
        "1.2.0",
        "1.1.0",
    ]
    live.to_live()
    assert numbers(live, "live") == ["1.0.0", "1.1.0", "1.2.0"]


def test_the_journal_has_each_effect_once(live: Client) -> None:
    machine = live.one(MACHINE)
    before = len(live.emulator.journal())
    live.configure(machine)  # nothing is different
    assert len(live.emulator.journal()) == before
    machine["vmImageVersions"].append(version("1.2.0"))
    live.configure(machine)
    live.to_preview()
    live.to_live()
    effects = [entry.effect for entry in live.emulator.journal()[before:]]
    assert effects == [
        "draft-changed",
        "submission-accepted",
        "slot-filled",
        "submission-accepted",
        "slot-filled",
    ]


def test_a_published_version_is_never_left_out(live: Client) -> None:
    machine = live.one(MACHINE)
    machine["vmImageVersions"].pop(0)
    assert "Cannot delete image '1.0.0' as it is already published." in messages(live.configure(machine))
    assert numbers(live, "draft") == ["1.0.0", "1.1.0"]


def test_assets_are_served_under_addresses_that_differ(client: Client) -> None:
    client.configure(*product(), asset(client.emulator))
    first, second = client.one("listing-asset")["url"], client.one("listing-asset")["url"]
    assert first != second
    assert client.session.get(first, timeout=10).content == b"a small picture"
