"""Measures `publisher pull` and the `diff` after it, of 3 SKUs with 40 versions each: `python tests/bench/pull.py`.

An emulator is served from this process, where the product is live. Both commands run as users run them, in turns
with the bare interpreter: first where there is no catalogue yet, then beside one, whose libraries take a while to
load. The budget is 2 seconds by the clock for the two together, on a machine that does nothing else. An argument
says how many rounds (5).
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from publisher.catalogue.store import Catalogue
from publisher.document.built import offer_of
from publisher.document.canonical import content_files
from publisher.document.writing import NewFolder
from publisher.marketplaces.emulator import Emulator, start_emulator
from publisher.marketplaces.partner_center.assets import Uploaded
from tests.ingestion.offers import rich, sas
from tests.ingestion.store import Store, asked

SKUS, VERSIONS, BUDGET = 3, 40, 2.0
Times = tuple[float, float]


def product() -> NewFolder:
    """The rich offer with other SKUs: each has a data disk in every version."""
    new = rich()
    base = next(sku for sku in new.offer["skus"] if sku["id"] == "xs")
    new.offer["skus"] = [{**base, "id": f"sku-{number}", "alias": f"SKU {number}"} for number in range(SKUS)]
    for number, sku in enumerate(new.offer["skus"]):
        sku["generations"] = [{"type": "x64-gen2", "sku_id": sku["id"]}]
        sku["images"] = [_image(new, number, version) for version in range(VERSIONS)]
    return new


def _image(new: NewFolder, sku: int, version: int) -> dict[str, object]:
    names = [f"OS_{sku}_{version}", f"DATA_{sku}_{version}"]
    new.secrets.update({name: sas(name.lower()) for name in names})
    data = [{"lun": 0, "url": {"secret": names[1]}}]
    return {"version": f"1.{version}.0", "os_vhd": {"secret": names[0]}, "data_vhds": data}


def seed(emulator: Emulator) -> None:
    """The product, live in the emulator."""
    offer = offer_of(product())
    assets, files, store = Uploaded(emulator.assets_url), content_files(offer), Store()
    store.asset_url = lambda _files: assets.url  # type: ignore[method-assign]
    assets.provide({assets.url(sha256, ""): data for sha256, data in files.items()})
    emulator.seed(asked(offer, store, None), publish=True)


def timed(folder: Path, emulator: Emulator, *argv: str) -> Times:
    """Seconds by the clock and of the processor of one command. Ends the program when it fails."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PUBLISHER_")}
    environ |= {"PUBLISHER_TARGET": "emulator", "PUBLISHER_EMULATOR_URL": emulator.url}
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *argv], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"exit code {done.returncode}: {' '.join(argv)}\n{done.stdout}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, worked


def catalogue(folder: Path) -> None:
    """A catalogue that knows some other offer."""
    with (
        closing(Catalogue(folder / ".publisher/catalogue.db")) as made,
        made.write("atelier-nimbus", "other", actor="bench", now=datetime.now(UTC), create=True),
    ):
        pass


def rounds(folder: Path, emulator: Emulator, count: int) -> Iterator[tuple[Times, Times, Times]]:
    """Times of the bare interpreter, of pull and of diff."""
    pull = ("-m", "publisher", "pull", "atelier-nimbus/carto-flux", "offer")
    diff = ("-m", "publisher", "diff", "offer", "--exit-code", "--secrets-file", "offer/secrets.env")
    for _ in range(count):
        shutil.rmtree(folder / "offer", ignore_errors=True)
        bare, pulled, differed = (timed(folder, emulator, *argv) for argv in (("-c", "pass"), pull, diff))
        yield bare, pulled, differed


def report(times: Iterable[tuple[Times, Times, Times]]) -> None:
    """Print the medians, and what they are of the budget."""
    columns = list(zip(*times, strict=True))
    for number, kind in enumerate(("by the clock", "of the processor")):
        bare, pull, diff = (statistics.median(time[number] for time in column) for column in columns)
        print(f"  {kind}: bare interpreter {bare:.3f} s, pull {pull:.2f} s, diff {diff:.2f} s")
        both = pull + diff
        print(
            f"    both: {both:.2f} s, {both / bare:.0f} x the interpreter, {both / BUDGET:.2f} of {BUDGET} s"
        )


def main() -> None:
    """Measure without a catalogue, then beside one."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{SKUS} SKUs, {VERSIONS} versions each, {count} rounds, medians")
    with tempfile.TemporaryDirectory() as name, start_emulator(Path(name) / "emulator.db") as emulator:
        seed(emulator)
        print("no catalogue yet")
        report(rounds(Path(name), emulator, count))
        catalogue(Path(name))
        print("beside a catalogue")
        report(rounds(Path(name), emulator, count))


if __name__ == "__main__":
    main()
