"""Reads PNG pictures: structure and size in this process, pixels only in a child that may fail."""

import zlib
from collections.abc import Iterator, Sequence
from colorsys import rgb_to_hsv
from pathlib import Path
from struct import unpack
from typing import Any, Final

from publisher.frozen import dataclass

MAX_PIXELS: Final = 4_000_000
DECODER: Final = Path(__file__).with_name("decoder.py")
SECONDS: Final = 10.0  # for all pictures of one call

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS: Final = 10_000
_MAX_PROFILE: Final = 1024 * 1024  # bytes of a colour profile, unpacked
_MAX_TEXT: Final = 256 * 1024  # bytes of all text chunks, unpacked
_TAIL: Final = 16  # blank bytes that some exporters leave behind the end
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_GREYS, _PALETTE, _ALPHA = (0, 4), 3, (4, 6)  # colour types
_OTHERS: Final = (
    (b"\x89PNG", "is a PNG that was damaged on the way, as by a transfer in text mode"),
    (b"GIF8", "is a GIF picture, not a PNG"),
    (b"\xff\xd8\xff", "is a JPEG picture, not a PNG"),
    (b"BM", "is a BMP picture, not a PNG"),
    (b"\0\0\1\0", "is an ICO icon, not a PNG"),
    (b"II*\0", "is a TIFF picture, not a PNG"),
    (b"MM\0*", "is a TIFF picture, not a PNG"),
    (b"%PDF", "is a PDF document, not a PNG"),
    (b"version https://git-lfs", "is a Git LFS pointer, not the picture itself; run `git lfs pull`"),
)


class NotAPicture(Exception):
    """Bytes that are not accepted as a picture; `reason` goes on from the file's name: "is empty"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What the chunks of a PNG say; sizes in pixels."""

    width: int
    height: int
    animated: bool
    has_alpha: bool


@dataclass(frozen=True, slots=True)
class Colour:
    """An sRGB colour, 0 to 255 a channel."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def lightness(self) -> float:
        """L* of CIELAB: 0 for black, 100 for white, as the eye judges."""
        red, green, blue = (_linear(channel / 255) for channel in (self.red, self.green, self.blue))
        luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance

    @property
    def name(self) -> str:
        """`black`, `white` or `blue` where the eye would say so, else ""."""
        channels = (self.red, self.green, self.blue)
        if max(channels) <= 32 or min(channels) >= 240:
            return "black" if max(channels) <= 32 else "white"
        hue, saturation, value = rgb_to_hsv(*(channel / 255 for channel in channels))
        strong = saturation >= 0.4 and value >= 0.35  # neither pastel nor night
        return "blue" if strong and 200 <= hue * 360 <= 255 else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What the pixels of a picture show.

    `background` is None where the border is transparent, `mark` where nothing stands out from the
    background. `transparent` is a share, 0 to 1. `flat` means one colour, or nothing to be seen at
    all. Without `ok` nothing is known: `error` says why, and is "" for a picture that was not reached
    because an earlier one stopped the decoder.
    """

    ok: bool
    error: str = ""
    background: Colour | None = None
    mark: Colour | None = None
    transparent: float = 0.0
    flat: bool = False


def inspect(data: bytes) -> Picture:
    """Walk the chunks of a PNG without decoding a pixel. Raises NotAPicture."""
    if not data.startswith(_SIGNATURE):
        raise NotAPicture(_instead(data))
    chunks = list(_chunks(data))
    width, height, colours = _header(*chunks[0])
    kinds = [kind for kind, _ in chunks]
    _check_order(kinds)
    _check_palette(chunks, kinds, colours)
    _check_stream(chunks)
    _check_extras(chunks)
    alpha = colours in _ALPHA or b"tRNS" in kinds
    return Picture(width=width, height=height, animated=b"acTL" in kinds, has_alpha=alpha)


