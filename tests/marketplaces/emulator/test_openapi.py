"""schemathesis asks whatever the OpenAPI page allows: answers conform to the page, none is a defect of the emulator."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from publisher.marketplaces.emulator import start_emulator
from publisher.marketplaces.emulator.app import create_app
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from tests.marketplaces.emulator.sample import Client, product
from tests.stress.size import fast_folder, pick, seed

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance
]  # fmt: skip
EXAMPLES = pick(quick=5, ci=400, soak=3000)  # each operation; two minutes in all at the size of CI
PAGE = create_app(EmulatedMarketplace(Path("never-opened.db")), lambda: "").openapi()
OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in schemathesis.openapi.from_dict(PAGE).get_all_operations()
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of an emulator where the sample product is live and a preview waits."""
    with (
        TemporaryDirectory(dir=fast_folder(tmp_path_factory.getbasetemp())) as folder,
        start_emulator(Path(folder) / "emulator.db") as emulator,
        (client := Client(emulator)).session,
    ):
        emulator.seed(product(), publish=True)
        client.to_preview()
        yield client


def test_the_page_holds_the_whole_api() -> None:
    paths = {name.split(" ")[1].removeprefix("/rp/product-ingestion") for name in OPERATIONS}
    assert {"/configure", "/configure/{job}/status", "/resource-tree/product/{product}", "/plan"} <= paths
    assert len(OPERATIONS) == 16


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_as_described(name: str, asked: Client) -> None:
    known = {"product": asked.guid, "number": "0", "job": asked.start(asked.submission("preview"))["jobId"]}
    headers = {"authorization": str(asked.session.headers["authorization"])}

    @seeded(seed(name))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=OPERATIONS[name].as_strategy(), real=st.booleans())
    def ask(case: Any, real: bool) -> None:
        if real:
            case.path_parameters.update({key: known[key] for key in case.path_parameters if key in known})
        case.call_and_validate(
            base_url=asked.emulator.origin, session=asked.session, headers=headers, checks=CHECKS
        )

    ask()
