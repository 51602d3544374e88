"""What was shared as one page of HTML that needs nothing else: no script, no other file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache

from rag.data_model.answers import Answer, Citation
from ui.accounts.shares import Share
from ui.chat.escaping import escaped, quoted
from ui.language import _
from ui.references import reference_text
from ui.reply import Line, lines_of
from ui.shared_page.checking import Checked
from ui.static_files import read_static

Turn = tuple[str, Answer, Checked | None]
"""A question, its answer, and what today's library says of it, where that is known."""

_APART = frozenset({"reference", "label", "near", "footer", "suggestion"})
_CLASSES = {
    "short": "short",
    "says": "says",
    "group": "group",
    "refusal": "refusal",
    "text": "text",
}


def page_html(share: Share, turns: Sequence[Turn]) -> str:
    """The page."""
    by = f"{_('{} 分享于', escaped(share.by))} " if share.uid else f"{_('分享于')} "
    return (
        f'<!doctype html><html lang="{_("zh-CN")}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{_('{} · 有据', escaped(share.title))}"
        f"</title><style>{_style()}</style></head><body>"
        f'<header><span class="seal" aria-hidden="true">{_("据")}</span><b>{_("有据")}</b>'
        f"<span>{_('只说有出处的话')}</span></header><main>"
        f"<h1>{quoted(share.title)}</h1>"
        '<p class="label">'
        f"{_('{}{} · 只读；内容是分享时的样子', by, escaped(share.created[:10]))}</p>"
        f"{''.join(_turn(share.title, *turn) for turn in turns)}</main></body></html>"
    )


def policy() -> str:
    """Nothing may be loaded or run; this very style may be used."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return read_static("share.css", "shared_page")


def _turn(title: str, question: str, answer: Answer, checked: Checked | None) -> str:
    said = "".join(_line(line) for line in lines_of(answer) if line.kind not in _APART)
    tone = "card refused" if answer.refusal else "card"
    head = "" if question.strip() == title else f"<h2>{quoted(question)}</h2>"
    sources = _sources(answer, 3 if head else 2)
    return (
        f'<section>{head}<div class="{tone}">{said}{sources}</div>'
        f"{_proof(checked)}{_receipt(answer)}</section>"
    )


def _line(line: Line) -> str:
    name = _CLASSES.get(line.kind, "lead")
    return f'<p class="{name}">{quoted(line.text)}</p>'


def _sources(answer: Answer, level: int) -> str:
    nearest = answer.refusal.nearest if answer.refusal else ()
    if answer.citations:
        items = "".join(_citation(one, with_quote=False) for one in answer.citations)
        return f'<h{level}>{_("出处")}</h{level}><ol class="sources">{items}</ol>'
    if nearest:
        items = "".join(_citation(one, with_quote=True) for one in nearest)
        head = f"<h{level}>{_('最接近的段落，仅供查找，不是答案')}</h{level}>"
        return f'{head}<ol class="sources">{items}</ol>'
    return ""


def _citation(citation: Citation, *, with_quote: bool) -> str:
    quote = f"<blockquote>{quoted(citation.quote)}</blockquote>" if with_quote else ""
    places = _("、").join(f"{start}–{end}" for start, end in citation.source.spans)
    return (
        f'<li>{quote}<span class="number">[{citation.n}]</span> {escaped(reference_text(citation))}'
        '<span class="label">'
        f"{_('源文件 {}，第 {} 字', quoted(citation.source.file), places)}</span></li>"
    )


def _proof(checked: Checked | None) -> str:
    if checked is None:
        return f'<p class="proof">{_("文章库还没有载入，暂时没有核对；过一会儿刷新。")}</p>'
    return "".join(_proof_lines(checked))


def _proof_lines(checked: Checked) -> Iterator[str]:
    if checked.holds:
        yield (
            f'<p class="proof holds"><b>{_("✓ 今天核对过，都对得上")}</b>'
            f"　{_('每一处引文与文章库里留存的原文一字不差，其余的话都出自固定的句式。')}</p>"
        )
    else:
        found = "".join(f"<li>{escaped(one)}</li>" for one in checked.findings)
        yield (
            '<div class="proof broken" role="alert"><b>'
            f"{_('✗ 今天核对，有对不上的地方，请不要引用')}</b>"
            f"<ul>{found}</ul></div>"
        )
    if checked.gone:
        titles = "、".join(f"《{escaped(one)}》" for one in checked.gone)
        yield (
            '<p class="proof">'
            f"{_('引的文章后来移除了或换了新版，今天再问不一定这样答：{}', titles)}</p>"
        )


def _receipt(answer: Answer) -> str:
    receipt = answer.receipt
    rows = [
        (_("回答时的文章库"), _("第 {} 次更新后", receipt.generation)),
        (_("模型"), receipt.model),
        (_("阅读模型"), receipt.evidence),
        (_("设置"), receipt.settings),
        (_("把握"), f"{answer.confidence:.0%}" if answer.statements else ""),
    ]
    shown = "".join(f"<dt>{name}</dt><dd>{escaped(value)}</dd>" for name, value in rows if value)
    return f"<details><summary>{_('回执')}</summary><dl>{shown}</dl></details>"
