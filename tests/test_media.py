"""Reading PNG pictures: what is accepted, what is refused and why, and a decoder that may fail."""

import json
import random
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from publisher import media
from publisher.document import read_document
from publisher.document.secrets import read_secrets
from publisher.findings import Finding, Gate
from publisher.media import Colour, Look, NotAPicture, Picture, inspect, look
from publisher.profiles import load_profile
from publisher.rules.runner import Circumstances, check

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEAL, AMBER = (16, 94, 110), (238, 187, 77)


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def header(width: int = 3, height: int = 2, depth: int = 8, colours: int = 0, *rest: int) -> bytes:
    return chunk(b"IHDR", pack(">IIBBBBB", width, height, depth, colours, *(rest or (0, 0, 0))))


PIXELS, END = chunk(b"IDAT", zlib.compress(b"\0" * 8)), chunk(b"IEND")
TINY = SIGNATURE + header() + PIXELS + END


def made(*chunks: bytes) -> bytes:
    """A PNG of a header, the chunks that are given, pixels and an end."""
    return b"".join((SIGNATURE, header(), *chunks, PIXELS, END))


def picture(
    size: tuple[int, int], colour: Any = TEAL, mode: str = "RGB", mark: Any = None, **how: Any
) -> bytes:
    image = Image.new(mode, size, colour)
    if mark is not None:
        image.paste(mark, (size[0] // 3, size[1] // 3, 2 * size[0] // 3, 2 * size[1] // 3))
    file = BytesIO()
    image.save(file, "PNG", **how)
    return file.getvalue()


def reason(data: bytes) -> str:
    with pytest.raises(NotAPicture) as caught:
        inspect(data)
    return caught.value.reason


def test_what_a_header_says() -> None:
    assert inspect(picture((40, 30))) == Picture(width=40, height=30, animated=False, has_alpha=False)
    assert inspect(picture((4, 4), (0, 0, 0, 0), "RGBA")).has_alpha
    assert inspect(picture((4, 4), 0, "P", transparency=0)).has_alpha


@pytest.mark.parametrize(
    "data",
    [
        TINY,
        TINY + b"\r\n",
        SIGNATURE + header() + chunk(b"IDAT") + PIXELS + END,
        SIGNATURE + header(2000, 2000) + PIXELS + END,
        made(chunk(b"tEXt", b"Software\0an editor"), chunk(b"prVt", b"of one program")),
        made(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 1000))),
        made(chunk(b"iTXt", b"Title\0\1\0en\0Title\0" + zlib.compress(b"x" * 1000))),
        made(chunk(b"iCCP", b"ICC\0\0" + zlib.compress(bytes(500_000)))),
    ],
)
def test_unusual_pictures_are_accepted(data: bytes) -> None:
    assert inspect(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"\0" * 100, "is not a PNG picture"),
        (b"GIF89a......", "is a GIF"),
        (b"\xff\xd8\xff\xe0....", "is a JPEG"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "is a WebP"),
        (b"BM......", "is a BMP"),
        (b"\0\0\1\0\1\0", "is an ICO"),
        (b"II*\0....", "is a TIFF"),
        (b"%PDF-1.7", "is a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is an SVG"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!DOCTYPE svg []><svg/>", "is an SVG"),
        (TINY.replace(b"\r\n", b"\n"), "is a PNG that was damaged on the way"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "run `git lfs pull`"),
        (SIGNATURE, "is cut off"),
        (SIGNATURE + header() + PIXELS, "is cut off"),
        (SIGNATURE + b"\xff\xff\xff\xffIHDR", "is cut off"),
        (TINY + b"PK\5\6" + bytes(18), "holds 22 bytes of something else"),
        (TINY + b"<", "holds 1 bytes of something else"),
        (TINY + bytes(17), "holds 17 bytes of something else"),
        (TINY + TINY, "of something else after the picture's end"),
        (SIGNATURE + PIXELS + header() + END, "does not begin with a header"),
        (SIGNATURE + END, "does not begin with a header"),
        (SIGNATURE + header() + END, "holds no pixels"),
        (SIGNATURE + header() + header() + PIXELS + END, "two headers"),
        (SIGNATURE + header() + PIXELS + chunk(b"tEXt", b"a\0b") + PIXELS + END, "are scattered"),
        (SIGNATURE + header() + chunk(b"IDAT", b"rubbish") + END, "cannot be unpacked"),
        (SIGNATURE + header() + chunk(b"IDAT") + END, "cannot be unpacked"),
        (made(chunk(b"EVIL")), "its chunk EVIL"),
        (made(chunk(b"a\r\nb")), "is damaged"),
        (made(chunk(b"PLTE", bytes(3))), "its palette"),
        (SIGNATURE + header(3, 2, 8, 3) + PIXELS + END, "its palette"),
        (SIGNATURE + header(3, 2, 8, 3) + PIXELS + chunk(b"PLTE", bytes(3)) + END, "its palette"),
        (SIGNATURE + header(3, 2, 8, 3) + chunk(b"PLTE", bytes(4)) + PIXELS + END, "its palette"),
        (SIGNATURE + header(3, 2, 8, 3) + chunk(b"PLTE", bytes(771)) + PIXELS + END, "its palette"),
        (SIGNATURE + header(0, 2) + PIXELS + END, "its header says 0x2 pixels"),
        (SIGNATURE + header(2**31, 1) + PIXELS + END, "its header says"),
        (SIGNATURE + header(2001, 2000) + PIXELS + END, "is too large: 2001x2000 pixels"),
        (SIGNATURE + header(3, 2, 7) + PIXELS + END, "values that no PNG has"),
        (SIGNATURE + header(3, 2, 4, 2) + PIXELS + END, "values that no PNG has"),
        (SIGNATURE + header(3, 2, 8, 5) + PIXELS + END, "values that no PNG has"),
        (SIGNATURE + header(3, 2, 8, 0, 1, 0, 0) + PIXELS + END, "values that no PNG has"),
        (SIGNATURE + header(3, 2, 8, 0, 0, 0, 2) + PIXELS + END, "values that no PNG has"),
        (made(chunk(b"iCCP", b"ICC\0\0" + zlib.compress(bytes(64 << 20)))), "a colour profile of more than"),
        (made(chunk(b"iCCP", b"ICC\0\0rubbish")), "cannot be unpacked"),
        (made(chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(64 << 20)))), "bytes of text"),
        (made(chunk(b"iTXt", b"x\0\1\0\0\0" + zlib.compress(bytes(64 << 20)))), "bytes of text"),
        (made(*[chunk(b"tEXt", b"x\0" + bytes(90_000))] * 3), "bytes of text"),
        (made(*[chunk(b"prVt")] * 10_001), "more than 10,000 chunks"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(data: bytes, why: str) -> None:
    assert why in reason(data)


def test_every_cut_and_every_flipped_bit_is_noticed() -> None:
    for length in range(len(TINY)):
        assert reason(TINY[:length])
    for place in range(len(TINY)):
        for bit in range(8):
            assert reason(TINY[:place] + bytes([TINY[place] ^ 1 << bit]) + TINY[place + 1 :])


def test_random_chunks_never_do_more_than_be_refused() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    dice, reasons = random.Random(seed), []
    kinds = [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"iCCP", b"tEXt", b"zTXt", b"iTXt"]
    for _ in range(300):
        chunks = [chunk(dice.choice(kinds), dice.randbytes(dice.randrange(30))) for _ in range(5)]
        try:
            inspect(SIGNATURE + header() + b"".join(chunks) + PIXELS + END)
        except NotAPicture as error:
            reasons.append(error.reason)
    assert all(reasons)


def test_reading_headers_imports_no_decoder() -> None:
    code = "import publisher.rules.media, sys; print({'PIL', 'subprocess', 'json'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        (Colour(0, 0, 0), "black"), (Colour(32, 30, 20), "black"), (Colour(33, 33, 33), ""),
        (Colour(255, 255, 255), "white"), (Colour(240, 240, 240), "white"), (Colour(255, 255, 200), ""),
        (Colour(0, 0, 255), "blue"), (Colour(0, 120, 212), "blue"), (Colour(0, 0, 128), "blue"),
        (Colour(0, 128, 128), ""), (Colour(128, 0, 200), ""), (Colour(200, 210, 230), ""),
    ],
)  # fmt: skip
def test_names_of_colours(colour: Colour, name: str) -> None:
    assert colour.name == name


