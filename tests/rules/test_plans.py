"""Private SKUs have room for as many customers as the marketplace takes."""

from publisher.document.model import AudienceEntry, Sku
from publisher.profiles import load_profile
from publisher.rules.plans import private_audience


def test_an_audience_of_the_largest_size() -> None:
    limits = load_profile("partner-center")
    entries = [AudienceEntry(id=f"51c0a0de-7d1b-4a57-8a4e-{number:012x}") for number in range(20_000)]
    sku = Sku(id="clinic", visibility="private", audience=tuple(entries))
    assert list(private_audience(sku, limits)) == []
