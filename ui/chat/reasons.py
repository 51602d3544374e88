"""Why a stretch was quoted, in words that a reader can check."""

from __future__ import annotations

from rag.data_model.answers import Chosen
from ui.chat.escaping import escaped
from ui.chat.target import Target

_RULES: dict[Chosen, str] = {
    "evidence": "最可能回答问题的句子",
    "list_item": "所问的几项之一",
    "view": "这个人对所问之事的说法",
    "difference": "同一个数字的另一种说法",
    "fact": "版面上写明的一行",
    "nearest": "意思相近，但不是答案",
    "title": "文章的标题或开头",
    "gist": "最能代表全文的句子",
}


def reason_html(target: Target) -> str:
    """The rule, the words in common and how the passage was found."""
    facts = []
    if target.matched:
        facts.append(f"与问题共有的词：{'、'.join(target.matched)}")
    if target.why is not None:
        facts.insert(0, _RULES[target.why.chosen])
        if target.why.dense_rank is not None and target.why.dense is not None:
            facts.append(f"按意思排第 {target.why.dense_rank}（相似度 {target.why.dense:.2f}）")
        if target.why.lexical_rank is not None:
            facts.append(f"按词语排第 {target.why.lexical_rank}")
    if not facts:
        return ""
    items = "".join(f"<li>{escaped(fact)}</li>" for fact in facts)
    return (
        f'<details class="yj-why-this"><summary>为什么引这一段</summary><ul>{items}</ul></details>'
    )
