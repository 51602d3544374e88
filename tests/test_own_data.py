"""What a server keeps for a user: conversations, judgements, sets, links. Nobody else's shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import PAGE, write_library
from fastapi.testclient import TestClient
from team import ASKED, NAMES, Team, team

from eval.feedback import Feedback, FeedbackStore
from eval.run_store import BUNDLED, RunStore
from rag.data_model.answers import Answer
from rag.library.library import Library
from rag.settings import load_settings
from ui.accounts.accounts import Accounts
from ui.accounts.roles import Role
from ui.cli import run


@pytest.fixture(scope="module")
def served_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with team(tmp_path_factory.mktemp("own"), team={"public_shares": True}) as made:
        yield made


def asked(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/ask", json={"question": ASKED}).json()
    return answer


def turn(name: str, answer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "question": ASKED, "history": [], "answer": answer} | more


def kept(client: httpx.Client, name: str, *turns: dict[str, Any], **more: Any) -> httpx.Response:
    record = {"title": name, "touched": 5, "turns": list(turns), "begins": True} | more
    return client.put(f"/v1/conversations/{name}", json=record)


# -- conversations ----------------------------------------------------------------------------


def test_a_conversation_is_kept_whole_and_joined_by_turns(served_team: Team) -> None:
    with served_team.client("reader") as here, served_team.client("reader") as there:
        answer = asked(here)
        first = turn("t1", answer, filters={"newspaper": "江州日报"}, edited="改过的问题")
        assert kept(here, "c1", first).json() == {"dropped": []}
        assert kept(there, "c1", turn("t2"), begins=False).status_code == 200
        assert kept(here, "c1", turn("t1", answer, verdict="up"), begins=False).status_code == 200
        found = here.get("/v1/conversations/c1").json()
        assert [one["id"] for one in found["turns"]] == ["t1", "t2"]
        assert found["turns"][0]["verdict"] == "up"
        assert Answer.model_validate(found["turns"][0]["answer"]) == Answer.model_validate(answer)
        assert here.delete("/v1/conversations/c1").status_code == 204
        gone = kept(there, "c1", turn("t3"), begins=False)
        assert (gone.status_code, gone.json()["code"]) == (404, "conversation_missing")


def test_one_user_never_sees_anothers(served_team: Team) -> None:
    with served_team.client("reader") as one, served_team.client("admin") as other:
        kept(one, "same-id", turn("same-turn"), title="读者的")
        assert [c for c in other.get("/v1/conversations").json() if c["id"] == "same-id"] == []
        assert other.get("/v1/conversations/same-id").status_code == 404
        other.delete("/v1/conversations/same-id")
        kept(other, "same-id", turn("same-turn", verdict="down"), title="管理员的")
        found = one.get("/v1/conversations/same-id").json()
        assert (found["title"], found["turns"][0]["verdict"]) == ("读者的", None)


def test_the_oldest_goes_where_there_is_no_more_room(tmp_path: Path) -> None:
    accounts = Accounts(load_settings(tmp_path, team={"history_mb": 1}))
    uid = accounts.users.add("甲", Role.READER).id
    from ui.accounts.history import Changed

    long = {"id": "t", "question": "问" * 150_000}
    dropped = [
        accounts.history.keep(uid, Changed(f"c{n}", f"第{n}个", {}, n, [long], begins=True))
        for n in range(4)
    ]
    assert dropped == [[], [], ["第0个"], ["第1个"]]
    assert [one["title"] for one in accounts.history.listed(uid)] == ["第3个", "第2个"]
    accounts.close()


@pytest.mark.parametrize(
    "bad",
    [
        {"turns": [{"id": "../x", "question": "问"}]},
        {"turns": [{"id": "t", "question": "问", "answer": {"text": "不是回答"}}]},
        {"turns": [{"id": "t", "question": "\ud800"}]},
        {"title": "长" * 300},
        {"filters": {"x": "长" * 100_000}},
        {"unknown": 1},
    ],
)
def test_what_is_no_conversation_is_refused(served_team: Team, bad: dict[str, Any]) -> None:
    import json

    with served_team.client("reader") as client:
        content = json.dumps({"begins": True} | bad)
        reply = client.put(
            "/v1/conversations/bad", content=content, headers={"content-type": "application/json"}
        )
    assert reply.status_code in {400, 422}
    assert reply.json()["code"] in {"bad_request", "bad_encoding"}


# -- all of it ----------------------------------------------------------------------------------


def test_people_take_their_data_along_and_have_it_deleted(served_team: Team) -> None:
    data_dir, users = served_team.folder, served_team.accounts.users
    mine, other = (users.named(NAMES[role]).id for role in ("editor", "reader"))
    with served_team.client("editor") as client:
        answer = asked(client)
        kept(client, "mine", turn("t1", answer), title="我的对话")
        shared = {"title": "我的分享", "turns": [{"question": ASKED, "answer": answer}]}
        link = client.post("/v1/shares", json=shared).json()
        questions = b'{"question": "Q1", "answers": [["A"]]}\n'
        added = client.post(
            "/evaluation/sets", content=questions, headers={"x-file-name": "mine.jsonl"}
        )
        assert added.status_code == 200, added.text
        store = FeedbackStore(data_dir)
        for uid in (mine, other):
            judged = Feedback(id="t1", verdict="up", answer=Answer.model_validate(answer), by=uid)
            store.add(judged)
        taken = client.get("/v1/me/data").json()
        assert [one["title"] for one in taken["conversations"]] == ["我的对话"]
        assert [one["title"] for one in taken["shares"]] == ["我的分享"]
        assert [one["by"] for one in taken["feedback"]] == [mine]
        assert [one["name"] for one in taken["question_sets"]] == ["mine.jsonl"]
        assert "Q1" in taken["question_sets"][0]["text"]
        gone = client.delete("/v1/me/data").json()
        assert gone == {"conversations": 1, "shares": 1, "feedback": 1, "question_sets": 1}
        assert client.get(link["path"]).status_code == 404
        empty = client.get("/v1/me/data").json()
        assert not any(
            empty[name] for name in ("conversations", "shares", "feedback", "question_sets")
        )
    assert [one.by for one in store.judgements()] == [other]


def test_sets_and_runs_are_a_users_own(served_team: Team) -> None:
    with served_team.client("editor") as one, served_team.client("admin") as other:
        questions = b'{"question": "Q2", "answers": [["A"]]}\n'
        added = one.post(
            "/evaluation/sets", content=questions, headers={"x-file-name": "own.jsonl"}
        )
        set_id = added.json()["set_id"]
        assert "own.jsonl" in one.get("/evaluation/overview").json()["sets"]
        assert "own.jsonl" not in other.get("/evaluation/overview").json()["sets"]
        begun = other.post("/evaluation/runs", json={"set_id": set_id})
        assert (begun.status_code, begun.json()["code"]) == (404, "set_missing")
        assert other.get("/evaluation/overview").json()["latest"] is None
    names = [one.id for one in RunStore(served_team.folder).sets()]
    assert set(names) <= {BUNDLED}


def test_who_is_removed_leaves_nothing(tmp_path: Path) -> None:
    with team(tmp_path) as served_team:
        uid = served_team.accounts.users.named(NAMES["editor"]).id
        with served_team.client("editor") as client:
            answer = asked(client)
            kept(client, "mine", turn("t1", answer))
            client.post("/v1/shares", json={"turns": [{"question": ASKED, "answer": answer}]})
        with served_team.client("admin") as admin:
            assert admin.delete(f"/v1/users/{NAMES['editor']}").status_code == 204
        accounts = served_team.accounts
        assert accounts.history.listed(uid) == []
        assert accounts.shares.of_user(uid) == []
        again = accounts.users.add(NAMES["editor"], Role.EDITOR)
        assert again.id != uid
        assert accounts.history.listed(again.id) == []


# -- links --------------------------------------------------------------------------------------


def test_a_link_shows_quotes_and_whether_they_hold_today(served_team: Team) -> None:
    with served_team.client("reader") as client, httpx.Client(base_url=served_team.url) as nobody:
        answer = asked(client)
        body = {"turns": [{"question": ASKED, "answer": answer}]}
        link = client.post("/v1/shares", json=body).json()
        assert len(link["path"]) > 40
        page = client.get(link["path"])
        assert page.status_code == 200
        for words in (
            answer["citations"][0]["quote"],
            "《江州日报》",
            "灯塔岛.txt",
            "都对得上",
            "回执",
        ):
            assert words in page.text
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert nobody.get(link["path"]).status_code == 401
        forged = answer | {"text": "灯塔岛有380台风机。"}
        lie = client.post(
            "/v1/shares", json={"turns": [{"question": ASKED, "answer": forged}]}
        ).json()
        assert "请不要引用" in client.get(lie["path"]).text
        with served_team.client("admin") as other:
            assert other.get(link["path"]).status_code == 200
            assert other.delete(f"/v1/shares/{link['id']}").status_code == 404
            assert link["id"] not in {one["id"] for one in other.get("/v1/shares").json()}
        assert link["id"] in {one["id"] for one in client.get("/v1/shares").json()}
        assert client.delete(f"/v1/shares/{link['id']}").status_code == 204
        gone = client.get(link["path"], headers={"accept": "text/html"})
        assert (gone.status_code, "收回" in gone.text) == (404, True)


def test_anyone_with_the_link_only_where_that_was_said(served_team: Team) -> None:
    with served_team.client("reader") as client, httpx.Client(base_url=served_team.url) as nobody:
        turns = [{"question": ASKED, "answer": asked(client)}]
        link = client.post("/v1/shares", json={"turns": turns, "anyone": True}).json()
        assert nobody.get(link["path"]).status_code == 200
        for path in ("/v1/me", "/", "/ui/base.css", "/v1/shares", "/s/", "/s/x"):
            assert nobody.get(path).status_code == 401, path
        for path in (f"{link['path']}x", link["path"][:-1]):
            assert nobody.get(path).status_code == 401
        assert nobody.post(link["path"]).status_code == 401


def test_links_for_anyone_are_off_until_they_are_allowed(tmp_path: Path) -> None:
    with team(tmp_path) as served_team:
        with served_team.client("reader") as client:
            turns = [{"question": ASKED, "answer": asked(client)}]
            refused = client.post("/v1/shares", json={"turns": turns, "anyone": True})
            assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")
        uid = served_team.accounts.users.named(NAMES["reader"]).id
        shares = served_team.accounts.shares
        old = shares.add(uid, "陆青", "从前允许时分享的", turns, anyone=True)
        assert httpx.get(f"{served_team.url}/s/{old.key}").status_code == 401


def test_a_link_from_another_site_is_asked_for_once_more(served_team: Team) -> None:
    """A cookie that is kept from other sites' requests comes along with the second one."""
    headers = {"accept": "text/html", "sec-fetch-site": "cross-site"}
    first = httpx.get(f"{served_team.url}/s/x", headers=headers)
    assert (first.status_code, 'http-equiv="refresh"' in first.text) == (401, True)
    second = httpx.get(
        f"{served_team.url}/s/x", headers=headers | {"sec-fetch-site": "same-origin"}
    )
    assert 'name="password"' in second.text


