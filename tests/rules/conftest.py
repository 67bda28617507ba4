"""Turns a case file into a check: the demo offer, edited, judged by the real rules."""

import datetime as dt
import re
import shutil
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from PIL import Image

from publisher.baseline import OtherOffer, Published, PublishedSku, addresses, live_terms, locked
from publisher.document import Document, read_document
from publisher.document.secrets import Secrets, read_secrets
from publisher.findings import Gate, Report
from publisher.links.disks import Probe
from publisher.profiles import load_profile
from publisher.redact import Secret
from publisher.rules.runner import Account, Circumstances, check
from tests.disks import MB, footer

DEMO = Path(__file__).resolve().parent.parent.parent / "templates" / "demo" / "beacon-metrics"
# The demo offer's logos have the sizes of the classic profile.
PARTNER_CENTER_LOGOS = {
    "media/logo-small.png": {"image": {"size": [48, 48], "mark": [255, 255, 255]}},
    "media/logo-large.png": {"image": {"size": [300, 300], "mark": [255, 255, 255]}},
}
# Its categories are those of the classic portal, which keeps no list of them.
PARTNER_CENTER_VALUES = {"/categories": ["Monitoring & Diagnostics", "Analytics"]}
NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


@dataclass
class Case:
    """One row of a case file. `set` and `remove` edit offer.yaml by JSON pointer, `files` and
    `secrets` add to it; `published` is the same offer before the edits, with edits of its own."""

    rule: str
    name: str
    profile: str = "classic"
    gate: str = "stage"
    now: str = ""
    set: dict[str, Any] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    account: dict[str, bool] = field(default_factory=dict)
    published: dict[str, Any] | None = None
    others: list[dict[str, Any]] | None = None
    links: dict[str, str] | None = None
    probes: dict[str, Any] | None = None
    good: bool = False
    skips: str = ""
    finds: dict[str, Any] | list[dict[str, Any]] | None = None
    also: list[str] = field(default_factory=list)

    def run(self, folder: Path) -> Report:
        """Judge the edited demo offer."""
        document = write(folder / "offer", self)
        before = (
            write(folder / "before", Case("", "", **_edits(self.published)))
            if self.published is not None
            else None
        )
        circumstances = Circumstances(
            gate=Gate[self.gate.upper()],
            limits=load_profile(self.profile),
            now=dt.datetime.fromisoformat(self.now) if self.now else NOW,
            account=Account(**self.account),
            published=published(before, self.published or {}) if before else None,
            others=None if self.others is None else tuple(_other(other) for other in self.others),
            links=None if self.links is None else _Links(self.links),
            probes=None if self.probes is None else _probes(document, self.probes),
        )
        return check(document, circumstances)


class _Links(dict[str, Any]):
    """Every link answers, but those that are named with what went wrong: `outcome: detail`."""

    def __missing__(self, url: str) -> Any:
        return SimpleNamespace(url=url, ok=True, outcome="reachable", detail="200 OK")

    def __init__(self, broken: dict[str, str]) -> None:
        super().__init__()
        for url, answer in broken.items():
            outcome, _, detail = answer.partition(": ")
            self[url] = SimpleNamespace(url=url, ok=False, outcome=outcome, detail=detail)

    def get(self, url: str, default: Any = None) -> Any:
        return self[url]

    def __contains__(self, url: object) -> bool:
        return True


def _probes(document: Document, answers: dict[str, Any]) -> dict[Secret, Probe]:
    """Every disk is a sound VHD of 30 MB, but those that are named by their secret: with what went
    wrong, or with what their ends say: `size`, `kind`, `length`, `blob`, `end`."""
    assert document.offer
    return {
        vhd.url: _probe(answers.get(vhd.secret, {}))
        for vhd in document.offer.vhds()
        if vhd.url and vhd.secret not in answers.get("unasked", ())
    }


def _probe(answer: Any) -> Probe:
    if isinstance(answer, str):
        return Probe(ok=False, detail=answer)
    size, kind, end = answer.get("size", 30 * MB), answer.get("kind", 2), answer.get("end")
    return Probe(
        ok=True, detail="206 Partial Content", length=answer.get("length", size + 512),
        blob=answer.get("blob", "PageBlob"), end=None if end == "unknown" else (end or "").encode() or footer(size, kind),
    )  # fmt: skip


