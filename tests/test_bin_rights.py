"""What lies in the bin is seen by those who may put it back, and by nobody else."""

from __future__ import annotations

from pathlib import Path

from team import team

TITLE = "灯塔岛的风电"


def test_readers_see_no_removed_text(tmp_path: Path) -> None:
    with team(tmp_path) as made, made.client("reader") as reader, made.client("editor") as editor:
        (article,) = editor.get("/v1/articles").json()
        removed = editor.delete(f"/v1/articles/{article['article_id']}")
        assert removed.status_code < 300, removed.text
        assert TITLE in editor.get("/library/overview").json()["gone"]
        assert TITLE not in reader.get("/library/overview").json()["gone"]
        assert reader.get("/library/superseded/1").json()["code"] == "article_missing"
        assert editor.post("/v1/bin/purge", json={}).status_code < 300
        assert TITLE in editor.get("/library/superseded/1").json()["html"]
        assert reader.get("/library/superseded/1").json()["code"] == "article_missing"
