"""Tokens for the marketplace: of a workload identity first, of a client secret last; kept in memory alone."""

import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from ssl import SSLError
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from publisher.errors import MarketplaceUnavailable, PublisherError, SettingsError, causes
from publisher.redact import Secret, redact

SCOPE: Final = "https://graph.microsoft.com/.default"
SKEW: Final = 120.0  # seconds before its end in which a token is not used any more

_TOKEN: Final = re.compile("[!-~]+")  # what a header can carry; an error about any other would show it
_CURE: Final = (
    "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE (workload identity), "
    "or AZURE_CLIENT_SECRET as a last resort"
)


class Tokens(Protocol):
    """Where a client gets its bearer token."""

    def get(self) -> Secret:
        """A token that is still good. Raises SettingsError where there are no credentials."""
        ...

    def forget(self) -> None:
        """The other side did not take it: the next one is new."""
        ...


class KeptTokens:
    """Asks `issue` for a token and the seconds that it lasts, and keeps it until shortly before."""

    def __init__(
        self, issue: Callable[[], tuple[str, float]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issue = issue
        self._clock = clock
        self._token: Secret | None = None
        self._until = 0.0

    def get(self) -> Secret:
        """The kept token, or a new one."""
        if self._token is None or self._clock() >= self._until:
            asked = self._clock()
            token, seconds = self._issue()
            self._token, self._until = Secret(token), asked + seconds - SKEW
        return self._token

    def forget(self) -> None:
        """Ask anew at the next need."""
        self._token = None


def azure_tokens(environ: Mapping[str, str] | None = None) -> Tokens:
    """Tokens of the identity that the environment names; it is asked when the first token is needed.

    Raises SettingsError where azure-identity is missing.
    """
    if find_spec("azure") is None or find_spec("azure.identity") is None:
        raise SettingsError(
            "the target partner-center needs azure-identity",
            hint="pip install 'vm-offer-publisher[azure]'",
        )
    return KeptTokens(partial(_issued, os.environ if environ is None else environ))


def _issued(environ: Mapping[str, str]) -> tuple[str, float]:
    """A token and the seconds that it lasts, of the first identity that is there."""
    from azure.core.exceptions import AzureError
    from azure.identity import CredentialUnavailableError

    logging.getLogger("azure").addHandler(logging.NullHandler())  # its warnings say what the error says
    missing: list[str] = []
    try:
        for identity in _identities(environ):  # not by the library's chain, which hides what went wrong
            try:
                token = identity.get_token(SCOPE)
            except CredentialUnavailableError as error:
                missing.append(str(error))
            else:
                return token.token, token.expires_on - time.time()
    except (ValueError, OSError) as error:  # an ID, or a file, that is none
        missing = [str(error)]
    except AzureError as error:
        raise _without_token(error) from None
    raise SettingsError(f"no credentials: {redact('; '.join(missing))[:500]}", hint=_CURE)


def _identities(environ: Mapping[str, str]) -> list[Any]:
    """Workload identity, then that of the machine, then a client secret."""
    from azure.identity import ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential

    tenant, client = environ.get("AZURE_TENANT_ID", ""), environ.get("AZURE_CLIENT_ID", "")
    found: list[Any] = []
    if tenant and client and (file := environ.get("AZURE_FEDERATED_TOKEN_FILE")):
        found.append(WorkloadIdentityCredential(tenant_id=tenant, client_id=client, token_file_path=file))
    if environ.get("IDENTITY_ENDPOINT") or environ.get("MSI_ENDPOINT"):
        found.append(ManagedIdentityCredential())
    if tenant and client and (secret := environ.get("AZURE_CLIENT_SECRET")):
        found.append(ClientSecretCredential(tenant, client, secret))
    if not found:
        raise SettingsError("the environment names no credentials for partner-center", hint=_CURE)
    return found


def _without_token(error: Exception) -> PublisherError:
    """Why there is no token: the login service answered no, or it did not answer at all."""
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError

    message = f"no token: {redact(str(error))[:500]}"
    found = tuple(causes(error))
    impostor = any(isinstance(cause, SSLError) for cause in found)
    failed = any(
        isinstance(cause, ServiceRequestError | ServiceResponseError)
        or (getattr(cause, "status_code", None) or 0) >= 500
        for cause in found
    )
    if impostor or not failed:
        return SettingsError(message, hint=_CURE)
    hint = "see that the network reaches the login service, then run the same command again"
    return MarketplaceUnavailable(message, hint=hint)


def client_secret_tokens(login_url: str, *, client_id: str, secret: Secret) -> Tokens:
    """Tokens by client secret from a token endpoint of its own: that of an emulator."""

    def issue() -> tuple[str, float]:
        import requests

        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret.reveal(),
            "scope": SCOPE,
        }
        for _ in range(5):
            try:
                answer = requests.post(login_url, data=form, timeout=30, allow_redirects=False)
            except requests.exceptions.SSLError as error:
                raise unproven(login_url, error) from None
            except requests.exceptions.RequestException as error:
                raise MarketplaceUnavailable(
                    f"{login_url} does not answer: {redact(str(error))[:300]}", hint="try again later"
                ) from None
            if answer.status_code < 500:
                break
        return _token_of(answer, login_url)

    return KeptTokens(issue)


def unproven(url: str, error: Exception) -> SettingsError:
    """The host of an address may be somebody else: it gets neither a secret nor a token."""
    return SettingsError(
        f"{urlsplit(url).hostname} does not prove who it is: {redact(str(error))[:300]}",
        hint="see that no proxy breaks TLS open; REQUESTS_CA_BUNDLE names further authorities",
    )


def _token_of(answer: Any, login_url: str) -> tuple[str, float]:
    try:
        found = answer.json()
        if _TOKEN.fullmatch(token := found["access_token"]):
            return token, float(found["expires_in"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise SettingsError(
        f"{login_url} answers {answer.status_code} without a token", hint="see client ID and secret"
    )
