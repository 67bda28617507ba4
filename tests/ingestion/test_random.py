"""Random offers and random trees survive the way to the other side and back."""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from publisher.diff import changes
from publisher.document.built import offer_of
from publisher.document.canonical import canonical, content_files
from publisher.document.writing import NewFolder, cleaned
from publisher.ingestion import carried, differences, folder_of
from publisher.ingestion import schema as s
from tests.ingestion.offers import TENANT, TESTER, rich, sas
from tests.ingestion.store import Store, guid, stored, wanted

SLOW = settings(
    phases=[Phase.generate], max_examples=25, deadline=None, suppress_health_check=list(HealthCheck)
)

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text.strip()
)
TEXTS = st.one_of(
    WORDS,
    st.text(max_size=30),
    st.just("long " * 400),
    st.sampled_from(["1.10", "NO", "null", "two\nlines", " x "]),
)
AMOUNTS = st.decimals(min_value=0, max_value=999, places=4).map(lambda amount: f"{amount:f}")
REGIONS = st.lists(st.sampled_from(["US", "DE", "FR", "GB", "SE", "JP"]), unique=True, max_size=4)
PARTS = st.integers(0, 2100).map(str)
VERSIONS = st.tuples(PARTS, PARTS, PARTS).map(".".join)
BY_CORES = st.dictionaries(st.sampled_from(["1", "2", "4", "8", "16"]), AMOUNTS, min_size=1, max_size=3)
PRICES = st.one_of(
    st.fixed_dictionaries({"currency": st.just("USD"), "flat_per_hour": AMOUNTS}),
    st.fixed_dictionaries({"currency": st.just("USD"), "per_core_per_hour": AMOUNTS}),
    st.just({"free": True}),
)
PORTS = st.fixed_dictionaries(
    {
        "label": WORDS,
        "range": st.integers(1, 65535).map(str),
        "protocol": st.sampled_from(["tcp", "udp", "both"]),
    }
)


@st.composite
def skus(draw: Any, number: int) -> dict[str, Any]:
    name = f"sku-{number}"
    regions = draw(REGIONS)
    several = draw(st.booleans())
    prices = {
        region: {"currency": draw(st.sampled_from(["USD", "EUR"])), "per_hour_by_cores": draw(BY_CORES)}
        for region in regions
    }
    if draw(st.booleans()):
        prices = dict.fromkeys(regions, draw(PRICES))
    billing = draw(st.sampled_from(["hourly", "byol"]))
    types = ["x64-gen2", "x64-gen1"][: 1 + several]
    images = []
    for version in draw(
        st.lists(VERSIONS, max_size=3, unique_by=lambda text: tuple(map(int, text.split("."))))
    ):
        images += [
            {
                "version": version,
                "generation": kind,
                "os_vhd": {"secret": f"OS_{number}_{kind}_{version}".replace(".", "_").replace("-", "_")},
                "deprecated": draw(st.booleans()),
            }
            for kind in types
        ]
    return {
        "id": name,
        "billing": billing,
        "free_trial": draw(st.sampled_from(["none", "one-month", "six-months"])),
        "hidden": draw(st.booleans()),
        "visibility": draw(st.sampled_from(["public", "private"])),
        "audience": draw(st.sampled_from([[], [{"id": TENANT, "label": "A"}], [{"id": TESTER, "kind": "subscription"}]])),
        "clouds": draw(st.sampled_from([[], ["global"], ["global", "government"]])),
        "listing": {"en-us": {"title": draw(TEXTS), "summary": draw(TEXTS), "description": draw(TEXTS)}},
        "markets": draw(st.sampled_from(["listed", "listed", "all"])) if not regions else "listed",
        "regions": regions,
        "prices": prices if billing == "hourly" else {},
        "reservation": draw(st.sampled_from([{}, {"one-year": 10}, {"one-year": 10, "three-years": 40}])),
        "operating_system": {"family": "linux", "name": draw(WORDS), "type": draw(st.sampled_from(["debian", "red-hat", "myOwn"]))},
        "recommended_sizes": draw(st.lists(WORDS, max_size=2)),
        "ports": draw(st.lists(PORTS, max_size=3)),
        "properties": draw(st.dictionaries(st.sampled_from(["nvme", "cloud_init", "extensions"]), st.booleans())),
        "generations": [{"type": kind, "sku_id": name if kind == types[0] else f"{name}-1"} for kind in types],
        "images": images,
    }  # fmt: skip


@st.composite
def folders(draw: Any) -> NewFolder:
    new = rich()
    offer = new.offer
    listing = offer["listing"]["en-us"]
    for field in draw(
        st.sets(
            st.sampled_from(["title", "summary", "long_summary", "description", "reseller_materials_url"])
        )
    ):
        listing[field] = draw(TEXTS)
    for field in draw(st.sets(st.sampled_from(["logos", "sample_images", "videos", "links"]))):
        listing.pop(field)
    listing["links"] = [
        {"title": title, "url": "https://x.example"} for title in draw(st.lists(WORDS, max_size=3))
    ]
    for field in draw(
        st.sets(st.sampled_from(["legal", "support", "leads", "test_drive", "resellers", "categories"]))
    ):
        offer.pop(field)
    offer["legal"] = draw(
        st.sampled_from([offer.get("legal", {}), {"terms": draw(TEXTS), "terms_url": draw(TEXTS)}])
    )
    offer["skus"] = [draw(skus(number)) for number in range(draw(st.integers(1, 3)))]
    names = {image["os_vhd"]["secret"] for sku in offer["skus"] for image in sku["images"]}
    return cleaned(
        NewFolder(offer=offer, files=new.files, secrets={name: sas(name.lower()) for name in sorted(names)})
    )


