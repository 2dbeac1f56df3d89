"""Counters of a server, in the format of Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counters and histograms of one application.

    Example:
        >>> metrics = Metrics()
        >>> metrics.requests.labels("GET", "/api/v1/health", "200").inc()
        >>> 'fashiongraph_requests_total{method="GET"' in metrics.as_text()
        True
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "fashiongraph_requests_total",
            "Requests.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "fashiongraph_request_seconds",
            "Seconds from a request to its answer.",
            ["route"],
            registry=self.registry,
        )
        self.batch_size = Histogram(
            "fashiongraph_score_batch_requests",
            "Requests for scores that were answered in one batch.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )

    def as_text(self) -> str:
        """All counters as text."""
        return generate_latest(self.registry).decode()
