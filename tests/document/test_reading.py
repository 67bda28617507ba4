"""Reading an offer folder: every value with its place, every fault named."""

from pathlib import Path

import pytest

from publisher.document import Document, read_document
from publisher.document.secrets import Secrets, read_secrets
from publisher.errors import UsageError


def read(folder: Path, text: str, name: str = "offer.yaml") -> Document:
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    return read_document(folder / name, Secrets(environ={}))


def fault(document: Document) -> tuple[str, int, int]:
    problem = document.problems[0]
    mark = problem.mark or document.locate(problem.pointer)
    return problem.rule, mark.line if mark else 0, mark.column if mark else 0


def test_scalars_stay_text(tmp_path: Path) -> None:
    offer = read(
        tmp_path, "publisher: NO\noffer: 1.10\nskus:\n  - id: 22:22\n    images: [{version: 1.10}]\n"
    ).offer
    assert offer
    assert (offer.publisher, offer.offer, offer.skus[0].id) == ("NO", "1.10", "22:22")
    assert offer.skus[0].images[0].version == "1.10"


def test_every_value_has_its_place(demo: Path) -> None:
    document = read_document(demo)
    line = (demo / "offer.yaml").read_text().split("\n").index("      - version: 2.4.0") + 1
    mark = document.locate("/skus/0/images/0/version")
    assert mark
    assert (mark.line, mark.column) == (line, 18)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("offer: a\noffer: b\n", ("document-duplicate-key", 2, 1)),
        ("offer: &x a\n", ("document-alias", 1, 8)),
        ("offer: *x\n", ("document-alias", 1, 8)),
        ("offer: !!set {a}\n", ("document-tag", 1, 8)),
        ("offer:\n\tid: 1\n", ("document-syntax", 2, 1)),
        ("a: 1\n---\nb: 2\n", ("document-syntax", 2, 1)),
        ("- offer\n", ("document-root", 1, 1)),
        ("# nothing\n", ("document-empty", 2, 1)),
        ("offer: a\x07b\n", ("document-control-character", 1, 9)),
        ('offer: "a\\u202eb"\n', ("document-control-character", 1, 8)),
        ("offer: a\uffffb\n", ("document-control-character", 1, 9)),
        ("offer: [a", ("document-syntax", 1, 10)),
        ("# nothing", ("document-empty", 1, 10)),
        ("---", ("document-root", 1, 4)),
        ("ofer: a\n", ("document-unknown-key", 1, 1)),
        ("skus: {id: a}\n", ("document-type", 1, 1)),
        ("skus:\n  - {hidden: yes}\n", ("document-type", 2, 14)),
        ("skus:\n  - prices: {US: {per_hour_by_cores: {1: 1e3}}}\n", ("document-type", 2, 42)),
        ("legal: {terms: {file: ../secret.txt}}\n", ("document-file", 1, 9)),
        ("format: vm-offer/2\n", ("document-format", 1, 9)),
        ("a: " + "[" * 40 + "]" * 40, ("document-too-deep", 1, 35)),
    ],
)
def test_yaml_faults_name_their_place(tmp_path: Path, text: str, expected: tuple[str, int, int]) -> None:
    assert fault(read(tmp_path, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"offer": "a",\n "offer": "b"}', ("document-duplicate-key", 2, 2)),
        ('{"offer": NaN}', ("document-syntax", 1, 11)),
        ('{"offer": "a",}', ("document-syntax", 1, 15)),
        ('{"offer": "a"} x', ("document-syntax", 1, 16)),
        ("offer: a\n", ("document-syntax", 1, 1)),
        ('{"offer": "a\\u0000"}', ("document-control-character", 1, 11)),
        ('{"offer": "\\ud800"}', ("document-control-character", 1, 11)),
        ('{"offer": ' + "9" * 5000 + "}", ("document-syntax", 1, 11)),
        ('{"a":' * 100 + "1" + "}" * 100, ("document-too-deep", 1, 161)),
        ("", ("document-empty", 1, 1)),
    ],
)
def test_json_faults_name_their_place(tmp_path: Path, text: str, expected: tuple[str, int, int]) -> None:
    assert fault(read(tmp_path, text, "offer.json")) == expected


def test_json_reads_like_yaml(tmp_path: Path) -> None:
    document = read(
        tmp_path, '{"publisher": "p", "offer": "o",\n "skus": [{"id": "s", "hidden": true}]}', "offer.json"
    )
    assert document.problems == ()
    assert document.offer
    assert document.offer.skus[0].hidden is True


def test_unknown_keys_come_with_a_suggestion(tmp_path: Path) -> None:
    assert "'categories'" in read(tmp_path, "categorys: [a]\n").problems[0].fix


def test_all_problems_are_gathered(tmp_path: Path) -> None:
    document = read(tmp_path, "ofer: a\nskus:\n  - {hidden: maybe}\n  - {id: [x]}\n")
    assert [problem.rule for problem in document.problems] == [
        "document-unknown-key",
        "document-type",
        "document-type",
    ]


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x8b\x08", "offer: a".encode("utf-16"), b"offer: \xff\n"],
    ids=["gzip", "utf-16", "latin-1"],
)
def test_other_encodings_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "offer.yaml").write_bytes(data)
    assert read_document(tmp_path).problems[0].rule == "document-encoding"


def test_a_byte_that_is_no_text_is_placed_and_counted_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "offer.yaml").write_bytes(b"\xef\xbb\xbfpublisher: caf\xc3\xa9\r\noffer: a\ralias: caf\xe9\n")
    document = read_document(tmp_path)
    assert fault(document) == ("document-encoding", 3, 11)
    assert document.problems[0].message.endswith("0xe9 at offset 40")


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(tmp_path: Path, breaks: str) -> None:
    offer = read(tmp_path, breaks.join(["publisher: p", "offer: o", ""])).offer
    assert offer
    assert offer.key == "p/o"


def test_secrets_are_looked_up_and_masked(demo: Path) -> None:
    document = read_document(demo, read_secrets(demo / "demo.env"))
    assert document.unresolved == ()
    assert "DEMO0000" not in repr(document)


def test_a_secret_that_is_nowhere_is_named(demo: Path) -> None:
    assert read_document(demo, Secrets(environ={})).unresolved == ("BEACON_OS_VHD", "BEACON_DATA_VHD")


@pytest.mark.parametrize("line", ["NAME", "1A=b", "= x"])
def test_a_broken_secrets_file_names_the_line_and_no_value(tmp_path: Path, line: str) -> None:
    file = tmp_path / "s.env"
    file.write_text(f"# comment\nA='b'\n{line} CANARY\n")
    with pytest.raises(UsageError, match=r"s\.env:3") as error:
        read_secrets(file)
    assert "CANARY" not in str(error.value)


def test_a_missing_folder_is_an_error_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read_document(tmp_path / "nowhere")
    assert "init" in error.value.hint


def test_two_documents_side_by_side_are_ambiguous(demo: Path) -> None:
    (demo / "offer.json").write_text("{}")
    with pytest.raises(UsageError, match="side by side"):
        read_document(demo)