def _instead(data: bytes) -> str:
    if not data:
        return "is empty"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "is a WebP picture, not a PNG"
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"<") and (b"<svg" in head or head.startswith((b"<?xml", b"<!doctype svg"))):
        return "is an SVG drawing, not a PNG"
    return next((reason for start, reason in _OTHERS if data.startswith(start)), "is not a PNG picture")


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Name and content of each chunk up to IEND, with its checksum verified."""
    view, at = memoryview(data), len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        size, kind = int.from_bytes(view[at : at + 4]), bytes(view[at + 4 : at + 8])
        end = at + 12 + size
        if end > len(view):
            raise NotAPicture("is cut off before its end")
        if not kind.isalpha() or zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise NotAPicture(f"is damaged: a checksum is wrong at byte {at}")
        yield kind, view[at + 8 : end - 4]
        if kind == b"IEND":
            return _check_tail(data[end : end + _TAIL + 1], len(view) - end)
        at = end
    raise NotAPicture(f"has more than {_MAX_CHUNKS:,} chunks")


def _check_tail(tail: bytes, size: int) -> None:
    if size > _TAIL or tail.strip(b"\0\r\n\t "):
        raise NotAPicture(f"holds {size:,} bytes of something else after the picture's end")


def _header(kind: bytes, body: memoryview) -> tuple[int, int, int]:
    """Width, height and colour type."""
    if kind != b"IHDR" or len(body) != 13:
        raise NotAPicture("is damaged: it does not begin with a header")
    width, height, depth, colours, compression, filters, interlace = unpack(">IIBBBBB", body)
    if depth not in _DEPTHS.get(colours, ()) or compression or filters or interlace > 1:
        raise NotAPicture("is damaged: its header holds values that no PNG has")
    if not 0 < width < 2**31 or not 0 < height < 2**31:
        raise NotAPicture(f"is damaged: its header says {width}x{height} pixels")
    if width * height > MAX_PIXELS:
        raise NotAPicture(f"is too large: {width}x{height} pixels; at most {MAX_PIXELS:,} in all are read")
    return width, height, colours


def _check_order(kinds: list[bytes]) -> None:
    known = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    if odd := next((kind for kind in kinds if kind[:1].isupper() and kind not in known), None):
        raise NotAPicture(f"is damaged: no decoder knows its chunk {odd.decode()}")
    if kinds.count(b"IHDR") > 1:
        raise NotAPicture("is damaged: it has two headers")
    if not (count := kinds.count(b"IDAT")):
        raise NotAPicture("is damaged: it holds no pixels")
    first = kinds.index(b"IDAT")
    if kinds[first : first + count] != [b"IDAT"] * count:
        raise NotAPicture("is damaged: its pixels are scattered")


def _check_palette(chunks: list[tuple[bytes, memoryview]], kinds: list[bytes], colours: int) -> None:
    sizes = [len(body) for kind, body in chunks if kind == b"PLTE"]
    if not sizes and colours != _PALETTE:
        return
    late = b"PLTE" in kinds[kinds.index(b"IDAT") :]
    if len(sizes) != 1 or late or colours in _GREYS or sizes[0] % 3 or not 3 <= sizes[0] <= 768:
        raise NotAPicture("is damaged: its palette is missing, misplaced or malformed")


def _check_stream(chunks: list[tuple[bytes, memoryview]]) -> None:
    """The two bytes that begin every zlib stream; the rest is for the decoder."""
    start = b"".join(bytes(body[:2]) for kind, body in chunks if kind == b"IDAT")[:2]
    if len(start) < 2 or start[0] & 15 != 8 or int.from_bytes(start) % 31:
        raise NotAPicture("is damaged: its pixels cannot be unpacked")


def _check_extras(chunks: list[tuple[bytes, memoryview]]) -> None:
    """Colour profiles and texts are unpacked by whoever shows the picture: keep them small."""
    texts = 0
    for kind, body in chunks:
        if kind == b"iCCP" and _unpacked(bytes(body).partition(b"\0")[2][1:], _MAX_PROFILE) > _MAX_PROFILE:
            raise NotAPicture(f"holds a colour profile of more than {_MAX_PROFILE:,} bytes")
        if kind in {b"tEXt", b"zTXt", b"iTXt"}:
            texts += _text_size(kind, bytes(body))
        if texts > _MAX_TEXT:
            raise NotAPicture(f"holds more than {_MAX_TEXT:,} bytes of text")


def _text_size(kind: bytes, body: bytes) -> int:
    _, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        return _unpacked(rest[1:], _MAX_TEXT)
    if kind == b"iTXt" and rest[:1] == b"\1":
        return _unpacked(rest[2:].split(b"\0", 2)[-1], _MAX_TEXT)
    return len(body)


def _unpacked(data: bytes, limit: int) -> int:
    """The size of compressed data, counted no further than just above the limit."""
    try:
        return len(zlib.decompressobj().decompress(data, limit + 1))
    except zlib.error:
        raise NotAPicture("is damaged: a text or colour profile in it cannot be unpacked") from None


def look(pictures: Sequence[bytes]) -> list[Look]:
    """Decode pictures in one child process with little memory and time, in the order given.

    Whatever happens to the child becomes an `error` of the picture that it was at.
    """
    refused = {place: reason for place, data in enumerate(pictures) if (reason := _refusal(data))}
    sent = [data for place, data in enumerate(pictures) if place not in refused]
    answers = iter(_decoded(sent) if sent else [])
    return [
        Look(ok=False, error=refused[place]) if place in refused else next(answers)
        for place in range(len(pictures))
    ]


def _refusal(data: bytes) -> str:
    try:
        inspect(data)
    except NotAPicture as error:
        return error.reason
    return ""


def _decoded(pictures: Sequence[bytes]) -> list[Look]:
    """One answer a picture; the first that is missing carries what stopped the child."""
    frames = b"".join(len(data).to_bytes(4, "big") + data for data in pictures)
    output, stopped = _run(frames)
    looks = []
    for line in output.splitlines(keepends=True)[: len(pictures)]:
        if (answer := _look(line)) is None:
            break
        looks.append(answer)
    if len(looks) < len(pictures):
        looks.append(Look(ok=False, error=f"could not be decoded: the decoder {stopped}"))
    return looks + [Look(ok=False)] * (len(pictures) - len(looks))


def _run(frames: bytes) -> tuple[bytes, str]:
    """What the child wrote, and how it ended."""
    import subprocess
    import sys

    command = [sys.executable, "-P", str(DECODER), str(MAX_PIXELS), str(int(SECONDS))]
    try:
        child = subprocess.run(  # noqa: S603  # our own program, by its full path
            command, input=frames, capture_output=True, timeout=SECONDS, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired as stopped:
        return stopped.stdout or b"", f"was stopped after {SECONDS:g} seconds"
    except OSError as error:
        return b"", f"could not be started ({error.strerror or 'no resources'})"
    signal, code = max(-child.returncode, 0), child.returncode
    return child.stdout, f"was stopped by signal {signal}" if signal else f"ended early with exit code {code}"


def _environment() -> dict[str, str]:
    """What Python needs to start, and none of the secrets that an environment may hold."""
    import os

    needed = ("PATH", "HOME", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "APPDATA")
    return {name: os.environ[name] for name in needed if name in os.environ}


def _look(line: bytes) -> Look | None:
    """An answer of the child; None for one that was cut off."""
    import json

    try:
        answer: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
        if "error" in answer:
            return Look(ok=False, error=f"cannot be decoded: {answer['error']}")
        for name in ("background", "mark"):
            answer[name] = Colour(*answer[name]) if answer[name] else None
        return Look(ok=True, **answer)
    except (ValueError, KeyError, TypeError):
        return None


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
