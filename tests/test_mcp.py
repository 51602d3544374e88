"""`youju mcp` in a real child process, spoken to by the SDK's own client."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from fake_pipeline import FakePipeline, write_library
from mcp import Client, StdioServerParameters

from rag.settings import load_settings
from ui.engine import Engine
from ui.mcp_server import build

ASKED = {"question": "灯塔岛风电场有多少台风机？"}
QUOTE = "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"
TESTS = Path(__file__).parent

# The real command with the fake ask flow, and a library that prints.
CHILD = """
import sys
sys.path[:0] = [{tests!r}]
from fake_pipeline import FakePipeline
from ui import engine, mcp_server
from rag.settings import load_settings
from pathlib import Path

def opener(settings):
    print("noise of a library")
    return FakePipeline(settings)

mcp_server.serve(load_settings(Path({data!r})), opener)
"""


def child(data_dir: Path) -> StdioServerParameters:
    code = CHILD.format(tests=str(TESTS), data=str(data_dir))
    return StdioServerParameters(command=sys.executable, args=["-c", code], cwd=TESTS.parent)


@asynccontextmanager
async def connected(data_dir: Path) -> AsyncIterator[Client]:
    with anyio.fail_after(60):
        async with Client(child(data_dir)) as client:
            yield client


def test_an_agent_asks_searches_and_reads(tmp_path: Path) -> None:
    write_library(tmp_path)

    async def talk() -> None:
        async with connected(tmp_path) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"ask", "search", "read_article"}
            assert all("文章" in (tool.description or "") for tool in tools.values())
            assert tools["ask"].input_schema["required"] == ["question"]

            answer = structured(await client.call_tool("ask", ASKED))
            assert answer["schema"] == 1
            (citation,) = answer["citations"]
            assert citation["quote"] == QUOTE
            _, reply = (await client.call_tool("ask", ASKED)).content
            assert f"{QUOTE}[1]" in reply.text  # type: ignore[union-attr]

            nulls = {"history": None, "filters": None, "exact": None}
            assert structured(await client.call_tool("ask", {**ASKED, **nulls}))["citations"]

            found = structured(await client.call_tool("search", {"query": "海上风电", "limit": 2}))
            assert len(found["hits"]) == 2

            read = {"article_id": citation["article_id"]}
            article = structured(await client.call_tool("read_article", read))
            assert QUOTE in article["paragraphs"][citation["paragraph"] - 1]["text"]

    anyio.run(talk)


def structured(result: Any) -> dict[str, Any]:
    assert not result.is_error, result.content
    shown: dict[str, Any] = json.loads(result.content[0].text)
    assert result.structured_content == shown
    return shown


BAD_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("ask", {"question": " "}, "question_empty"),
    ("ask", {}, "question"),
    ("search", {"query": "x", "limit": 0}, "limit"),
    ("read_article", {"article_id": "nope"}, "article_missing"),
    ("delete_everything", {}, "delete_everything"),
]


def test_failures_are_told_and_the_next_call_works(tmp_path: Path) -> None:
    write_library(tmp_path)
    engine = Engine(load_settings(tmp_path), FakePipeline)

    async def talk() -> None:
        async with Client(build(engine)) as client:
            for name, arguments, said in BAD_CALLS:
                with anyio.fail_after(10):
                    result = await client.call_tool(name, arguments)
                assert result.is_error
                assert said in result.content[0].text  # type: ignore[union-attr]
            assert not (await client.call_tool("ask", ASKED)).is_error

    anyio.run(talk)


@pytest.mark.parametrize("line", ["", "nonsense", '{"jsonrpc": "2.0"}', "[" * 10_000])
def test_standard_output_carries_the_protocol_and_nothing_else(tmp_path: Path, line: str) -> None:
    write_library(tmp_path)
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    parameters = child(tmp_path)
    finished = subprocess.run(
        [parameters.command, *parameters.args],
        input=f"{line}\n{json.dumps(hello)}\n",
        capture_output=True,
        text=True,
        cwd=parameters.cwd,
        timeout=60,
        check=True,
    )
    replies = [json.loads(reply) for reply in finished.stdout.splitlines()]
    assert {reply["jsonrpc"] for reply in replies} == {"2.0"}
    assert any(reply.get("id") == 1 and "result" in reply for reply in replies)


LOADING = """
import sys, time
from ui import mcp_server
from rag.settings import load_settings
from pathlib import Path

mcp_server.serve(load_settings(Path({data!r})), lambda settings: time.sleep(60))
"""


@pytest.mark.parametrize("asks", [False, True])
def test_a_client_that_goes_while_it_loads_is_not_kept(tmp_path: Path, asks: bool) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call"}
    lines = [hello, {"jsonrpc": "2.0", "method": "notifications/initialized"}]
    lines += [{**call, "params": {"name": "ask", "arguments": ASKED}}] * asks
    with subprocess.Popen(
        [sys.executable, "-c", LOADING.format(data=str(tmp_path))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=TESTS.parent,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(json.dumps(line) + "\n" for line in lines))
        process.stdin.flush()
        assert "result" in json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(15) == 0
