"""The portal steps of a request: tab by tab, each field with the exact value to enter.

A step is one text: its first line names the tab or the act, each further line is `  field: value`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from publisher.errors import UsageError
from publisher.marketplaces import Request, Slot
from publisher.marketplaces.canonical import links, unsigned
from publisher.marketplaces.portal_words import WORDS, Words

Field = tuple[str, str]

_PRINTED: Final = 4_000  # characters; a longer text is named by its hash
_OWN_STEP: Final = {"publisher", "offer", "categories", "listing", "legal", "support", "skus"}
_CHOICES: Final = {"billing", "free_trial", "hidden"}  # the portal offers these in its own words
_OWN_TAB: Final = {"listing", "regions", "prices", "operating_system", "recommended_sizes", "ports", "images"}


def portal_steps(request: Request, language: str) -> list[str]:
    """What to do for this request, in order. Raises UsageError for a language without words."""
    if language not in WORDS:
        raise UsageError(f"no portal steps in {language!r}", hint=f"languages: {', '.join(WORDS)}")
    guide = _Guide(request, WORDS[language])
    return list(guide.production() if request.slot is Slot.PRODUCTION else guide.staging())


class _Guide:
    """Walks one document in the words of one language."""

    def __init__(self, request: Request, words: Words) -> None:
        self._request = request
        self._document = request.document
        self._skus: list[Mapping[str, Any]] = list(request.document.get("skus") or [])
        self._words = words
        self._names = {
            "publisher": request.publisher,
            "offer": request.offer,
            "skus": self._word("SKUS"),
            "images": self._word("VM IMAGES"),
            "pricing": self._word("PRICING"),
        }

    def staging(self) -> Iterator[str]:
        technical = not self._request.marketing_only
        yield self._say("open" if technical else "open marketing")
        if technical:
            yield from self._technical()
        yield from self._marketing()
        for tab, key in (("LEGAL", "legal"), ("SUPPORT", "support"), ("CATEGORIES", "categories")):
            yield from _step(self._word(tab), self._fields(self._document.get(key)))
        if technical:
            yield from self._pricing()
        others = {key: value for key, value in self._document.items() if key not in _OWN_STEP}
        yield from _step(self._word("OTHER"), self._fields(others))
        yield self._say("save")
        testers = [(self._say("subscription"), value) for value in self._request.subscriptions]
        yield from _step(self._say("stage"), testers, always=True)
        yield self._say("staged")

    def production(self) -> Iterator[str]:
        yield self._say("staged still")
        deployed = [
            (sku.get("id", ""), image.get("version", "")) for sku in self._skus for image in _images(sku)
        ]
        yield from _step(self._say("tested"), deployed)
        yield from _step(self._say("open links"), [("URL", url) for url in links(self._document)])
        yield self._say("request")
        yield self._say("listed")

    def _technical(self) -> Iterator[str]:
        for sku in self._skus:
            plain = {key: value for key, value in sku.items() if key not in _OWN_TAB}
            yield from _step(f"{self._word('SKUS')} > {self._word('ADD A SKU')}", self._fields(plain))
        for sku in self._skus:
            yield from _step(f"{self._word('VM IMAGES')} > {sku.get('id', '')}", self._image_fields(sku))

    def _marketing(self) -> Iterator[str]:
        for language, listing in (self._document.get("listing") or {}).items():
            tab = f"{self._word('MARKETING')} > {language.upper()}"
            texts = {key: value for key, value in listing.items() if key not in {"links", "sample_images"}}
            yield from _step(f"{tab} > {self._word('DETAILS')}", self._fields(texts))
            for key, label in (("links", "LINKS"), ("sample_images", "SAMPLE IMAGES")):
                for item in listing.get(key) or []:
                    yield from _step(f"{tab} > {self._word(label)}", self._fields(item))
        for sku in self._skus:
            for language, listing in (sku.get("listing") or {}).items():
                tab = f"{self._word('MARKETING')} > {language.upper()} > {self._word('SKUS')}"
                yield from _step(f"{tab} > {sku.get('id', '')}", self._fields(listing))

    def _pricing(self) -> Iterator[str]:
        for sku in self._skus:
            fields = [*self._fields({"regions": sku.get("regions")}), *self._price_fields(sku)]
            yield from _step(f"{self._word('PRICING')} > {sku.get('id', '')}", fields)

    def _price_fields(self, sku: Mapping[str, Any]) -> Iterator[Field]:
        for region, price in (sku.get("prices") or {}).items():
            for cores, amount in (price.get("per_hour_by_cores") or {}).items():
                label = self._say("price", region=region, cores=cores)
                yield label, f"{amount} {price.get('currency', '')}".rstrip()

    def _image_fields(self, sku: Mapping[str, Any]) -> Iterator[Field]:
        kept = {key: sku.get(key) for key in ("operating_system", "recommended_sizes")}
        yield from self._fields(kept)
        for port in sku.get("ports") or []:
            label = self._say("port", label=port.get("label", "")).rstrip()
            yield label, f"{port.get('range', '')} {port.get('protocol', '')}".strip()
        for image in _images(sku):
            yield from self._fields({key: value for key, value in image.items() if not key.endswith("vhds")})
            for disk in image.get("data_vhds") or []:
                yield self._say("lun", lun=disk.get("lun", "")), self._vhd(disk.get("url", ""))
                rest = {key: value for key, value in disk.items() if key not in {"lun", "url"}}
                yield from self._fields(rest)

    def _fields(self, value: Any, label: str = "") -> Iterator[Field]:
        """Every value below, each with the words that lead to it."""
        if isinstance(value, Mapping) and "sha256" not in value:
            for key, item in value.items():
                if key == "os_vhd":
                    yield self._word(key), self._vhd(item)
                elif key in _CHOICES:
                    yield self._word(key), self._word(str(item))
                else:
                    yield from self._fields(item, f"{label} {self._word(key)}".strip())
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value, 1):
                yield from self._fields(item, f"{label} {number}".strip())
        elif value not in (None, "", [], ()):
            yield label, self._text(value)

    def _text(self, value: Any) -> str:
        if isinstance(value, list | tuple):
            return ", ".join(str(item) for item in value)
        if isinstance(value, Mapping):
            return self._file(value)
        return str(value)

    def _file(self, value: Mapping[str, Any]) -> str:
        """A file to upload, or a long text: in full while it can be read on a screen."""
        if "length" not in value:
            return self._say("file", bytes=value.get("bytes", "?"), sha256=value["sha256"])
        content = self._request.files.get(value["sha256"])
        if content is not None and value["length"] <= _PRINTED:
            return content.decode("utf-8", "replace")
        return self._say("long text", length=value["length"], sha256=value["sha256"])

    def _vhd(self, address: Any) -> str:
        return self._say("vhd", address=unsigned(str(address)))

    def _word(self, key: str) -> str:
        return self._words.labels.get(key, key)

    def _say(self, key: str, **values: Any) -> str:
        return self._words.sentences[key].format(**self._names, **values)


def _images(sku: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(sku.get("images") or [])


def _step(title: str, fields: Iterable[Field], *, always: bool = False) -> Iterator[str]:
    """One step, unless there is nothing to enter."""
    lines = [f"  {label}: {value}" if label else f"  {value}" for label, value in fields]
    if lines or always:
        yield "\n".join([title, *lines])
