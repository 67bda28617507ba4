"""publisher stage: move an offer folder to the staging slot."""

from publisher.cli.common import Place, SecretsFile, Target, Timeout, Wait, engine, follow, patiently, report
from publisher.cli.console import make_app
from publisher.document import read_document
from publisher.staging import stage

app = make_app()


@app.command()
def command(
    path: Place,
    wait: Wait = False,
    timeout: Timeout = 0,
    secrets_file: SecretsFile = None,
    target: Target = "",
) -> None:
    """Record an offer folder as the open draft, ask the stage gate, and submit it to staging.

    Refused, it stays a draft. Run again, it continues; an unchanged folder is staged once.

    Example: publisher stage offers/relaygate --secrets-file secrets.env --wait
    """
    with engine(secrets_file, target) as opened:
        document = read_document(path, opened.secrets)
        outcome = patiently(lambda: stage(opened, document), wait=wait, timeout=timeout)
        key = (outcome.view.publisher, outcome.view.offer)
        report(follow(opened, key, outcome, wait=wait, timeout=timeout))
