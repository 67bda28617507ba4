"""A product of two plans as resources, and a client that speaks the API plainly."""

import hashlib
from copy import deepcopy
from typing import Any

import requests

from publisher.marketplaces.emulator import Emulator

Json = dict[str, Any]

HOST = "https://schema.mp.microsoft.com/schema"
SIGNATURE = "c2VjcmV0LXNpZ25hdHVyZQ"
LOGO = b"a small picture"
NAME = "harbour-lamp"


def uri(kind: str, version: str = "2022-03-01-preview2") -> str:
    """A `$schema`."""
    return f"{HOST}/{kind}/{version}"


def sas(name: str, signature: str = SIGNATURE) -> str:
    """The address of a disk."""
    query = f"sp=rl&st=2026-01-01T00:00:00Z&se=2027-01-01T00:00:00Z&sv=2022-11-02&sr=c&sig={signature}"
    return f"https://lamps.blob.core.windows.net/disks/{name}.vhd?{query}"


def version(number: str, *, state: str = "generallyAvailable") -> Json:
    """An image version for one SKU."""
    source = {"sourceType": "sasUri", "osDisk": {"uri": sas(f"os-{number}")}, "dataDisks": []}
    return {
        "versionNumber": number,
        "lifecycleState": state,
        "vmImages": [{"imageType": "x64Gen2", "source": source}],
    }


def machine(plan: str, *numbers: str, product: str = NAME) -> Json:
    """The technical configuration of a plan with these versions."""
    return {
        "$schema": uri("virtual-machine-plan-technical-configuration", "2022-03-01-preview5"),
        "product": {"externalId": product},
        "plan": {"externalId": plan},
        "operatingSystem": {"family": "linux", "type": "ubuntu", "friendlyName": "Ubuntu"},
        "recommendedVmSizes": ["Standard_D2s_v5"],
        "openPorts": [],
        "vmProperties": {"supportsExtensions": True},
        "skus": [{"skuId": plan, "imageType": "x64Gen2"}],
        "vmImageVersions": [version(number) for number in numbers],
    }


def product(name: str = NAME, *, plans: tuple[str, ...] = ("hourly", "byol")) -> list[Json]:
    """All resources of a product, without ids, as a client that creates it sends them."""
    ref: Json = {"product": {"externalId": name}}
    resources: list[Json] = [
        {
            "$schema": uri("product"),
            "resourceName": "it",
            "identity": {"externalId": name},
            "type": "azureVirtualMachine",
            "alias": "Harbour lamp",
        },
        {
            "$schema": uri("property"),
            **ref,
            "kind": "azureVM",
            "categories": {"networking": ["firewalls"]},
            "termsConditions": "standardMicrosoft",
        },
        {
            "$schema": uri("listing"),
            "resourceName": "english",
            **ref,
            "kind": "azureVM",
            "languageId": "en-us",
            "title": "Harbour lamp",
            "description": "<p>It shines.</p>",
        },
        {
            "$schema": uri("price-and-availability-offer"),
            **ref,
            "previewAudiences": [{"type": "subscription", "id": "aaaa-1"}],
        },
        {"$schema": uri("reseller"), **ref, "resellerChannelState": "none", "audiences": []},
        {"$schema": uri("customer-leads"), **ref, "leadDestination": "none"},
        {"$schema": uri("test-drive"), **ref, "enabled": False},
    ]
    for plan in plans:
        resources += _plan(ref, plan, name)
    return resources


def _plan(ref: Json, plan: str, name: str) -> list[Json]:
    both = {**ref, "plan": {"externalId": plan}}
    return [
        {"$schema": uri("plan"), **ref, "identity": {"externalId": plan}, "alias": plan.title(), "azureRegions": ["azureGlobal"]},
        {"$schema": uri("plan-listing"), **both, "kind": "azureVM-plan", "languageId": "en-us", "name": plan.title(), "summary": "A lamp", "description": "A lamp"},
        {
            "$schema": uri("price-and-availability-plan"), **both, "visibility": "visible", "audience": "public",
            "customerMarkets": "customMarkets", "markets": ["us", "fr"], "privateAudiences": [],
            "pricing": {"licenseModel": "byol"},
        },
        machine(plan, "1.0.0", "1.1.0", product=name),
    ]  # fmt: skip


