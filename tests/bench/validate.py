"""Measures `publisher validate` against the bare interpreter and check-jsonschema: `python tests/bench/validate.py`.

All commands take turns in one run, so that a busy machine slows them alike; what counts is the ratio of
medians, by the clock and, for machines that do something else as well, by the processor's time. An argument
says how many rounds (9). Install the package as users do: in an editable checkout without
byte code, Python compiles every module anew each time.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "templates" / "demo" / "beacon-metrics"
PUBLISHER = (sys.executable, "-m", "publisher")
OFFERS, CHARACTERS, BYTES = 200, 1_000_000, 5_000


@dataclass(frozen=True)
class Sample:
    """One command with what it adds to the environment; `codes` are the exit codes of a good run."""

    argv: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, folder: Path) -> tuple[float, float, float]:
        """Seconds by the clock and of the processor, and peak memory in MB. Ends the program on failure."""
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PUBLISHER_")}
        start = time.perf_counter()
        child = subprocess.Popen(
            self.argv,
            cwd=folder,
            env=environ | self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"exit code {child.returncode}: {' '.join(self.argv)[:200]}")
        clock = time.perf_counter() - start
        return clock, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def offers(folder: Path) -> list[str]:
    """The demo offer in many folders, each document about 5 KB, no two with the same texts and disks.

    What was learnt of one must not help with the next.
    """
    text = (DEMO / "offer.yaml").read_text(encoding="utf-8")
    text += f"# {'.' * 98}\n" * ((BYTES - len(text)) // 101)
    for number in range(OFFERS):
        place = folder / f"offer-{number}"
        shutil.copytree(DEMO, place)
        (place / "offer.yaml").write_text(text, encoding="utf-8")
        for file in ("offer.yaml", "texts/description.html", "texts/terms.txt"):
            number_everything(place / file, number)
    return [f"offer-{number}" for number in range(OFFERS)]


def number_everything(path: Path, number: int) -> None:
    """Put the offer's number beside its ID, its disks, and a word of each text."""
    text = path.read_text(encoding="utf-8")
    for word in ("beacon-metrics", "OS_VHD", "DATA_VHD"):
        text = text.replace(word, f"{word}{'_' if word.isupper() else '-'}{number}")
    for word in ("Beacon", "Metrics", "Charged", "server", "holders"):
        text = text.replace(word, f"{word} {number}")
    path.write_text(text, encoding="utf-8")


def secrets(folder: Path) -> str:
    """The SAS URLs of all offers, a disk each."""
    lines = (DEMO / "demo.env").read_text(encoding="utf-8").splitlines()[1:3]
    numbered = (
        line.replace("=", f"_{number}=", 1).replace("-2.4.0.vhd", f"-{number}.vhd")
        for number in range(OFFERS)
        for line in lines
    )
    (folder / "demo.env").write_text("\n".join([*lines, *numbered]), encoding="utf-8")
    return "demo.env"


def long_offer(folder: Path) -> str:
    """The demo offer with terms of a million characters."""
    shutil.copytree(DEMO, folder / "long")
    sentence = "The licensee may use the software on any number of machines of its own. "
    terms = (sentence * (CHARACTERS // len(sentence) + 1))[:CHARACTERS]
    (folder / "long" / "texts" / "terms.txt").write_text(terms, encoding="utf-8")
    return "long"


def schema(folder: Path) -> str:
    """The JSON Schema of offers, as editors use it."""
    printed = subprocess.run([*PUBLISHER, "schema", "offer"], capture_output=True, cwd=folder, check=True)
    (folder / "offer.schema.json").write_bytes(printed.stdout)
    return "offer.schema.json"


def samples(folder: Path) -> dict[str, Sample]:
    def validate(*paths: str) -> Sample:
        return Sample((*PUBLISHER, "validate", *paths, "--secrets-file", secrets_file))

    def peer(*paths: str) -> Sample:
        files = [f"{path}/offer.yaml" for path in paths]
        return Sample((sys.executable, "-m", "check_jsonschema", "--schemafile", schema_file, *files))

    many, schema_file, secrets_file = offers(folder), schema(folder), secrets(folder)
    complete = {"_PUBLISHER_COMPLETE": "complete_bash", "COMP_WORDS": "publisher va", "COMP_CWORD": "1"}
    of_rules = {**complete, "COMP_WORDS": "publisher explain ti", "COMP_CWORD": "2"}
    return {
        "python -c pass": Sample((sys.executable, "-c", "pass")),
        "--help": Sample((*PUBLISHER, "--help")),
        "completion": Sample(PUBLISHER, complete),
        "completion of rules": Sample(PUBLISHER, of_rules),
        "validate": validate(many[0]),
        "validate, 1,000,000 characters": validate(long_offer(folder)),
        f"validate, {OFFERS} offers": validate(*many, "--jobs", "1"),
        "check-jsonschema": peer(many[0]),
        f"check-jsonschema, {OFFERS} files": peer(*many),
    }


def main(rounds: int = 9) -> None:
    clock: defaultdict[str, list[float]] = defaultdict(list)
    processor: defaultdict[str, list[float]] = defaultdict(list)
    memory: defaultdict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as name:
        commands = samples(Path(name))
        for sample in commands.values():  # byte code and disk cache
            sample.run(Path(name))
        for _ in range(rounds):
            for title, sample in commands.items():
                seconds, busy, peak = sample.run(Path(name))
                clock[title].append(seconds)
                processor[title].append(busy)
                memory[title] = max(memory[title], peak)
    for what, times in (("by the clock", clock), ("of the processor", processor)):
        report(what, {title: statistics.median(values) for title, values in times.items()})
    title = "validate, 1,000,000 characters"
    print(f"peak memory, 1,000,000 characters: {memory[title]:.0f} MB, budget <= 150 MB")


def report(what: str, median: dict[str, float]) -> None:
    """Medians, ratios, and the budget beside each."""
    base, peer = median["python -c pass"], median["check-jsonschema"]
    budgets = {
        "--help": 9,
        "completion": 9,
        "completion of rules": 9,
        "validate": 14,
        "validate, 1,000,000 characters": 18,
    }
    print(f"{'time ' + what:34}{'median':>10}{'ratio':>8}  budget")
    for title, took in median.items():
        budget = f"<= {budgets[title]}" if title in budgets else ""
        print(f"{title:34}{took * 1000:>7.0f} ms{took / base:>8.1f}  {budget}")
    print(f"validate / check-jsonschema on the same file: {median['validate'] / peer:.2f}, budget < 1")
    # Start-up taken off both: what one more document costs in a process that runs already.
    ours, theirs = (
        (OFFERS - 1) / (median[f"{name}, {OFFERS} {items}"] - median[name])
        for name, items in (("validate", "offers"), ("check-jsonschema", "files"))
    )
    print(
        f"warm: {ours:.0f} offers/s, check-jsonschema {theirs:.0f} files/s: {ours / theirs:.1f} x, budget >= 5\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
