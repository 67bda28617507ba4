"""The fuzz targets hold on their committed corpus; `tests/fuzz/` says how to run them for longer."""

from pathlib import Path

import pytest

from tests.fuzz import fuzz_document, fuzz_sas

CORPUS = Path(__file__).parent / "fuzz" / "corpus"
TARGETS = {"document": fuzz_document.check, "sas": fuzz_sas.check}


@pytest.mark.parametrize("name", [f"{file.parent.name}/{file.name}" for file in sorted(CORPUS.glob("*/*"))])
def test_a_target_holds_on_its_corpus_and_on_halves_of_it(name: str) -> None:
    data, target = (CORPUS / name).read_bytes(), TARGETS[name.partition("/")[0]]
    for piece in (data, data[: len(data) // 2], data[len(data) // 2 :], data[::-1]):
        target(piece)


def test_every_target_has_a_corpus() -> None:
    assert {folder.name: len(list(folder.iterdir())) >= 10 for folder in CORPUS.iterdir()} == dict.fromkeys(
        TARGETS, True
    )