def asset(emulator: Emulator, content: bytes = LOGO) -> Json:
    """A logo whose file is uploaded already."""
    sha256 = hashlib.sha256(content).hexdigest()
    assert requests.put(f"{emulator.assets_url}/{sha256}", content, timeout=10).status_code == 204
    return {
        "$schema": uri("listing-asset"),
        "product": {"externalId": NAME},
        "listing": {"resourceName": "english"},
        "kind": "azure",
        "languageId": "en-us",
        "type": "azureLogoSmall",
        "fileName": "small.png",
        "url": f"{emulator.assets_url}/{sha256}",
    }


class Client:
    """Says what it is told to, and shows what comes back."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.headers["authorization"] = f"Bearer {self.token()['access_token']}"

    def token(self, kind: str = "", **form: str) -> Json:
        """The answer of a token endpoint; `kind` is empty or `v2.0/`."""
        whole = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "mine", **form}
        url = f"{self.emulator.login_url}/tenant/oauth2/{kind}token"
        answer: Json = requests.post(url, whole, timeout=10).json()
        return answer

    def get(self, path: str, **query: str) -> requests.Response:
        """GET below the base URL."""
        return self.session.get(f"{self.emulator.url}/{path}", params=query, timeout=10)

    def post(self, path: str, body: Any = None) -> requests.Response:
        """POST below the base URL."""
        return self.session.post(f"{self.emulator.url}/{path}", json=body, timeout=10)

    def configure(self, *resources: Json) -> Json:
        """The status of a configure at its end."""
        answer = self.post("configure", {"$schema": uri("configure"), "resources": list(resources)})
        assert answer.status_code == 202, answer.text
        return self.end(answer.json()["jobId"])

    def end(self, job: str) -> Json:
        """The status of a job, looked at until it has ended."""
        for _ in range(20):
            status: Json = self.get(f"configure/{job}/status").json()
            if status["jobStatus"] == "completed":
                return status
        raise AssertionError(f"the job does not end: {status}")

    def start(self, *resources: Json) -> Json:
        """The status of a configure as it is answered at once."""
        answer = self.post("configure", {"resources": list(resources)})
        assert answer.status_code == 202, answer.text
        status: Json = answer.json()
        return status

    @property
    def guid(self) -> str:
        """The GUID of the sample product."""
        (found,) = self.get("product", externalId=NAME).json()["value"]
        return str(found["id"]).removeprefix("product/")

    def tree(self, target: str) -> list[Json]:
        """The resources of the sample product in an environment, without the submission."""
        resources: list[Json] = self.get(f"resource-tree/product/{self.guid}", targetType=target).json()[
            "resources"
        ]
        return [body for body in resources if not body["id"].startswith("submission/")]

    def one(self, kind: str, target: str = "draft", plan: str = "hourly") -> Json:
        """One resource of the sample product, of this plan where there are several."""
        plans = {
            body["id"]: body["identity"]["externalId"]
            for body in self.tree(target)
            if "/plan/" in body["$schema"]
        }
        found = [body for body in self.tree(target) if body["$schema"].split("/")[-2] == kind]
        return deepcopy(
            next(body for body in found if len(found) == 1 or plans.get(body.get("plan", body["id"])) == plan)
        )

    def submissions(self) -> list[tuple[str, str, str]]:
        """Target, status and result of the listed submissions."""
        value = self.get(f"submission/{self.guid}").json()["value"]
        return [(s["target"]["targetType"], s.get("status", ""), s.get("result", "")) for s in value]

    def number(self, target: str) -> str:
        """The id of the first listed submission of a target."""
        value = self.get(f"submission/{self.guid}", targetType=target).json()["value"]
        return str(value[0]["id"])

    def submission(self, target: str, **other: Any) -> Json:
        """The resource that asks for a publish."""
        return {
            "$schema": uri("submission"),
            "product": f"product/{self.guid}",
            "target": {"targetType": target},
            **other,
        }

    def to_preview(self) -> Json:
        """Publish the draft to preview, to the end."""
        return self.configure(self.submission("preview"))

    def to_live(self) -> Json:
        """Publish the preview to live, to the end."""
        return self.configure(self.submission("live", id=self.number("preview")))


def codes(errors: list[Json]) -> list[str]:
    """The codes of all errors, at every depth, each before its details; proves that each has details."""
    found: list[str] = []
    for error in errors:
        found += [error["code"], *codes(error["details"])]
    return found


def messages(status: Json) -> str:
    """All that a failed job says."""
    assert (status["jobStatus"], status["jobResult"]) == ("completed", "failed"), status
    return "; ".join(_messages(status["errors"]))


def _messages(errors: list[Json]) -> list[str]:
    return [text for error in errors for text in (error["message"], *_messages(error["details"]))]