def write(folder: Path, case: Case) -> Document:
    """The edited demo offer on disk, read back."""
    shutil.copytree(DEMO, folder)
    data = yaml.load((folder / "offer.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for pointer, value in (PARTNER_CENTER_VALUES if case.profile == "partner-center" else {}).items():
        parent, key = _parent(data, pointer)
        parent[key] = value
    for pointer in case.remove:
        parent, key = _parent(data, pointer)
        del parent[key]
    for pointer, value in case.set.items():
        parent, key = _parent(data, pointer)
        value = _value(value)
        parent.append(value) if key == "-" else parent.__setitem__(key, value)
    (folder / "offer.yaml").write_text(
        yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    logos = PARTNER_CENTER_LOGOS if case.profile == "partner-center" else {}
    for name, content in {**logos, **case.files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(_bytes(content))
    secrets = read_secrets(folder / "demo.env")
    return read_document(folder, Secrets({**secrets._values, **case.secrets}, environ={}))


def published(before: Document, facts: dict[str, Any]) -> Published:
    """The offer before the edits, as a lock file or a catalogue would know it. Facts: `source`,
    `staged_only`, `versions` and `states` by SKU, `deleted` SKUs, `hero`; `terms: false` where it was
    recorded before it was kept how an offer is sold."""
    assert before.offer
    staged_only, source = facts.get("staged_only", False), facts.get("source", "catalogue")
    skus = tuple(
        PublishedSku(
            id=sku.id,
            state=facts.get("states", {}).get(sku.id)
            or ("deleted" if sku.id in facts.get("deleted", ()) else ("staging" if staged_only else "live")),
            versions=tuple(
                facts.get("versions", {}).get(sku.id, () if staged_only else [i.version for i in sku.images])
            ),
            locked=None if staged_only else locked(sku),
            vhds={i.version: addresses(i) for i in sku.images}
            if source == "catalogue" and not staged_only
            else {},
            terms=live_terms(sku) if facts.get("terms", not staged_only) else None,
        )
        for sku in before.offer.skus
    )
    hero = facts.get("hero", any(listing.logos.hero for listing in before.offer.listing.values()))
    return Published(
        source=source, publisher=before.offer.publisher, offer=before.offer.offer, live=not staged_only,
        skus=skus, hero=None if source == "lock" and staged_only else hero,
        standard_contract=before.offer.legal.standard_contract if facts.get("terms", not staged_only) else None,
    )  # fmt: skip


def _edits(facts: dict[str, Any] | None) -> dict[str, Any]:
    return {
        key: value for key, value in (facts or {}).items() if key in {"set", "remove", "files", "secrets"}
    }


def _other(facts: dict[str, Any]) -> OtherOffer:
    return OtherOffer(
        offer=facts["offer"], titles=tuple(facts.get("titles", ())), skus=tuple(facts.get("skus", ()))
    )


def _parent(data: Any, pointer: str) -> tuple[Any, Any]:
    *above, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in above:
        data = data[int(part)] if isinstance(data, list) else data.setdefault(part, {})
    return data, int(last) if isinstance(data, list) and last != "-" else last


def _value(value: Any) -> Any:
    """A value of a case file; {repeat: x, times: n} stands for a long text, {list: x, times: n} for a
    long list, in which {n} counts."""
    if isinstance(value, dict) and "repeat" in value:
        return value["repeat"] * int(value["times"]) + value.get("end", "")
    if isinstance(value, dict) and "list" in value:
        return [_numbered(_value(value["list"]), number) for number in range(10, 10 + int(value["times"]))]
    if isinstance(value, dict):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbered(item, number) for item in value]
    return value.replace("{n}", str(number)) if isinstance(value, str) else value


def _bytes(content: Any) -> bytes:
    """A file of a case: a text, {repeat, times}, {hex: …} or {image: {size, color, format}}."""
    if isinstance(content, dict) and "hex" in content:
        return bytes.fromhex(re.sub(r"\s", "", content["hex"]))
    if isinstance(content, dict) and "image" in content:
        return _image(**content["image"])
    return str(_value(content)).encode()


def _image(
    size: list[int], color: Any = (16, 94, 110), mode: str = "RGB", format: str = "PNG", mark: Any = None
) -> bytes:
    picture = Image.new(mode, tuple(size), tuple(color) if isinstance(color, list) else color)
    if mark is not None:  # a square in the middle third, in another colour
        box = (size[0] // 3, size[1] // 3, 2 * size[0] // 3, 2 * size[1] // 3)
        picture.paste(tuple(mark) if isinstance(mark, list) else mark, box)
    file = BytesIO()
    picture.save(file, format)
    return file.getvalue()
