"""publisher config: every setting, its value, and where it came from."""

import json
import re
from typing import Annotated, Any, Final, Literal

import typer

from publisher.cli.console import make_app, result
from publisher.redact import MASK, redact
from publisher.reports.json import dumps
from publisher.settings import SETTINGS, Settings, load_settings

app = make_app()


@app.command()
def command(
    output_format: Annotated[Literal["text", "json"], typer.Option(help="Format of the result.")] = "text",
) -> None:
    """Show every setting, its value, and where it came from; never a secret.

    Settings stand in publisher.toml, or in pyproject.toml under [tool.publisher]; the nearest file upward
    counts. An environment variable beats the file.

    Example: PUBLISHER_PROFILE=partner-center publisher config
    """
    settings = load_settings()
    if output_format == "json":
        typer.echo(dumps(facts(settings)))
    else:
        result(text(settings))


# A password may hold what ends one elsewhere, such as '/': all between the user and the last '@' goes.
_PASSWORD: Final = re.compile(r"(://[^:/@]*:).*@")


def facts(settings: Settings) -> dict[str, Any]:
    """The effective settings as plain values."""
    return {
        "version": 1,
        "file": str(settings.file) if settings.file else None,
        "catalogue": _shown(settings.database_url),
        "settings": [
            {
                "name": name,
                "value": _shown(settings[name]),
                "origin": settings.origins[name],
                "environment": setting.twin(name),
                "help": setting.help,
            }
            for name, setting in SETTINGS.items()
        ],
        "waivers": [
            {
                "code": waiver.code,
                "offer": waiver.offer,
                "reason": redact(waiver.reason),
                "until": waiver.until.isoformat(),
                "by": redact(waiver.by),
            }
            for waiver in settings.waivers
        ],
    }


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return redact(_PASSWORD.sub(rf"\g<1>{MASK}@", value))
    return [redact(item) for item in value] if isinstance(value, tuple) else value


def text(settings: Settings) -> str:
    """The effective settings for people."""
    known = facts(settings)
    head = [f"settings file: {known['file'] or 'none'}", f"catalogue:     {known['catalogue']}", ""]
    rows = [
        f"{row['name']} = {json.dumps(row['value'], ensure_ascii=False)}\n"
        f"    {row['help']}\n    from: {row['origin']}; environment: {row['environment']}"
        for row in known["settings"]
    ]
    waivers = [
        f"waiver of {row['code']} in {row['offer'] or 'every offer'} until {row['until']}"
        f" by {row['by']}: {row['reason']}"
        for row in known["waivers"]
    ]
    return "\n".join([*head, *rows, *waivers])
