"""Screenshots and videos as Partner Center shows them: sizes, captions, and where videos are hosted."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from publisher.document.model import Asset, Listing, Video
from publisher.findings import Gate
from publisher.profiles import PARTNER_CENTER, LogoSize, Profile
from publisher.rules.links import shown, url_fault
from publisher.rules.registry import Flaw, rule


@rule("MED113", "screenshot-size", profiles=[PARTNER_CENTER], requires={"sample-image-format"})
def screenshot_size(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """Every screenshot has exactly the pixels that the store shows.

    Why: Partner Center refuses other sizes. In the offer format, screenshots are `sample_images`.
    Fix: take the screenshot again in the size that is named; a scaled one is blurred.
    Source: row 46; Partner Center documentation, marketplace media.
    """
    size = limits.pictures["screenshot"]
    for image in listing.sample_images:
        if image.file and (wrong := _wrong(image.file, size)):
            yield Flaw(at=image.file.at, message=f"the screenshot {wrong}", fix=f"take it again in {size}")


@rule("MED114", "screenshot-caption", gate=Gate.STAGE, profiles=[PARTNER_CENTER])
def screenshot_caption(listing: Listing) -> Iterator[Flaw]:
    """Every screenshot has a caption.

    Why: Partner Center does not take a screenshot without one.
    Fix: say in a few words what the screenshot shows, as `caption`.
    Source: row 47; Partner Center documentation, marketplace media.
    """
    for image in listing.sample_images:
        if not image.caption.strip():
            name = f" {image.file.file[:80]}" if image.file else ""
            yield Flaw(at=f"{image.at}/caption", message=f"the screenshot{name} has no caption")


@rule("MED115", "video-host", profiles=[PARTNER_CENTER])
def video_host(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """Videos are few, hosted on YouTube or Vimeo, and have a title and a thumbnail.

    Why: the store plays videos from these two alone, and shows title and thumbnail before they run.
    Fix: give `title`, `url` and `thumbnail` (a PNG file in the size that is named) of each video.
    Source: row 48; Partner Center documentation, marketplace media; API schema.
    """
    count, most = len(listing.videos), limits.counts["videos"]
    if count > most:
        yield Flaw(
            at=f"{listing.at}/videos", message=f"there are {count} videos; at most {most} can be shown"
        )
    for video in listing.videos:
        for field, wrong in _video_faults(video, limits):
            yield Flaw(at=f"{video.at}/{field}", message=f"the video {wrong}")


def _video_faults(video: Video, limits: Profile) -> Iterator[tuple[str, str]]:
    if not video.title.strip():
        yield "title", "has no title"
    if not video.url.strip():
        yield "url", "has no URL"
    elif fault := url_fault(video.url) or _host_fault(video.url, limits.video_hosts):
        yield "url", f"has {shown(video.url)}, which {fault}"
    size = limits.pictures["video_thumbnail"]
    if not video.thumbnail:
        yield "thumbnail", f"has no thumbnail; it must be a PNG file of {size} pixels"
    elif wrong := _wrong(video.thumbnail, size, read=True):
        yield "thumbnail", f"has the thumbnail {wrong}"


def _host_fault(url: str, hosts: tuple[str, ...]) -> str:
    host = (urlsplit(url).hostname or "").removesuffix(".")
    known = any(host == name or host.endswith(f".{name}") for name in hosts)
    return "" if known else f"is on none of {', '.join(hosts)}"


def _wrong(asset: Asset, size: LogoSize, *, read: bool = False) -> str:
    """What is wrong with a picture's pixels, "" for nothing; `read` tells what keeps it from being read."""
    picture = asset.picture
    if isinstance(picture, str):
        return f"{asset.file} {picture}" if read else ""
    if size.accepts(picture.width, picture.height):
        return f"{asset.file} is animated" if read and picture.animated else ""
    return f"{asset.file} has {picture.width}x{picture.height} pixels; it must be {size}"
