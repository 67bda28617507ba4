"""What all routes share: the marketplace behind a request, its bytes, and answers in JSON."""

import json
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from publisher.marketplaces.emulator.market import EmulatedMarketplace


class Ascii(JSONResponse):
    """JSON that any reader can decode."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content).encode()


async def raw_body(request: Request) -> bytes:
    """The bytes of a request."""
    return await request.body()


Body = Annotated[bytes, Depends(raw_body)]


def market_of(request: Request) -> EmulatedMarketplace:
    """The marketplace behind a request."""
    market: EmulatedMarketplace = request.app.state.market
    return market
