"""Formulas of Word (OMML) and of web pages (MathML) as a line of text: `x²`, `(a+b)/c`, `√(2)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.parts.packages import local
from ingest.parts.scripts import lowered, raised

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DEEPEST = 60
_SIGNS = frozenset({"t", "mi", "mo", "mn", "mtext", "ms"})
_OF_WORD = frozenset({"f", "sSup", "sSub", "sSubSup", "sPre", "rad", "d", "nary"}) | {
    *("limLow", "limUpp", "acc", "bar")
}
_OF_THE_WEB = frozenset({"mfrac", "msup", "msub", "msubsup", "munderover", "munder", "mover"}) | {
    *("msqrt", "mroot", "annotation", "annotation-xml")
}
_PLAIN = frozenset("+-−*/=<>≤≥±×÷ ,，")


def formula_text(element: Element, depth: int = 0) -> str:
    """What a formula says, on one line; of both languages, by the elements' names."""
    if depth > _DEEPEST or not isinstance(element.tag, str):
        return ""
    name = local(element)
    if name in _SIGNS:
        text = element.text or ""
        return text if name == "t" else text.strip()
    children = [child for child in element if isinstance(child.tag, str)]
    texts = [formula_text(child, depth + 1) for child in children]
    if name in _OF_WORD:
        parts = list(zip(map(local, children), texts, strict=True))
        if name == "d":
            within = "，".join(text for part, text in parts if part == "e")
            return _sign(element, "begChr", "(") + within + _sign(element, "endChr", ")")
        return _of_word(name, dict(parts), element)
    return _of_the_web(name, texts) if name in _OF_THE_WEB else "".join(texts)


def _of_word(name: str, parts: dict[str, str], element: Element) -> str:
    base, low, high = parts.get("e", ""), parts.get("sub", ""), parts.get("sup", "")
    if name == "f":
        return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
    if name in {"sSup", "sSub", "sSubSup", "sPre"}:
        return _with_scripts(base, low, high)
    if name == "rad":
        return f"{_root(parts.get('deg', ''))}({base})"
    if name == "nary":
        return _with_scripts(_sign(element, "chr", "∫"), low, high) + base
    return f"{base}_({parts['lim']})" if "lim" in parts else base


def _of_the_web(name: str, parts: list[str]) -> str:
    first, second, third = (*parts, "", "", "")[:3]
    if name == "mfrac":
        return f"{_grouped(first)}/{_grouped(second)}"
    if name in {"msup", "mover"}:
        return _with_scripts(first, "", second)
    if name in {"msub", "munder"}:
        return _with_scripts(first, second, "")
    if name in {"msubsup", "munderover"}:
        return _with_scripts(first, second, third)
    if name == "msqrt":
        return f"√({''.join(parts)})"
    return f"{_root(second)}({first})" if name == "mroot" else ""


def _with_scripts(base: str, low: str, high: str) -> str:
    base = base if len(base) < 2 or base.isalnum() or base[0] in "([{|" else f"({base})"
    if low:
        below = lowered(low)
        base += below if below != low else f"_{_grouped(low)}"
    if high:
        above = raised(high, base)
        base += above if above != high and not above.startswith("[") else f"^{_grouped(high)}"
    return base


def _grouped(text: str) -> str:
    """In brackets, if it is more than one thing."""
    return f"({text})" if any(sign in _PLAIN for sign in text[1:]) and text[:1] != "(" else text


def _root(degree: str) -> str:
    return {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree, f"{degree}√")


def _sign(element: Element, name: str, usual: str) -> str:
    """The sign that a formula's part is written with, where it names one."""
    for properties in element:
        if isinstance(properties.tag, str) and local(properties).endswith("Pr"):
            for sign in properties:
                if isinstance(sign.tag, str) and local(sign) == name:
                    return next((v for key, v in sign.attrib.items() if key.endswith("val")), "")
    return usual
