"""A document as it was written: mappings, sequences and texts, each with its place."""

from dataclasses import field

from publisher.frozen import dataclass

NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value that stays text until the model says otherwise; `plain` means it stood without quotes."""

    text: str
    plain: bool
    mark: Mark

    @property
    def null(self) -> bool:
        """Whether the author wrote nothing, or the word for it."""
        return self.plain and self.text in NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    mark: Mark
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Nodes by key, in the author's order; `keys` holds where each key stands."""

    mark: Mark
    items: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that keeps a document, or a part of it, from being read; becomes a finding.

    The place is a pointer into the document, or a mark in `file` where there is no tree to point into.
    """

    rule: str
    message: str
    fix: str = ""
    pointer: str = ""
    mark: Mark | None = None
    file: str = ""


class Unreadable(Exception):
    """A document of which nothing can be read; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def locate(root: Node, pointer: str) -> Mark:
    """The place of a JSON pointer, or of the nearest thing above it that exists."""
    node, mark = root, root.mark
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping) and key in node.items:
            mark, node = node.keys[key], node.items[key]
        elif isinstance(node, Sequence) and key.isdecimal() and int(key) < len(node.items):
            node = node.items[int(key)]
            mark = node.mark
        else:
            return mark
    return node.mark if isinstance(node, Scalar) and not node.null else mark


def step(pointer: str, key: str | int) -> str:
    """The pointer one step further down."""
    key = str(key)
    if "~" in key or "/" in key:
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{key}"