def test_lightness_is_what_the_eye_sees() -> None:
    assert [round(colour.lightness) for colour in (Colour(0, 0, 0), Colour(255, 255, 255))] == [0, 100]
    assert round(Colour(119, 119, 119).lightness) == 50
    assert Colour(255, 255, 0).lightness > 95 > 35 > Colour(0, 0, 255).lightness


def test_looks_at_pixels_in_the_order_given() -> None:
    mark = Colour(238, 187, 77)
    clear = (0, 0, 0, 0)
    [opaque, alpha, palette, refused] = look(
        [
            picture((60, 60), mark=AMBER),
            picture((60, 60), clear, "RGBA", mark=(*AMBER, 255)),
            picture((30, 30), 0, "P", mark=1, transparency=0),
            b"GIF89a",
        ]
    )
    assert opaque == Look(ok=True, background=Colour(16, 94, 110), mark=mark)
    assert (alpha.background, alpha.mark) == (None, mark)
    assert alpha.transparent == pytest.approx(8 / 9)
    assert palette.background is None
    assert refused == Look(ok=False, error="is a GIF picture, not a PNG")


def test_sixteen_bits_of_grey_keep_their_tone() -> None:
    assert look([picture((9, 9), 0xC000, "I;16")])[0].background == Colour(191, 191, 191)


