"""A visit to one of the pages without Gradio, and everything that must not happen there."""

from __future__ import annotations

from typing import Any


class Visit:
    """A page of ours; `faults` are dialogs nobody awaited, script errors and foreign requests."""

    def __init__(self, browser: Any, url: str, path: str, **options: Any) -> None:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        self.url = url
        self.context = browser.new_context(locale="zh-CN", **options)
        self.context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.answers_yes = False
        self.page.on("dialog", self._answer)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._look(request.url))
        self.page.on("console", self._hear)
        self.page.goto(url.rstrip("/") + path)

    def confirm(self, act: Any) -> None:
        """Do something that asks first, and say yes."""
        self.answers_yes = True
        act()
        self.page.wait_for_timeout(50)
        self.answers_yes = False

    def too_wide(self) -> list[str]:
        """What reaches past the right edge of the window, and does not scroll by itself."""
        found: list[str] = self.page.evaluate(
            """[...document.querySelectorAll("body *")]
              .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
              .filter((one) => !one.closest(".yj-table-scroll, .yj-unseen"))
              .map((one) => `${one.tagName}.${one.className}`)"""
        )
        return found

    def close(self) -> None:
        self.context.close()
        assert not self.faults

    def _answer(self, dialog: Any) -> None:
        if self.answers_yes:
            dialog.accept()
        else:
            self.faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

    def _hear(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _look(self, asked: str) -> None:
        if not asked.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"request to {asked}")
