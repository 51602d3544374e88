"""Files of old binary formats become new ones through LibreOffice, where it is installed.

It runs with limits, in a profile of its own in which macros, active content and links to elsewhere
are switched off, and without a proxy; what it writes is read like every other file.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ingest.processes.children import command, environment
from ingest.processes.sandbox import Limits, bound
from rag.errors import ConverterMissing, ParseFailed, ParseTimeout

LIMITS = Limits(memory_mb=4096, seconds=120, output_mb=128)
_KEPT = ("PATH", "SYSTEMROOT", "PYTHONPATH")
_PROGRAMS = ("soffice", "libreoffice")
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


@contextmanager
def converted(file: IO[bytes], name: str, suffix: str, target: str) -> Iterator[IO[bytes]]:
    """The same document in another format, as an unbuffered file that vanishes afterwards.

    Args:
        file: the document.
        name: its name, for errors only.
        suffix: of the format that it has, with its dot.
        target: the format that it gets, without a dot (`docx`).

    Raises:
        ConverterMissing: LibreOffice is not installed.
        ParseTimeout, ParseFailed: it does not finish, or does not understand the file.
    """
    program = _program()
    if program is None:
        raise ConverterMissing(file=name, target=target)
    with tempfile.TemporaryDirectory(prefix="youju-") as folder:
        place = Path(folder)
        # No name of a person's ever becomes an argument.
        given, made = place / f"given{suffix}", place / "out" / f"given.{target}"
        (place / "profile" / "user").mkdir(parents=True)
        (place / "profile" / "user" / "registrymodifications.xcu").write_text(_PROFILE)
        file.seek(0)
        with given.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        _run(program, given, target, name)
        if not made.is_file():
            raise ParseFailed(file=name, reason="LibreOffice 读不了它")
        with os.fdopen(os.open(made, os.O_RDONLY), "rb", buffering=0) as result:
            yield result


def _run(program: str, given: Path, target: str, name: str) -> None:
    folder = given.parent
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    arguments = [
        *(program, f"-env:UserInstallation={(folder / 'profile').as_uri()}"),
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", target),
        *("--outdir", f"{folder}/out", str(given)),
    ]
    child = subprocess.Popen(
        command("ingest.processes.conversion", *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={
            **environment(kept),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "http_proxy": "http://127.0.0.1:9",  # nobody listens there
            "https_proxy": "http://127.0.0.1:9",
        },
        start_new_session=True,
    )
    try:
        child.wait(LIMITS.seconds)
    except subprocess.TimeoutExpired as error:
        raise ParseTimeout(file=name, seconds=LIMITS.seconds) from error
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End it with the programs that it started, which are in its session."""
    if sys.platform == "win32":
        child.kill()
    else:
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


if __name__ == "__main__":
    bound(LIMITS)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606
