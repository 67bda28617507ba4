"""Whole pipelines for GitHub, GitLab and Azure DevOps: their shell parts run, their form is checked."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher.cli import run
from tests.pipelines import Step, azure, bash, github, gitlab, spoil

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "templates" / "demo" / "beacon-metrics"
FILES = {"github": ".github/workflows/offer.yml", "gitlab": ".gitlab-ci.yml", "azure": "azure-pipelines.yml"}
SECRETS = dict(
    line.split("=", 1)
    for line in (DEMO / "demo.env").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


@pytest.fixture(autouse=True)
def in_a_repository(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo offer lies in `beacon-metrics/` of a repository, which is the current directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def steps(platform: str, *, request: bool = False) -> list[Step]:
    """The scripts of a pipeline that `init --ci` wrote, for main or for a pull request."""
    pipeline = yaml.safe_load(Path(FILES[platform]).read_text(encoding="utf-8"))
    secrets = SECRETS | {"PUBLISHER_DATABASE_URL": f"sqlite:///{Path.cwd()}/elsewhere.db"}
    if platform == "github":
        known = {f"secrets.{name}": value for name, value in secrets.items()}
        known["github.event_name == 'pull_request' && 'draft' || 'stage'"] = "draft" if request else "stage"
        return list(github(pipeline, known))
    if platform == "azure":
        return list(
            azure(pipeline, secrets, "if eq(variables['Build.Reason'], 'PullRequest')" if request else "else")
        )
    return [Step(step.job, step.script, secrets | step.env) for step in gitlab(pipeline, 0 if request else 1)]


def scripts(platform: str, job: str, **more: Any) -> Iterator[Step]:
    return (step for step in steps(platform, **more) if step.job == job and "pip install" not in step.script)


def rehearse(step: Step) -> subprocess.CompletedProcess[str]:
    """Run a step on the embedded marketplace instead of the manual one."""
    local = {"PUBLISHER_TARGET": "local", "PUBLISHER_LINKS_ASSUME": "*.tidewater-labs.example"}
    return bash(step.script, {"GITHUB_STEP_SUMMARY": "offer.md"} | step.env | local, Path.cwd())


@pytest.fixture(params=FILES)
def platform(request: pytest.FixtureRequest) -> str:
    """A platform whose pipeline was written for the demo offer."""
    assert run(["init", "beacon-metrics", "--ci", request.param]) == 0
    return str(request.param)


def test_a_pipeline_validates_stages_and_publishes(platform: str) -> None:
    for job in ("validate", "stage", "release"):
        for step in scripts(platform, job):
            done = rehearse(step)
            assert done.returncode == 0, (step.script, done.stdout, done.stderr)
    lock = json.loads(Path("beacon-metrics/offer.lock.json").read_text(encoding="utf-8"))
    assert lock["live"]["revision"] == 1
    assert Path("elsewhere.db").is_file()
    assert not Path(".publisher/catalogue.db").exists()


def test_a_pipeline_refuses_a_bad_offer_and_leaves_reports(platform: str) -> None:
    spoil()
    refused, *_ = map(rehearse, scripts(platform, "validate"))
    assert refused.returncode == 1
    assert json.loads(Path("offer.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert list(ET.parse("offer.xml").iter("failure"))
    report = {"gitlab": "offer-quality.json"}.get(platform, "offer.md")
    assert "TXT101 title-length" in Path(report).read_text(encoding="utf-8")
    [staged] = list(map(rehearse, scripts(platform, "stage")))
    assert staged.returncode == 1


def test_a_pull_request_is_judged_without_secrets(platform: str) -> None:
    step, *_ = scripts(platform, "validate", request=True)
    blind = Step(
        step.job, step.script, {name: value for name, value in step.env.items() if name not in SECRETS}
    )
    done = rehearse(blind)
    assert done.returncode == 0, done.stdout
    assert "at the draft gate" in done.stdout + done.stderr


def test_a_pipeline_prints_the_steps_of_the_portal_where_nobody_says_otherwise(platform: str) -> None:
    [step] = scripts(platform, "stage")
    done = bash(step.script, step.env, Path.cwd())
    assert done.returncode == 0
    assert "PUSH TO STAGING" in done.stdout


def test_every_job_installs_the_version_that_wrote_the_pipeline(platform: str) -> None:
    from publisher import __version__

    installs = [step for step in steps(platform) if "pip install" in step.script]
    assert {step.job for step in installs} == {"validate", "stage", "release"}
    for step in installs:
        assert bash(step.script, step.env, Path.cwd()).returncode == 0
    wanted = f"install --quiet vm-offer-publisher[postgresql]=={__version__}"
    assert set(Path("pip.log").read_text(encoding="utf-8").splitlines()) == {wanted}


def test_a_release_waits_for_an_approval(platform: str) -> None:
    text = Path(FILES[platform]).read_text(encoding="utf-8")
    pipeline = yaml.safe_load(text)
    job = {
        "github": lambda: pipeline["jobs"]["release"],
        "gitlab": lambda: pipeline["release-offer"],
        "azure": lambda: pipeline["stages"][-1]["jobs"][0],
    }[platform]()
    assert job["environment"] == "marketplace-production"
    assert text.count("--to live") == 1


# The forms of the platforms

SCHEMAS = {
    "action.yml": ["vendor.github-actions"],
    "templates/ci/github.yml": ["vendor.github-workflows"],
    "templates/ci/gitlab.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "templates/ci/azure.yml": [
        "vendor.azure-pipelines",
        "--data-transform",
        "azure-pipelines",
        "--regex-variant",
        "python",
    ],
}


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_file_has_the_form_that_its_platform_publishes(file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", str(ROOT / file), "--builtin-schema", *SCHEMAS[file]]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_foreign_actions_are_pinned() -> None:
    text = (ROOT / "templates/ci/github.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert len(used) == 9
    assert all(re.search(r"@[0-9a-f]{40}$", name) and re.match(r" # v\d", comment) for name, comment in used)


# publisher init --ci


def test_a_new_offer_gets_its_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "offers/relay", "--offer", "relaygate-mail", "--ci", "github"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == FILES["github"]
    env = yaml.safe_load(Path(FILES["github"]).read_text(encoding="utf-8"))["env"]
    assert (env["OFFER_FOLDER"], env["OFFER_ID"]) == ("offers/relay", "relaygate-mail")


def test_an_offer_that_is_there_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("beacon-metrics/offer.yaml").read_bytes()
    assert run(["init", "beacon-metrics", "--ci", "azure"]) == 0
    assert capsys.readouterr().out.splitlines() == [FILES["azure"]]
    assert Path("beacon-metrics/offer.yaml").read_bytes() == before


def test_a_pipeline_names_each_secret_of_the_offer() -> None:
    assert run(["init", "beacon-metrics", "--ci", "github"]) == 0
    jobs = yaml.safe_load(Path(FILES["github"]).read_text(encoding="utf-8"))["jobs"]
    [validate] = [step for step in jobs["validate"]["steps"] if step.get("name") == "Validate"]
    assert validate["env"] == {
        name: f"${{{{ secrets.{name} }}}}" for name in ("BEACON_OS_VHD", "BEACON_DATA_VHD")
    }


@pytest.mark.parametrize("platform", FILES)
def test_a_pipeline_that_is_there_is_never_replaced(
    platform: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(FILES[platform])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine", encoding="utf-8")
    assert run(["init", "new", "--ci", platform]) == 1
    assert "is already there" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"
    assert not Path("new").exists()


def test_a_pipeline_goes_to_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "offers").mkdir()
    monkeypatch.chdir(tmp_path / "offers")
    assert run(["init", 'odd "name"', "--ci", "gitlab"]) == 0
    pipeline = yaml.safe_load((tmp_path / FILES["gitlab"]).read_text(encoding="utf-8"))
    assert pipeline["variables"]["OFFER_FOLDER"] == 'offers/odd "name"'


def test_without_a_repository_a_pipeline_goes_to_the_current_directory(tmp_path: Path) -> None:
    if any((path / ".git").exists() for path in tmp_path.parents):
        pytest.skip("the temporary folder itself lies in a repository")
    (tmp_path / ".git").rmdir()
    assert run(["init", "offers/relay", "--ci", "gitlab"]) == 0
    assert (tmp_path / FILES["gitlab"]).is_file()
