"""The catalogue: what every offer is and was, durably. `store` opens it; `views` are what it says.

Only `store` needs the database libraries, which take longer to load than most commands to run.
"""

import os
from typing import Final

SQLITE: Final = "sqlite:///"


def exists(url: str) -> bool:
    """Whether there is a catalogue; of a server, or of a file that is named by more than its path, yes."""
    return not url.startswith(SQLITE) or "?" in url or os.path.exists(url.removeprefix(SQLITE))
