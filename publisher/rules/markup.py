"""The few elements that a listing may use, and everything else that looks like markup."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from html import unescape
from html.parser import HTMLParser
from typing import Final

from publisher.document.model import Offer, Text
from publisher.document.nodes import Mark
from publisher.frozen import dataclass
from publisher.profiles import Profile
from publisher.rules.registry import Flaw, rule

LONGEST: Final = 20_000  # far beyond every limit of a listing text; what follows is not examined

DEEPEST: Final = 32

_VOID: Final = frozenset({"br", "hr", "img", "wbr"})
_LISTS: Final = frozenset({"ul", "ol"})
_LINES: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_ENDS: Final = {  # what browsers close when an element begins, whether its end was written or not
    **dict.fromkeys(_LINES | _LISTS, _LINES),
    "li": _LINES | {"li"},
    "a": frozenset({"a"}),
}

_DECLARATION: Final = re.compile(r"<!--.*?(?:-->|\Z)|(?:<[!?]|</(?![a-zA-Z]))[^>]*(?:>|\Z)", re.DOTALL)
_REFERENCE: Final = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]{1,31}+(?:;|(?!=)))")
_AMPERSAND: Final = "\x01"  # stands for & while the parser reads, which stumbles over some references
_TAG: Final = re.compile(r"<[a-zA-Z/]")
_SAFE_HREF: Final = re.compile(
    r"(?i:https?)://[^\s/?#\\<>\"']+[^\s\\<>\"']*|(?i:mailto):[^\s\\<>\"'@?]+@[^\s\\<>\"'@]+"
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong with the markup of a text, and where in the text."""

    message: str
    fix: str
    mark: Mark