def carried_of(new: NewFolder) -> dict[str, Any]:
    offer = offer_of(new)
    return carried(canonical(offer), files=content_files(offer))


def pulled(store: Store) -> NewFolder:
    return folder_of(store.read(), publisher="atelier-nimbus", fetch=store.files.__getitem__)


def sent(new: NewFolder, store: Store) -> list[Any]:
    current = store.tree()
    return differences(wanted(new, store, current), current)


@SLOW
@given(new=folders())
def test_a_folder_comes_back_as_it_went(new: NewFolder) -> None:
    store = stored(new)
    back = pulled(store)
    assert list(changes(carried_of(new), canonical(offer_of(back)))) == []
    assert list(changes(carried_of(back), canonical(offer_of(back)))) == []
    assert sent(new, store) == sent(back, store) == []


JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 5), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=2)),
    max_leaves=4,
)  # fmt: skip
FIXED = frozenset(
    {
        "$schema",
        "id",
        "product",
        "plan",
        "listing",
        "identity",
        "resourceName",
        "externalId",
        "type",
        "languageId",
        "kind",
    }
)
# Odd values where the offer format has a field, and no word for this one.
ODD: dict[str, list[tuple[str, Any]]] = {
    s.SELLING: [
        ("trial", {"type": "week", "value": 2}),
        ("softwareReservation", [{"type": "month", "term": 6, "percentageSave": 2.5}]),
        ("privateAudiences", [{"type": "ea", "id": "123"}]),
        ("visibility", "somehow"),
    ],
    s.PROPERTY: [("categories", {"Odd_Id": ["Odder", "other"]}), ("customAmendments", [{"terms": "x", "more": 1}])],
    s.LISTING: [
        ("generalLinks", [{"displayText": "same", "link": "https://a"}, {"displayText": "same", "link": "https://b", "x": 1}]),
        ("supportContact", {"name": "Desk", "url": "https://c"}),
        ("title", "bad\u202echaracters\x00"),
    ],
    s.TECHNICAL: [("reuseTechnicalConfigurationState", "detach")],
    s.PLAN: [("displayRank", 3), ("lifecycleState", "deprecated"), ("azureRegions", ["azureMars"])],
    s.RESELLER: [("resellerChannelState", "terminated"), ("audiences", [{"type": "subscription", "id": TESTER}])],
    s.TEST_DRIVE: [("type", "logicApp"), ("enabled", True)],
}  # fmt: skip


def places(value: Any) -> list[dict[str, Any]]:
    """Every object below a value that may get another member; keyed texts such as categories are none."""
    if isinstance(value, list):
        return [place for item in value for place in places(item)]
    if not isinstance(value, dict):
        return []
    inner = [
        place
        for key, item in value.items()
        if key not in FIXED | {"categories", "pricePerCoreSize", "prices"}
        for place in places(item)
    ]
    return [value, *inner]


@st.composite
def trees(draw: Any) -> Store:
    store = stored(draw(folders()))
    for resource in draw(st.lists(st.sampled_from(list(store.draft.values())), max_size=6)):
        if s.kind_of(resource) in {s.AVAILABILITY, s.PRODUCT, s.LEADS}:
            continue
        place = draw(st.sampled_from(places(resource)))
        place[f"x{draw(st.text('abc', max_size=2))}"] = draw(JSON)
        for name, value in draw(
            st.lists(st.sampled_from(ODD.get(s.kind_of(resource), [("x", 1)])), max_size=2)
        ):
            resource[name] = deepcopy(value)
        free = sorted(set(resource) - FIXED)
        if free and draw(st.booleans()):
            resource[draw(st.sampled_from(free))] = None
    for number in range(draw(st.integers(0, 2))):
        kind = f"price-and-availability-{draw(st.sampled_from(['custom-meter', 'other']))}"
        extra = {
            "$schema": s.uri(kind),
            "id": f"{kind}/{guid('product')}/{number}",
            "product": f"product/{guid('product')}",
        }
        store.draft[extra["id"]] = {
            **extra,
            "more": draw(JSON),
            "plan": f"plan/{guid('product')}/{guid('sku-0')}",
        }
    return store


@SLOW
@given(store=trees())
def test_a_tree_comes_back_as_it_was(store: Store) -> None:
    new = pulled(store)
    assert sent(new, store) == []
    assert list(changes(carried_of(new), canonical(offer_of(new)))) == []


@SLOW
@given(store=trees())
def test_a_tree_can_be_built_again_elsewhere(store: Store) -> None:
    new = pulled(store)
    copy = Store()
    copy.send(wanted(new, copy, None))
    assert list(changes(canonical(offer_of(new)), canonical(offer_of(pulled(copy))))) == []
