"""Why a stretch was quoted, in words that a reader can check."""

from __future__ import annotations

from rag.data_model.answers import Chosen
from ui.chat.escaping import escaped
from ui.chat.target import Target
from ui.language import _, message

_RULES: dict[Chosen, str] = {
    "evidence": message("最可能回答问题的句子"),
    "list_item": message("所问的几项之一"),
    "view": message("这个人对所问之事的说法"),
    "difference": message("同一个数字的另一种说法"),
    "fact": message("版面上写明的一行"),
    "nearest": message("意思相近，但不是答案"),
    "title": message("文章的标题或开头"),
    "gist": message("最能代表全文的句子"),
}


def reason_html(target: Target) -> str:
    """The rule, the words in common and how the passage was found."""
    facts = []
    if target.matched:
        facts.append(_("与问题共有的词：{}", "、".join(target.matched)))
    if target.why is not None:
        facts.insert(0, _(_RULES[target.why.chosen]))
        if target.why.dense_rank is not None and target.why.dense is not None:
            facts.append(
                _("按意思排第 {}（相似度 {:.2f}）", target.why.dense_rank, target.why.dense)
            )
        if target.why.lexical_rank is not None:
            facts.append(_("按词语排第 {}", target.why.lexical_rank))
    if not facts:
        return ""
    items = "".join(f"<li>{escaped(fact)}</li>" for fact in facts)
    return (
        '<details class="yj-why-this"><summary>'
        f"{_('为什么引这一段')}</summary><ul>{items}</ul></details>"
    )
