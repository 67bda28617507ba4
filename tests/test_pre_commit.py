"""The pre-commit hook, run by its own entry as pre-commit does."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.pipelines import bash, spoil

ROOT = Path(__file__).resolve().parent.parent
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("offer.yaml", True),
        ("offers/relay/offer.yml", True),
        ("offer.json", True),
        ("my-offer.yaml", False),
        ("offer.lock.json", False),
        ("offer.yaml.j2", False),
        ("offer_yaml", False),
    ],
)
def test_the_hook_is_called_for_offers(name: str, wanted: bool) -> None:
    assert bool(re.search(HOOK["files"], name)) is wanted


def hooked(*files: str) -> subprocess.CompletedProcess[str]:
    return bash(shlex.join([*shlex.split(HOOK["entry"]), *HOOK["args"], *files]), {}, Path.cwd())


def test_the_hook_checks_several_offers_in_one_call_without_secrets(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo.rename(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert hooked("one/offer.yaml", "two/offer.yaml").returncode == 0
    spoil("two")
    refused = hooked("one/offer.yaml", "two/offer.yaml")
    assert refused.returncode == 1
    assert "two/offer.yaml:13:12: error[TXT101 title-length]" in refused.stdout
