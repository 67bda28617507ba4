"""Imported by the process that forks those which are killed: most kills shall hit what is written, not
a start of Python or a look at pictures."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import publisher.cli.release  # noqa: F401  # commands are imported when they are called
from publisher.production import request_production
from publisher.staging import stage
from tests.workshop import KEY, content, look_once, open_workshop

look_once(pytest.MonkeyPatch())
with TemporaryDirectory() as folder, open_workshop(Path(folder)) as shop:
    stage(shop.engine, shop.folder(content()))
    request_production(shop.engine, KEY)
