"""An address that leads nowhere: a page for people in their language, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_pipeline import FakePipeline, write_library
from fastapi.testclient import TestClient

from rag.settings import load_settings
from ui.language.current import COOKIE
from ui.server import create_app

PAGE = {"accept": "text/html,application/xhtml+xml"}
NOWHERE = ("/nopage", "/library/zzz", "/evaluation/zzz", "/share/zzz")


@pytest.fixture(params=[False, True], ids=["bare", "chat"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestClient]:
    write_library(tmp_path)
    app = create_app(load_settings(tmp_path), FakePipeline, chat=request.param)
    with TestClient(app, base_url="http://127.0.0.1:7860") as made:
        yield made


def test_people_get_a_page_and_programs_json(client: TestClient) -> None:
    for path in NOWHERE:
        page = client.get(path, headers=PAGE)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "<style>" in page.text
        assert 'href="/"' in page.text
        assert "没有" in page.text
        english = client.get(path, headers=PAGE | {"cookie": f"{COOKIE}=en"}).text
        assert "Not found" in english
        assert "Back to Ask" in english
        assert "回到问答" not in english
        assert client.get(path).json()["code"] == "not_found"
    assert client.get("/v1/zzz", headers=PAGE).json()["code"] == "not_found"


def test_what_is_asked_for_is_no_markup(client: TestClient) -> None:
    page = client.get("/<b>x", headers=PAGE)
    assert page.status_code == 404
    assert "<b>x" not in page.text
