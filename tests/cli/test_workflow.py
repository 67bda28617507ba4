"""publisher workflow: the lifecycle, drawn."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Desk


@pytest.mark.parametrize(
    ("format", "first"),
    [("table", "TRIGGER"), ("mermaid", "stateDiagram-v2"), ("dot", 'digraph "sku" {')],
)
def test_a_lifecycle_is_drawn(desk: Desk, format: str, first: str) -> None:
    said = desk("workflow", "show", "sku", "--format", format)
    assert said.code == 0
    assert said.out.startswith(first)


def test_the_state_of_an_offer_is_marked(desk: Desk) -> None:
    desk.release()
    assert (
        "class live current"
        in desk("workflow", "show", "offer", "--format", "mermaid", "--offer", "beacon-metrics").out
    )
    assert "live *" in desk("workflow", "show", "sku", "--offer", "beacon-metrics").out


def test_of_several_skus_one_must_be_named(desk: Desk) -> None:
    desk.release()
    desk("delete", "beacon-metrics", "--sku", "byol", "--reason", "x")
    said = desk("workflow", "show", "sku", "--offer", "beacon-metrics")
    assert said.code == 2
    assert "add --sku, one of hourly, byol" in said.err
    said = desk("workflow", "show", "sku", "--offer", "beacon-metrics", "--sku", "byol")
    assert "deletion_requested *" in said.out
    assert desk("workflow", "show", "sku", "--offer", "beacon-metrics", "--sku", "x").code == 2
    assert desk("workflow", "show", "sku", "--sku", "byol").code == 2


def test_a_drawing_needs_no_database() -> None:
    code = (
        "import sys; from publisher.cli import run; run(['workflow', 'show', 'offer']); print(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"sqlmodel", "sqlalchemy", "transitions"} & set(out.splitlines()[-1].split())
