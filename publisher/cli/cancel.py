"""publisher cancel: cancel the running submission, or take a staged offer back."""

from publisher.cli.common import OfferName, engine, report
from publisher.cli.console import make_app
from publisher.release import cancel

app = make_app()


@app.command()
def command(offer: OfferName) -> None:
    """Cancel the running submission; without one, take a staged offer back to draft.

    Example: publisher cancel relaygate-mail
    """
    with engine() as opened:
        report(cancel(opened, opened.find(offer)))
