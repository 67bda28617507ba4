"""Reports in every format, one module each with `render`; each is imported when it is asked for."""

from typing import Final

# A machine format renders any number of reports at once, the text for people one by one.
MACHINE: Final = {
    name: f"publisher.reports.{name}"
    for name in ("json", "sarif", "junit", "github", "gitlab", "azure", "markdown")
}
FORMATS: Final = ("text", *MACHINE)
