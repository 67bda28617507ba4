"""A program of its own: decodes the PNG pictures on stdin and writes what they show, a line of JSON each.

Every picture comes as four bytes with its length, then its bytes. Nothing imports this module:
`publisher.media` starts it as a child, so that a picture that breaks the decoder breaks nothing else.
"""

import json
import sys
import warnings
import zlib
from collections import Counter
from io import BytesIO
from struct import unpack
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY: Final = 512 * 1024 * 1024  # bytes of address space
OPAQUE: Final = 128  # alpha from which a pixel counts as visible
SAMPLE: Final = 256  # pixels a side on which colours are counted
APART: Final = 48  # how far a channel of the mark is from the background
EQUAL: Final = 3  # how far channels of one flat colour may differ

CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
ADAM7: Final = (  # first column and row of each pass, and the steps between its pixels
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip

Pixel = tuple[int, int, int, int]
Rgb = tuple[int, int, int]


def main(max_pixels: int, seconds: int) -> None:
    """Answer every picture on stdin."""
    _limit(seconds)
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    while head := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(int.from_bytes(head))
        sys.stdout.write(json.dumps(_answer(data)) + "\n")
        sys.stdout.flush()


def _limit(seconds: int) -> None:
    """Take memory, time and crash dumps away from this process."""
    if sys.platform == "win32":
        return
    import resource

    for kind, wanted in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))


def _answer(data: bytes) -> dict[str, Any]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=("PNG",)) as picture:
            picture.load()
            if _stored(data) < _announced(data):  # Pillow leaves what is missing black
                return {"error": "pixels are missing at its end"}
            return look(_visible(picture))
    except UnidentifiedImageError:
        return {"error": "no PNG was recognised"}
    except MemoryError:
        return {"error": "it needs too much memory"}
    except Exception as error:  # whatever Pillow raises is the answer
        return {"error": (str(error) or type(error).__name__)[:200]}


def _stored(data: bytes) -> int:
    """How many bytes of pixels the file holds, unpacked, counted up to what it announces."""
    packed, at = [], 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed.append(data[at + 8 : at + 8 + size])
        at += 12 + size
    return len(zlib.decompressobj().decompress(b"".join(packed), _announced(data)))


def _announced(data: bytes) -> int:
    """How many bytes of pixels the header asks for: each row begins with the name of its filter."""
    width, height, depth, colours, _, _, interlaced = unpack(">IIBBBBB", data[16:29])
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, right, down in passes:
        columns, rows = -((left - width) // right), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * depth * CHANNELS[colours] + 7) // 8)
    return total


def _visible(picture: "Image") -> "Image":
    if picture.mode.startswith("I"):  # 16 bits of grey, which a plain conversion would cut to white
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return picture.convert("RGBA")


def look(picture: "Image") -> dict[str, Any]:
    """The fields of `publisher.media.Look` for an RGBA picture."""
    background = _background(picture)
    hidden = sum(picture.getchannel("A").histogram()[:OPAQUE])
    return {
        "background": background,
        "mark": _mark(picture, background),
        "transparent": hidden / (picture.width * picture.height),
        "flat": _flat(picture),
    }


def _flat(picture: "Image") -> bool:
    spreads = [_spread(band) for band in picture.split()]
    nothing = spreads[-1][1] <= EQUAL
    return nothing or all(high - low <= EQUAL for low, high in spreads)


def _spread(band: "Image") -> tuple[int, int]:
    used = [value for value, count in enumerate(band.histogram()) if count]
    return used[0], used[-1]


def _background(picture: "Image") -> Rgb | None:
    """The colour of the border's pixels, None where most of them are transparent."""
    width, height = picture.size
    sides = (
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    )
    border: Counter[Pixel] = Counter()
    for side in sides:
        border += _count(picture.crop(side))
    visible = Counter({pixel: count for pixel, count in border.items() if pixel[3] >= OPAQUE})
    return _dominant(visible) if 2 * visible.total() > border.total() else None


def _mark(picture: "Image", background: Rgb | None) -> Rgb | None:
    """The colour of what is visible and stands out from the background."""
    return _dominant(
        Counter(
            {
                pixel: count
                for pixel, count in _count(picture).items()
                if pixel[3] >= OPAQUE and (background is None or _apart(pixel, background))
            }
        )
    )


def _apart(pixel: Pixel, background: Rgb) -> bool:
    return any(abs(one - other) > APART for one, other in zip(pixel, background, strict=False))


def _count(picture: "Image") -> Counter[Pixel]:
    """How often each colour occurs, in a sample where the picture is large."""
    from PIL.Image import Resampling

    width, height = min(picture.width, SAMPLE), min(picture.height, SAMPLE)
    colours = picture.resize((width, height), Resampling.NEAREST).getcolors(width * height)
    return Counter({pixel: count for count, pixel in colours or ()})  # type: ignore[misc]  # RGBA: four


def _dominant(pixels: Counter[Pixel]) -> Rgb | None:
    """The mean of the largest group of like colours; the mean of all where no group holds half."""
    if not pixels:
        return None
    groups: Counter[tuple[int, ...]] = Counter()
    for pixel, count in pixels.items():
        groups[_group(pixel)] += count
    largest, size = groups.most_common(1)[0]
    if 2 * size >= pixels.total():
        pixels = Counter({pixel: n for pixel, n in pixels.items() if _group(pixel) == largest})
    red, green, blue = (
        round(sum(pixel[channel] * n for pixel, n in pixels.items()) / pixels.total()) for channel in range(3)
    )
    return red, green, blue


def _group(pixel: Pixel) -> tuple[int, ...]:
    return tuple(channel >> 4 for channel in pixel[:3])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
