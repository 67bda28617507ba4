"""The rules of the marketplace: one module per subject, pure functions that yield what is wrong."""

from typing import Final

SUBJECTS: Final = (
    "document",
    "identity",
    "texts",
    "wording",
    "letters",
    "markup",
    "completeness",
    "media",
    "showcase",
    "links",
    "legal",
    "categories",
    "services",
    "billing",
    "regions",
    "images",
    "versions",
    "sas",
    "changes",
    "vhd",
    "plans",
    "technical",
    "leaving",
    "certification",
    "judgement",
    "acts",
    "settings",
)

# Subjects of which one profile alone knows: the others need not import them.
OF_ONE_PROFILE: Final = {
    "wording": "partner-center",
    "showcase": "partner-center",
    "services": "partner-center",
    "plans": "partner-center",
    "technical": "partner-center",
    "leaving": "partner-center",
}
