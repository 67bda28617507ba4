"""Takes the SAS URL of a disk apart; never raises, and tells nothing secret."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

PUBLIC: Final = "Azure public cloud"
# The last labels of a blob host, and the cloud that it belongs to. An account is one label before.
_CLOUDS: Final = {
    r"blob\.core\.windows\.net": PUBLIC,
    r"z[0-9]{1,2}\.blob\.storage\.azure\.net": PUBLIC,
    r"blob\.core\.chinacloudapi\.cn": "Azure in China",
    r"blob\.core\.usgovcloudapi\.net": "Azure for the US Government",
    r"blob\.core\.cloudapi\.de": "Azure in Germany",
}
_URL: Final = re.compile(r"([^:/?#]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SHOWN_HOST: Final = re.compile(r"[a-z0-9.-]{1,253}")
_CONTAINER: Final = re.compile(r"\$root|\$web|[a-z0-9](?:-?[a-z0-9]){2,62}")
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})"
    r"(?:\.[0-9]{1,9})?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)


@dataclass(frozen=True, kw_only=True)
class SasUrl:
    """The parts of a SAS URL, "" where there is none.

    `container` and `blob` stand as they were written. `query` is None without a question mark.
    `parameters` holds decoded values by name in lower case, in order. In a mangled URL the signature
    may stand in any part: `repr` shows none of them.
    """

    scheme: str = field(default="", repr=False)
    userinfo: bool = False
    host: str = field(default="", repr=False)
    port: bool = False
    container: str = field(default="", repr=False)
    blob: str = field(default="", repr=False)
    query: str | None = field(default=None, repr=False)
    fragment: bool = False
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def get(self, name: str) -> str:
        """The first value of a parameter."""
        return self.parameters.get(name, ("",))[0]

    @property
    def cloud(self) -> str:
        """The cloud whose blob storage the host belongs to; "" for every other host."""
        for suffix, cloud in _CLOUDS.items():
            if re.fullmatch(rf"[a-z0-9]{{3,24}}\.{suffix}", self.host):
                return cloud
        return ""

    @property
    def policy(self) -> bool:
        """Whether a stored access policy stands in for what the URL does not say."""
        return bool(self.get("si"))

    @property
    def loose_signature(self) -> bool:
        """Whether the signature is encoded so that a reader may take it for another one."""
        raw = next((part for part in (self.query or "").split("&") if part[:4].lower() == "sig="), "")
        return any(character in raw[4:] for character in "=+") or "%" in self.get("sig")


@lru_cache(maxsize=64)
def parse(url: str) -> SasUrl:
    """The parts of a text that should be a SAS URL; all empty for a text that is no address."""
    found = _URL.fullmatch(url)
    if not found:
        return SasUrl()
    scheme, authority, path, query, fragment = found.groups()
    _user, at, place = authority.rpartition("@")
    host, colon, _ = place.partition(":")
    container, slash, blob = path.removeprefix("/").partition("/")
    return SasUrl(
        scheme=scheme.lower(),
        userinfo=bool(at),
        host=host.lower(),
        port=bool(colon),
        container=container if slash else "",
        blob=blob if slash else container,
        query=query,
        fragment=fragment is not None,
        parameters=_parameters(query or ""),
    )


def _parameters(query: str) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        name = unquote(name).lower()
        values[name] = (*values.get(name, ()), unquote(value))
    return values


@lru_cache(maxsize=64)
def faults(url: str) -> tuple[str, ...]:
    """Why a text is no SAS URL of a VHD: sentences to follow "the SAS URL", quoting its host at most."""
    return tuple(_faults(url))


def _faults(url: str) -> Iterator[str]:
    if _CONTROL.search(url):
        yield "contains a line break or another control character"
        return
    if url != url.strip():
        yield "begins or ends with a blank"
        return
    sas = parse(url)
    if not sas.scheme or not sas.host:
        yield "is no absolute address"
        return
    if sas.scheme != "https":
        yield "does not begin with https://"
    yield from _authority_faults(sas)
    yield from _path_faults(sas)
    yield from _query_faults(sas)


def _authority_faults(sas: SasUrl) -> Iterator[str]:
    if sas.userinfo:
        yield "names a user before its host"
    if sas.port:
        yield "names a port"
    if not sas.cloud:
        shown = f"the host {sas.host}" if _SHOWN_HOST.fullmatch(sas.host) else "a host"
        yield f"names {shown}, which is no storage account of Azure (ACCOUNT.blob.core.windows.net)"


def _path_faults(sas: SasUrl) -> Iterator[str]:
    if not sas.container:
        yield "names no container and file (https://HOST/CONTAINER/FILE.vhd)"
        return
    if not _CONTAINER.fullmatch(sas.container):
        yield "names a container that cannot exist (3 to 63 of a-z, 0-9 and single hyphens)"
    steps = sas.blob.split("/")
    if any(step in {"", ".", ".."} for step in steps[:-1]):
        yield "has an empty or dotted step in its path"
    # Without a question mark, the parameters have run into the name: that is said once, below.
    if sas.query is not None and not re.fullmatch(r"(?is).+\.vhd", steps[-1]):
        yield "names no file that ends in .vhd"


def _query_faults(sas: SasUrl) -> Iterator[str]:
    if not sas.query:
        yield "has no parameters after a '?': it is a bare address without a signature"
    elif "?" in sas.query:
        yield "has more than one '?'"
    elif not sas.query.isascii() or " " in sas.query:
        yield "has a blank or a character outside ASCII among its parameters"
    if sas.fragment:
        yield "has a '#', which ends the address too early"


@lru_cache(maxsize=64)
def moment(text: str) -> datetime | None:
    """The time of `st` or `se` in UTC; None unless it is a full date and time that exists.

    Fractions of a second are accepted and dropped.
    """
    if not (found := _TIME.fullmatch(text)):
        return None
    text, sign, hours, minutes = found.groups()
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=UTC)
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None


def quoted(value: str) -> str:
    """A parameter's value for a message: only what looks harmless is shown."""
    return repr(value) if re.fullmatch(r"[A-Za-z0-9:.+-]{1,32}", value) else "a value not fit to be shown"
