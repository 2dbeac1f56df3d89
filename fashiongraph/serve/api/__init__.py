"""HTTP API ``/api/v1``."""

from fashiongraph.serve.api.application import create_api

__all__ = ["create_api"]
