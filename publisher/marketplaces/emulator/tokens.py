"""Tokens: any client credentials get one, and only its hash is kept."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final

from publisher.marketplaces.emulator.answers import Json

AUDIENCE: Final = "https://graph.microsoft.com"
OWN: Final = "emulator"


class LoginRefused(Exception):
    """Why no token is given, as the body of the answer."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body: Json = {"error": error, "error_description": description}


def issue(db: Connection, form: Mapping[str, str], *, audience: str, seconds: int, now: datetime) -> str:
    """A new token for the client that the form names. Raises LoginRefused."""
    if form.get("grant_type") != "client_credentials":
        raise LoginRefused("unsupported_grant_type", "only client credentials are taken")
    if not form.get("client_id"):
        raise LoginRefused("invalid_request", "client_id is missing")
    if not (form.get("client_secret") or form.get("client_assertion")):
        raise LoginRefused("invalid_client", "neither client_secret nor client_assertion is there")
    token = secrets.token_urlsafe(48)
    db.execute("DELETE FROM tokens WHERE expires_at < ?", (now.isoformat(),))
    expires_at = (now + timedelta(seconds=seconds)).isoformat()
    db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (_hash(token), audience, expires_at))
    return token


def wrong(db: Connection, token: str, audiences: set[str], now: datetime) -> str:
    """What is wrong with a token; empty when it is good."""
    row = db.execute("SELECT * FROM tokens WHERE hash = ?", (_hash(token),)).fetchone()
    if row is None:
        return "Access token validation failure."
    if datetime.fromisoformat(row["expires_at"]) <= now:
        return "Access token validation failure. The token is expired."
    if row["audience"].rstrip("/") not in audiences:
        return "Access token validation failure. Invalid audience."
    return ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
