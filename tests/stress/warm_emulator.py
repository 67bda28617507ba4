"""Imported by the process that forks those which are killed: what speaks to an emulator."""

import publisher.ingestion
import publisher.marketplaces.partner_center.reading  # noqa: F401  # imported when it is needed
