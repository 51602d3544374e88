"""Characters of Word's picture fonts as those that they look like: ticks, boxes, arrows."""

from __future__ import annotations


def _table(pairs: str) -> dict[int, str]:
    """From codes in hex, each with its character: `6C● 6D○`."""
    return {int(pair[:2], 16): pair[2] for pair in pairs.split()}


def _run(first: int, characters: str) -> dict[int, str]:
    return {first + n: character for n, character in enumerate(characters)}


_WINGDINGS = _table(
    "6C● 6D○ 6E■ 6F□ 70□ 71❑ 72❒ 75◆ 76❖ 9F• A1○ A2○ A7▪ A8☐ AB★ D8➢ DF← E0→ E1↑ E2↓ E8➔ "
    "EF⇦ F0⇨ FB✗ FC✓ FD☒ FE☑ 4A☺ 4C☹ 28☎ 2A✉ 4E☠"
) | _run(0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")
_WINGDINGS_2 = _table("4F✗ 50✓ 51☒ 52☑ 53☒ 54☒ 55⊗ 56⊗ 57⊙ 58⊙ 97• 98● 99○ A2■ A3☐ AE◆") | _run(
    0x69, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"
)
_WINGDINGS_3 = _table("7D▶ 7C◀ 70▲ 71▼ 75▶ 74◀")
_WEBDINGS = _table("61✓ 72✗ 63☐ 67■ 3C■ 31▫ 6E●")
_SYMBOL = (
    _table(
        "A2′ A3≤ A5∞ AB↔ AC← AD↑ AE→ AF↓ B0° B1± B2″ B3≥ B4× B5∝ B6∂ B7• B8÷ B9≠ BA≡ BB≈ BC… "
        "C6∅ C7∩ C8∪ CC⊂ CE∈ D0∠ D1∇ D5∏ D6√ D7⋅ DE⇒ E5∑ F2∫ 22∀ 24∃ 5E⊥ 7E∼"
    )
    | _run(0x41, "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ")
    | _run(0x61, "αβχδεφγηιϕκλμνοπθρστυϖωξψζ")
)
_FONTS = {
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
    "symbol": _SYMBOL,
}
_PRIVATE = 0xF000
TICKED, UNTICKED = "☑", "☐"


def is_picture_font(font: str | None) -> bool:
    """Whether the letters of a font are pictures."""
    return (font or "").strip().lower() in _FONTS


def looks_like(code: int, font: str | None) -> str:
    """The character that a picture font shows for a code; `□` for a picture that is not known."""
    table = _FONTS.get((font or "").strip().lower())
    if table is None:
        return chr(code) if not _PRIVATE <= code <= _PRIVATE + 0xFF else "□"
    plain = code - _PRIVATE if code >= _PRIVATE else code
    if chr(plain).isspace():
        return " "
    return table.get(plain) or (chr(plain) if table is _SYMBOL and plain < 0x7F else "□")
