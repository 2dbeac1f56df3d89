"""Requests made from the schema of the API: none ends in an error of the server."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fashiongraph.serve import ServeSettings, create_app

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def app(stylist, tmp_path_factory):
    store = tmp_path_factory.mktemp("store")
    made = create_app(lambda: stylist, ServeSettings(store, allowed_hosts=["testserver"]))
    yield made
    made.state.service.close()


@pytest.mark.slow
def test_no_request_of_the_schema_breaks_the_server(app):
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) == 21
    broken = []
    for operation in operations:

        @settings(
            max_examples=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case):
            case.call_and_validate(checks=CHECKS)

        try:
            check()
        except FailureGroup as failures:
            broken.append(f"{operation.label}: {failures.exceptions}")
    assert broken == []