def test_hostile_text_in_what_is_shared_is_only_text(served_team: Team) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e"
    with served_team.client("reader") as client:
        answer = asked(client) | {"question": hostile}
        answer["citations"][0] |= {"title": hostile, "quote": hostile}
        answer["statements"][0] |= {"text": hostile}
        body = {"title": hostile, "turns": [{"question": hostile, "answer": answer}]}
        page = client.get(client.post("/v1/shares", json=body).json()["path"]).text
    assert "<img" not in page
    assert "\u202e" not in page


def test_without_users_links_work_too(tmp_path: Path) -> None:
    from fake_pipeline import FakePipeline

    from ui.server import create_app

    write_library(tmp_path)
    app = create_app(load_settings(tmp_path), FakePipeline, chat=False)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        answer = client.post("/v1/ask", json={"question": ASKED}).json()
        link = client.post("/v1/shares", json={"turns": [{"question": ASKED, "answer": answer}]})
        assert client.get(link.json()["path"]).status_code == 200
        assert [one["id"] for one in client.get("/v1/shares").json()] == [link.json()["id"]]


# -- quotas -------------------------------------------------------------------------------------


def test_a_library_takes_no_more_than_it_may(tmp_path: Path) -> None:
    write_library(tmp_path, PAGE)
    quota = {"articles": 2, "collection_articles": 1}
    with team(tmp_path / "x", quota=quota) as served_team, served_team.client("editor") as client:

        def upload(name: str, collection: str = "") -> dict[str, Any]:
            page = f"{name}的报道\n\n{name}有17处泉眼，分布在北岸。\n".encode()
            data = {"collection": collection} if collection else {}
            files = {"files": (f"{name}.txt", page)}
            reply = client.post("/v1/articles?wait=60", files=files, data=data)
            told: dict[str, Any] = reply.json()
            return told

        full = upload("松陵")  # the default collection has one already
        assert full["code"] == "quota_reached"
        assert "文集“默认文集”已满" in full["message_zh"]
        assert upload("望川", "别处")["status"] == "done"
        assert upload("柳湾", "再别处")["code"] == "quota_reached"
        assert upload("望川", "别处")["status"] == "done"  # what is there takes no room
        told = client.get("/v1/quota").json()
        assert (told["library"]["articles"], told["library"]["articles_limit"]) == (2, 2)
        assert [one["articles_limit"] for one in told["collections"]] == [1, 1, 1]
        ids = [one["article_id"] for one in client.get("/v1/articles").json()]
        moved = client.patch("/v1/articles", json={"articles": ids, "collection": "别处"})
        assert moved.json()["code"] == "quota_reached"
        shown = client.get("/library/overview").json()["shelves"]
        assert "2 / 2 篇" in shown
        folder = served_team.folder
    with Library.open(folder) as library:
        assert library.counts().articles == 2


def test_the_command_line_keeps_to_quotas_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_library(tmp_path)
    monkeypatch.setenv("YOUJU_QUOTA__COLLECTION_ARTICLES", "1")
    run(["collections", "create", "别处", "--data-dir", str(tmp_path)])
    write_library(tmp_path, "别的一篇。\n今天下了一场雨。\n", "雨")
    assert (
        run(["articles", "move", "别处", "--newspaper", "江州日报", "--data-dir", str(tmp_path)])
        == 2
    )
    assert "quota_reached" in capsys.readouterr().err
    run(["collections", "list", "--data-dir", str(tmp_path)])
    assert "2 篇（最多 1）" in capsys.readouterr().out
