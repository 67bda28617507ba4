"""Pictures of a foreign document: fetched where that is allowed, named in the report where it is not."""

from collections.abc import Callable
from dataclasses import dataclass, field

from publisher.document.writing import LeftOut
from publisher.errors import PublisherError
from publisher.redact import public_url, redact

Fetch = Callable[[str], bytes]
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Media:
    """The files of an offer folder that is being made; without `fetch` nothing is asked for."""

    fetch: Fetch | None
    files: dict[str, bytes] = field(repr=False)
    left_out: list[LeftOut] = field(repr=False)

    def file(self, place: str, url: str, name: str) -> str:
        """The name of the file that the picture behind a URL became; "" where it became none."""
        if not url:
            return ""
        if not url.startswith(("https://", "http://")):
            return self._leave(place, f"this is no address of a picture: {redact(url)[:80]}")
        if self.fetch is None:
            return self._leave(place, f"not fetched without --network: {public_url(url)}")
        try:
            data = self.fetch(url)
        except PublisherError as error:
            return self._leave(place, f"not fetched: {error.message}")
        return self.add(place, data, name)

    def add(self, place: str, data: bytes, name: str) -> str:
        """The name of a file with these bytes."""
        if not data.startswith(PNG):
            return self._leave(place, "this is no PNG picture")
        self.files[name] = data
        return name

    def _leave(self, place: str, reason: str) -> str:
        self.left_out.append(LeftOut(place=place, reason=reason))
        return ""
