"""The rules of the marketplace: one module per subject, pure functions that yield what is wrong."""

from typing import Final

SUBJECTS: Final = (
    "document",
    "identity",
    "texts",
    "markup",
    "completeness",
    "media",
    "links",
    "legal",
    "billing",
    "regions",
    "images",
    "versions",
    "sas",
    "changes",
    "vhd",
    "acts",
    "settings",
)
