"""publisher discard: drop a draft that was never staged."""

from publisher.cli.common import OfferName, Target, engine, report
from publisher.cli.console import make_app
from publisher.release import discard

app = make_app()


@app.command()
def command(offer: OfferName, target: Target = "") -> None:
    """Drop an open draft that was never staged; what is live stays untouched.

    What was ever staged is deleted by ticket: see publisher delete.
    """
    with engine(target=target) as opened:
        report(discard(opened, opened.find(offer)))
