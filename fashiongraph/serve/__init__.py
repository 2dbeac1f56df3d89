"""HTTP API and pages over a stylist; needs the extra ``serve``."""

from fashiongraph.optional import require

require("fastapi", "serve")
require("sqlalchemy", "serve")

from fashiongraph.serve.application import create_app  # noqa: E402  # after the check
from fashiongraph.serve.settings import ServeSettings  # noqa: E402

__all__ = ["ServeSettings", "create_app"]
