"""Offer folders as resources of the marketplace's Product Ingestion API, and back, without a loss.

`desired` gives the resources of an offer as they shall stand in the draft, `differences` those of them
that must be sent; `folder_of` and `content_of` are the way back. `carried` reduces an offer to what
the marketplace can hold: two offers are the same there if that is equal.
"""

from publisher.ingestion.carrying import carried
from publisher.ingestion.desired import desired
from publisher.ingestion.differences import differences
from publisher.ingestion.incoming import content_of, folder_of
from publisher.ingestion.tree import Tree

__all__ = ["Tree", "carried", "content_of", "desired", "differences", "folder_of"]