def test_a_mark_that_touches_the_border_makes_no_background() -> None:
    image = Image.new("RGBA", (60, 60))
    image.paste((*AMBER, 255), (20, 0, 40, 60))
    file = BytesIO()
    image.save(file, "PNG")
    assert look([file.getvalue()])[0].background is None


def test_a_gradient_counts_as_its_mean() -> None:
    file = BytesIO()
    Image.linear_gradient("L").save(file, "PNG")
    [seen] = look([file.getvalue()])
    assert seen.background
    assert 96 < seen.background.red < 160


def test_what_shows_nothing_is_flat() -> None:
    noise = Image.effect_noise((50, 50), 50).convert("RGB")
    noise.putalpha(0)
    file = BytesIO()
    noise.save(file, "PNG")
    pictures = [picture((50, 50)), file.getvalue(), picture((50, 50), mark=AMBER)]
    assert [seen.flat for seen in look(pictures)] == [True, True, False]


def test_no_pictures_need_no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert look([]) == []
    assert look([b""]) == [Look(ok=False, error="is empty")]


def test_interlaced_pictures_are_counted_as_they_are_stored() -> None:
    """Seven passes; 5x3 pixels leave one of them empty."""
    passes = (1, 1), (1, 1), (1, 1), (3, 1), (2, 2), (5, 1)  # columns and rows of each
    rows = b"".join((b"\0" + b"\x60" * columns) * rows for columns, rows in passes)
    for missing, ok in ((0, True), (1, False)):
        pixels = chunk(b"IDAT", zlib.compress(rows[: len(rows) - missing]))
        assert look([SIGNATURE + header(5, 3, 8, 0, 0, 0, 1) + pixels + END])[0].ok is ok


def test_broken_pixels_are_an_answer_and_the_next_picture_is_seen() -> None:
    half = SIGNATURE + header(40, 40) + chunk(b"IDAT", zlib.compress(bytes(41 * 20))) + END
    [broken, fine] = look([half, picture((9, 9))])
    assert broken.error.startswith("cannot be decoded")
    assert fine.ok


@pytest.mark.parametrize(
    ("decoder", "why"),
    [
        ("import os; os.kill(os.getpid(), 9)", "the decoder was stopped by signal 9"),
        ("raise SystemExit(3)", "the decoder ended early with exit code 3"),
        ("print('{\"background\": [1')", "the decoder ended early"),
        ("print('[]')", "the decoder ended early"),
        ("while True: pass", "the decoder was stopped after 0.5 seconds"),
    ],
)
def test_a_decoder_that_fails_is_an_answer(
    decoder: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "decoder.py").write_text(decoder)
    monkeypatch.setattr(media, "DECODER", tmp_path / "decoder.py")
    monkeypatch.setattr(media, "SECONDS", 0.5 if "True" in decoder else 60)
    [first, second] = look([TINY, TINY])
    assert why in first.error
    assert second == Look(ok=False)


def test_a_decoder_that_cannot_start_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert "could not be started" in look([TINY])[0].error


def test_the_decoder_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "decoder.py").write_text("import json, os; print(json.dumps({'error': str(os.environ)}))")
    monkeypatch.setattr(media, "DECODER", tmp_path / "decoder.py")
    monkeypatch.setenv("BEACON_OS_VHD", "https://x.blob.core.windows.net/v/os.vhd?sig=canary")
    [seen] = look([TINY])
    assert "PATH" in seen.error
    assert "canary" not in seen.error


