"""What counts as an e-mail address."""

import pytest

from publisher.rules.legal import is_email

LONGEST = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 53}.example"


@pytest.mark.parametrize(
    "text", ["a@b.example", "first.last+tag@eng.tidewater-labs.example", "o'brien@b.example", LONGEST]
)
def test_plain_addresses_are_accepted(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "a@", "@b.example", "a@b", "a@@b.example", "a@b@c.example", ".a@b.example", "a.@b.example",
        "a@.example", "a@b..example", "a@-b.example", "a@b.example.", "a b@c.example", "a@b.example\n",
        "a@[10.0.0.1]", "a@10.0.0.1", '"a b"@c.example', "<a@b.example>", "a@b.example,c@d.example",
        "ä@b.example", "a@bücher.example", f"a{LONGEST}", LONGEST.replace("d.", "dd."), f"a@{'b' * 64}.example",
        "a" * 100_000, "a." * 50_000 + "@", "@" * 1000,
    ],
)  # fmt: skip
def test_anything_else_is_not(text: str) -> None:
    assert not is_email(text)
