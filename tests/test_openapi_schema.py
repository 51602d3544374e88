"""The API keeps to its own OpenAPI: whatever is sent, replies have a documented status and form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from browsing import Server
from fake_pipeline import FakePipeline, IngestHere
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rag.settings import load_settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LONGER_THAN_ANY_WAIT = 90  # seconds: an upload may ask the server to take 60


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    product = load_settings(tmp_path_factory.mktemp("schema"))
    with Server(product, FakePipeline, chat=False, ingester=IngestHere(product)) as server:
        yield schemathesis.openapi.from_url(f"{server.url}openapi.json")


def test_every_route_replies_as_its_documentation_says(documented: Any) -> None:
    operations = [result.ok() for result in documented.get_all_operations()]
    assert {"/v1/ask", "/v1/search", "/v1/articles"} <= {one.path for one in operations}
    for operation in operations:
        sent_and_checked(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        with suppress(Unsatisfiable):  # a route that takes nothing can be sent nothing wrong
            sent_and_checked(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def test_a_chat_completion_may_be_a_stream(documented: Any) -> None:
    reply = documented["/v1/chat/completions"]["POST"].definition.raw["responses"]["200"]
    assert set(reply["content"]) == {"application/json", "text/event-stream"}


def sent_and_checked(cases: SearchStrategy[Any]) -> None:
    """Send requests of one route, valid ones and others, over a real connection."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def send(case: Any) -> None:
        case.validate_response(case.call(timeout=LONGER_THAN_ANY_WAIT), checks=CHECKS)

    send()