@pytest.mark.skipif(sys.platform == "win32", reason="limits of memory are POSIX")
def test_the_decoder_has_little_memory() -> None:
    """144 megapixels, which `look` would refuse, need 576 MB as RGBA."""
    rows = zlib.compress(bytes(1501) * 12000)
    data = SIGNATURE + header(12000, 12000, 1) + chunk(b"IDAT", rows) + END
    command = [sys.executable, "-P", str(media.DECODER), "1000000000", "10"]
    done = subprocess.run(command, input=len(data).to_bytes(4, "big") + data, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"error": "it needs too much memory"}


def test_extras_of_real_editors_are_accepted() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "made by hand")
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>" * 50, zip=True)
    assert inspect(picture((9, 9), pnginfo=info, dpi=(72, 72), optimize=True))


# Which rules answer a hostile picture as the large logo of Partner Center: at once, and at the
# production gate besides. All the sizes are plain black, which only the pixels tell.
BAD = {
    "animated.png": ("logo-format", ""),
    "empty.png": ("logo-format", ""),
    "gif_named.png": ("logo-format", ""),
    "iccp_bomb.png": ("logo-format", ""),
    "one_colour.png": ("", "logo-blank"),
    "size_1279x720.png": ("logo-size", "logo-blank"),
    "size_215x215.png": ("logo-size", "logo-blank"),
    "size_216x217.png": ("logo-size", "logo-blank"),
    "size_350x350.png": ("", "logo-blank"),
    "size_max_int.png": ("logo-format", ""),
    "svg_entity_bomb.svg": ("logo-format", ""),
    "svg_xxe.svg": ("logo-format", ""),
    "transparent.png": ("", "logo-blank"),
    "webp.webp": ("logo-format", ""),
}


def found(folder: Path, gate: Gate) -> list[Finding]:
    """What the rules of this subject say of a picture itself."""
    document = read_document(folder, read_secrets(folder / "demo.env"))
    now = datetime.fromtimestamp(time.time(), UTC)
    report = check(document, Circumstances(gate=gate, limits=load_profile("partner-center"), now=now))
    mine = [finding for finding in report.findings if finding.code.startswith("MED")]
    return [finding for finding in mine if finding.severity != "info" and "screenshot" not in finding.rule]


@pytest.fixture
def folder(demo: Path) -> Path:
    """The demo offer with logos of today's sizes."""
    (demo / "media" / "logo-small.png").write_bytes(picture((48, 48), mark=AMBER))
    (demo / "media" / "logo-large.png").write_bytes(picture((300, 300), mark=AMBER))
    return demo


def test_the_folder_itself_is_clean(folder: Path) -> None:
    assert found(folder, Gate.PRODUCTION) == []


@pytest.mark.parametrize("name", BAD)
def test_hostile_logos(name: str, shared: Path, folder: Path) -> None:
    (folder / "media" / "logo-large.png").write_bytes((shared / "badinputs/images" / name).read_bytes())
    at_once, later = BAD[name]
    assert [finding.rule for finding in found(folder, Gate.STAGE)] == [at_once] * bool(at_once)
    findings = found(folder, Gate.PRODUCTION)
    assert {finding.rule for finding in findings} == {at_once, later} - {""}
    assert all(finding.pointer == "/listing/en-us/logos/large" and finding.line for finding in findings)


@pytest.mark.parametrize("name", BAD)
def test_hostile_sample_images(name: str, shared: Path, folder: Path) -> None:
    (folder / "media" / "dashboard.png").write_bytes((shared / "badinputs/images" / name).read_bytes())
    broken = BAD[name][0] == "logo-format"
    assert [finding.rule for finding in found(folder, Gate.STAGE)] == ["sample-image-format"] * broken
    [finding] = found(folder, Gate.PRODUCTION)
    assert finding.rule == ("sample-image-format" if broken else "sample-image-blank")
    assert finding.severity == ("error" if broken else "warning")


def test_the_smallest_legal_logo_is_accepted(shared: Path, folder: Path) -> None:
    small = (shared / "badinputs/images/size_48x48.png").read_bytes()
    (folder / "media" / "logo-small.png").write_bytes(small)
    assert found(folder, Gate.STAGE) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of memory are POSIX")
def test_hostile_pictures_need_little_memory(shared: Path) -> None:
    code = """if True:
        import pathlib, resource, sys
        resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
        from publisher.media import look
        files = sorted(pathlib.Path(sys.argv[1]).iterdir())
        print(*(seen.ok or seen.error for seen in look([file.read_bytes() for file in files])), sep="\\n")
    """
    command = [sys.executable, "-c", code, str(shared / "badinputs" / "images")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "memory" not in done.stdout