@rule("TXT112", "html-tags")
def html_tags(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Texts use only the elements that the store shows, properly closed.

    Why: the store refuses other elements or shows their code; an element that is left open swallows
    what follows; comments and character references (`&amp;`) end up in front of the customer.
    Fix: use the elements that the message lists, close each one, write characters as themselves, and
    link to absolute http, https or mailto addresses only. Titles are plain text.
    Source: row 27; guide for VM offers, marketing texts; Partner Center documentation, description.
    """
    for at, text, allowed in _texts(offer, limits.html):
        for fault in faults(text.value, allowed):
            mark = fault.mark if text.file else None
            yield Flaw(at=at, message=fault.message, fix=fault.fix, file=text.file, mark=mark)


def _texts(
    offer: Offer, html: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, Text, Mapping[str, tuple[str, ...]]]]:
    for listing in offer.listing.values():
        yield f"{listing.at}/title", Text(value=listing.title), {}
        yield f"{listing.at}/summary", Text(value=listing.summary), html
        yield f"{listing.at}/long_summary", listing.long_summary, html
        yield f"{listing.at}/description", listing.description, html
    for sku in offer.skus:
        for texts in sku.listing.values():
            yield f"{texts.at}/title", Text(value=texts.title), {}
            yield f"{texts.at}/summary", Text(value=texts.summary), html
            yield f"{texts.at}/description", texts.description, html


def faults(text: str, allowed: Mapping[str, tuple[str, ...]]) -> list[Fault]:
    """What is wrong with the markup of a text; `allowed` holds the attributes of each element.

    Each element, attribute and reference that has no place is named once, where it first stands.
    """
    if "<" not in text and "&" not in text:
        return []
    reader = _Reader(allowed)
    reader.read(text[:LONGEST], whole=len(text) <= LONGEST)
    return sorted(reader.found, key=lambda fault: (fault.mark.line, fault.mark.column))


@dataclass(frozen=True)
class _Element:
    name: str
    mark: Mark


@dataclass
class _Reader(HTMLParser):
    """Walks through a text once; never raises, whatever it holds."""

    allowed: Mapping[str, tuple[str, ...]]
    found: list[Fault] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    stack: list[_Element] = field(default_factory=list)
    forgiven: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=False)

    def set_cdata_mode(self, elem: str, **_: object) -> None:
        """Read on behind <script> and the like: what follows is judged as any other text."""

    def read(self, text: str, *, whole: bool) -> None:
        """Find everything wrong in a text; of one that is not whole, the end is not judged."""
        text = _DECLARATION.sub(self._declaration, text)
        self._references(text)
        self.feed(text.replace("&", _AMPERSAND))
        if not whole:
            return
        if self.rawdata not in {"", "<"}:
            self._unfinished(self._here())
        for element in self.stack:
            self._fault(f"<{element.name}> is never closed", f"write </{element.name}>", element.mark)

    def _declaration(self, found: re.Match[str]) -> str:
        """Blank out a comment or the like, so that the parser need not understand it."""
        start = re.sub(r"[^<!?/-].*", "", found.group()[:4], flags=re.DOTALL)
        self._once(start, f"{start!r} begins neither text nor an element", "delete it", _mark(found))
        return re.sub(r"[^\n]", " ", found.group())

    def _references(self, text: str) -> None:
        for found in _REFERENCE.finditer(text):
            reference = found.group()
            meant = unescape(reference)
            if meant != reference and reference not in self.named:
                message = f"the character reference {reference!r} is not allowed"
                self._once(reference, message, _spelling(meant), _mark(found))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge an element where it begins."""
        here = self._here()
        if tag not in self.allowed:
            self._once(tag, f"<{tag[:40]}> is not allowed here", self._elements(), here)
            return
        for name, value in attrs:
            self._attribute(tag, name, value or "", here)
        self._nesting(tag, here)
        if tag in _VOID:
            return
        if len(self.stack) < DEEPEST:
            self.stack.append(_Element(tag, here))
        else:
            self.forgiven[tag] += 1
            self._once(">", f"elements are nested deeper than {DEEPEST}", "close some of them first", here)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge an element that is written `<x/>`: browsers do not close it."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Judge an element where it ends."""
        here = self._here()
        if tag not in self.allowed:
            self._once(tag, f"</{tag[:40]}> is not allowed here", self._elements(), here)
        elif any(element.name == tag for element in self.stack):
            self._close(tag, here)
        elif self.forgiven[tag]:
            self.forgiven[tag] -= 1
        else:
            self._fault(f"</{tag}> closes nothing", f"delete it, or write <{tag}> before it", here)

    def _close(self, tag: str, here: Mark) -> None:
        while (inner := self.stack.pop()).name != tag:
            self.forgiven[inner.name] += 1
            message = f"<{inner.name}> is still open where </{tag}> stands, in line {here.line} of the text"
            self._fault(message, f"write </{inner.name}> before </{tag}>", inner.mark)

    def handle_data(self, data: str) -> None:
        """Judge text between elements: some parsers hand over a broken tag as text."""
        if _TAG.search(data):
            self._unfinished(self._here())

    def _unfinished(self, mark: Mark) -> None:
        self._once("<", "a tag begins here and has no end", "end it with '>', or put a space after '<'", mark)

    def _attribute(self, tag: str, name: str, value: str, here: Mark) -> None:
        if name not in self.allowed[tag]:
            known = ", ".join(self.allowed[tag]) or "none"
            message = f"the attribute {name[:40]!r} of <{tag}> is not allowed"
            self._once(f"{tag} {name}", message, f"delete it; allowed here: {known}", here)
        elif name == "href" and not _SAFE_HREF.fullmatch(value):
            shown = value.replace(_AMPERSAND, "&")
            message = f"the link {shown[:80]!a} is no absolute http, https or mailto address"
            self._fault(message, "write the whole address, such as https://www.example.com/page", here)

    def _nesting(self, tag: str, here: Mark) -> None:
        above = [element.name for element in self.stack]
        within = above if tag == "a" else above[_after_last(above, _LISTS) :]
        if ended := next((name for name in reversed(within) if name in _ENDS.get(tag, ())), ""):
            while (inner := self.stack.pop()).name != ended:
                self.forgiven[inner.name] += 1
            self.forgiven[ended] += 1
            message = f"<{ended}> of line {inner.mark.line} is still open where <{tag}> begins"
            self._fault(message, f"write </{ended}> before <{tag}>", here)
        if tag == "li" and (not self.stack or self.stack[-1].name not in _LISTS):
            self._fault("<li> stands outside of a list", "put it directly into <ul> or <ol>", here)

    def _elements(self) -> str:
        if not self.allowed:
            return "write plain text; a title has no markup"
        return f"delete it; allowed here: {', '.join(self.allowed)}"

    def _here(self) -> Mark:
        line, offset = self.getpos()
        return Mark(line, offset + 1)

    def _once(self, what: str, message: str, fix: str, mark: Mark) -> None:
        if what not in self.named:
            self.named.add(what)
            self._fault(message, fix, mark)

    def _fault(self, message: str, fix: str, mark: Mark) -> None:
        self.found.append(Fault(message=message, fix=fix, mark=mark))


def _mark(found: re.Match[str]) -> Mark:
    before = found.string[: found.start()]
    return Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _after_last(names: list[str], wanted: Collection[str]) -> int:
    return max((index for index, name in enumerate(names) if name in wanted), default=-1) + 1


def _spelling(meant: str) -> str:
    if meant == "<":
        return "write 'less than', or '<' with a space after it"
    if meant.isspace():
        return "write a space"
    return f"write the character itself: {meant}" if meant.isprintable() else "delete it"
