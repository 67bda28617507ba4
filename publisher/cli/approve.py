"""publisher approve: approve the staged content for production."""

from publisher.cli.common import OfferName, Target, engine, report
from publisher.cli.console import make_app
from publisher.release import approve

app = make_app()


@app.command()
def command(offer: OfferName, target: Target = "") -> None:
    """Approve the staged content for production, in your own name.

    The settings say how many approvals are required; whoever staged cannot approve.
    """
    with engine(target=target) as opened:
        report(approve(opened, opened.find(offer)))
