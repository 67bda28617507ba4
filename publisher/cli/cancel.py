"""publisher cancel: cancel the running submission, or take a staged offer back."""

from publisher.cli.common import OfferName, Target, engine, report
from publisher.cli.console import make_app
from publisher.release import cancel

app = make_app()


@app.command()
def command(offer: OfferName, target: Target = "") -> None:
    """Cancel the running submission; without one, take a staged offer back to draft.

    Example: publisher cancel relaygate-mail
    """
    with engine(target=target) as opened:
        report(cancel(opened, opened.find(offer)))
