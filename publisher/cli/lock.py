"""publisher lock: rebuild offer.lock.json from the catalogue."""

from publisher.cli.common import Place, engine
from publisher.cli.console import make_app, result
from publisher.document import read_document
from publisher.engine import lock_of
from publisher.errors import Refused, UsageError
from publisher.lock import LOCK, write_lock

app = make_app()


@app.command()
def command(path: Place) -> None:
    """Rebuild offer.lock.json beside the offer from the catalogue; commit it with the offer.

    Example: publisher lock offers/relaygate
    """
    with engine() as opened:
        document = read_document(path, opened.secrets)
        if document.offer is None:
            raise UsageError(f"{document.display()} cannot be read", hint="`publisher validate` says why")
        view = opened.view(opened.find(document.offer.key))
        if not view.staged:
            raise Refused(f"{view.key} was never staged: there is nothing to lock")
        write_lock(document.folder, lock_of(view))
        result(document.display(LOCK))
