"""Pictures for the marketplace: it fetches them from an address, so they must stand somewhere first."""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import quote, urlsplit

import requests

from publisher.errors import MarketplaceUnavailable, Refused
from publisher.redact import Secret, redact

_TIMEOUT: Final = (10, 30)  # seconds: to connect, between two bytes
_HTTPS: Final = ("https",)


class Assets(Protocol):
    """Where pictures stand for the marketplace to fetch."""

    def url(self, sha256: str, name: str) -> str:
        """The address of a picture."""
        ...

    def provide(self, files: Mapping[str, bytes]) -> None:
        """See that each address is good; `files` holds bytes by address. Raises Refused with the cure."""
        ...


class Hosted:
    """Pictures that the publisher puts into a web folder: under their sha256, as `<sha256>.png`.

    `query` is what may have to follow the address, such as a SAS, and is never shown.
    """

    def __init__(self, base_url: str, query: Secret | None) -> None:
        self._base_url = base_url.rstrip("/")
        self._query = query

    def url(self, sha256: str, name: str) -> str:
        """The address of a picture. Raises Refused where no web folder is set."""
        if not self._base_url:
            raise Refused(
                f"{name} is new or changed, and no address is set from which pictures are fetched",
                hint="set partner_center.assets_url to a web folder and put the picture there as "
                f"{sha256}.png; or change the picture in the portal",
            )
        tail = f"?{self._query.reveal().lstrip('?')}" if self._query else ""
        return f"{self._base_url}/{quote(sha256)}.png{tail}"

    def provide(self, files: Mapping[str, bytes]) -> None:
        """Ask each address for its size. Raises Refused naming every picture that does not stand there."""
        missing = [redact(url) for url, data in files.items() if not _stands(url, len(data))]
        if missing:
            raise Refused(
                f"{len(missing)} pictures do not stand where the marketplace would fetch them",
                reasons=tuple(missing),
                hint="upload them under these names and run the command again",
            )


def _stands(url: str, size: int) -> bool:
    if urlsplit(url).scheme not in _HTTPS:
        raise Refused("partner_center.assets_url is no https address", hint="correct the setting")
    try:
        answer = requests.head(url, timeout=_TIMEOUT, allow_redirects=False)
    except requests.exceptions.RequestException as error:
        raise MarketplaceUnavailable(
            f"{redact(url)}: {redact(str(error))[:300]}", hint="see that the web folder can be reached"
        ) from None
    return answer.status_code == 200 and answer.headers.get("Content-Length", str(size)) == str(size)


class Uploaded:
    """Pictures that an emulator keeps itself: they are sent to it before they are named."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    def url(self, sha256: str, name: str) -> str:
        """The address under which the emulator keeps a picture."""
        return f"{self._base_url}/{sha256}"

    def provide(self, files: Mapping[str, bytes]) -> None:
        """Send every picture; one that is there already stays the same."""
        for url, data in files.items():
            self._put(url, data)

    def _put(self, url: str, data: bytes) -> None:
        try:
            answer: Any = requests.put(url, data=data, timeout=_TIMEOUT, allow_redirects=False)
        except requests.exceptions.RequestException as error:
            raise MarketplaceUnavailable(
                f"{url}: {str(error)[:300]}", hint="see that the emulator runs"
            ) from None
        if answer.status_code not in {200, 201, 204}:
            raise MarketplaceUnavailable(f"{url}: {answer.status_code}", hint="run the same command again")
