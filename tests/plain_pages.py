"""A visit to one of the pages without Gradio, and everything that must not happen there."""

from __future__ import annotations

from typing import Any


class Visit:
    """A page of ours; `faults` are native dialogs, script errors, foreign requests."""

    def __init__(self, browser: Any, url: str, path: str, **options: Any) -> None:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        self.url = url
        self.context = browser.new_context(locale="zh-CN", **options)
        self.context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.leaves = False
        self.page.on("dialog", self._answer)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._look(request.url))
        self.page.on("console", self._hear)
        self.page.goto(url.rstrip("/") + path)

    def confirm(self, act: Any) -> None:
        """Do something that asks first, and say yes."""
        act()
        asking = self.page.locator("dialog.yj-confirm[open]")
        asking.locator("[data-yes]").click()
        asking.wait_for(state="detached")

    def leave(self, act: Any) -> None:
        """Do something that leaves the page, and say yes to the browser's own question."""
        self.leaves = True
        act()
        self.page.wait_for_timeout(50)
        self.leaves = False

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
        if self.leaves and dialog.type == "beforeunload":  # no page can ask that itself
            dialog.accept()
            return
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _hear(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _look(self, asked: str) -> None:
        if not asked.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"request to {asked}")
