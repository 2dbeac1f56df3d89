"""Pages, rendered on the server."""

from fashiongraph.serve.pages.application import create_pages

__all__ = ["create_pages"]
