"""Files as a program sends them to a server, and what it keeps of them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from rag.settings import Settings
from ui.intake.uploads import (
    FOLDER,
)

PAGE = "石桥镇的集市\n\n石桥镇每逢初五有集市，卖竹器的摊位有46个。\n\n集市散得早，中午就收摊了。\n"


def sent(client: TestClient, *files: tuple[str, bytes], wait: float = 20) -> Any:
    parts = [("files", (name, io.BytesIO(content))) for name, content in files]
    return client.post("/v1/articles", files=parts, params={"wait": wait})


def kept_files(settings: Settings) -> list[Path]:
    return [file for file in (settings.data_dir / FOLDER).rglob("*") if file.is_file()]
