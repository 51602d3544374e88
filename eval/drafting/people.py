"""Who holds a post, and which post somebody holds: where a report says who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.drafting.subjects import HAN, Draft, is_known, is_subject
from rag.language.names import SAYING, is_surname
from rag.language.text import fold, tagged

_HEADS = (
    "局长|主任|厅长|部长|省长|市长|县长|区长|镇长|乡长|村长|校长|院长|馆长|站长|行长|厂长|社长|总经理|经理|总裁|董事长|第一书记|书记"
    "|会长|主席|理事长|秘书长|所长|总队长|支队长|大队长|台长"
)
"""Posts that one person holds at a time."""
_HELD_ALONE = re.compile(f"(?:{_HEADS})$")
_POSTS = (
    f"{_HEADS}|队长|负责人|教授|研究员|院士|总监|总编辑|总工程师|创始人|发言人|大使|总领事|医师"
)
_SPEAKS = re.compile(
    rf"^(?:据)?([{HAN}A-Za-z0-9]{{4,26}}?(?:{_POSTS}))([{HAN}]{{2,3}})"
    rf"(?=(?:对记者|向记者|在[{HAN}]{{2,12}})?(?:{SAYING}))"
)
_CLAUSES = re.compile(r"[，。；：！？、“”‘’（）()\s]")
_FORMER = re.compile(f"^(?:前|原|时任|本|摄|据)|[该某]|[前原](?:{_POSTS})$")
_NO_DEPUTY = re.compile(f"第[一二]|(?:名誉|荣誉|首席|执行|常务|联席|轮值)(?:{_HEADS})$")
_NOT_OF_A_POST = ("r", "p", "c", "d", "uj", "nr", "ul", "uz", "v", "x", "y")
"""Parts of speech that show more than the name of a body and a post."""


def posts_of(sentence: str) -> Iterator[Draft]:
    """Both questions of each person who speaks with a post."""
    for clause in _CLAUSES.split(sentence):
        match = _SPEAKS.match(clause)
        if not match or not _is_post(match[1]) or not is_surname(fold(match[2][0])):
            continue
        post, name = match.groups()
        if len(name) > 2:  # 李刚 may be anybody
            yield Draft(f"{name}担任什么职务？", "post", ((post,),), (sentence,))
        head = _HELD_ALONE.search(post)
        if head and "副" not in post:
            body, deputy = _body_of(post, head[0]), f"副{head[0]}"
            yield Draft(
                f"{post}是谁？",
                "who",
                ((name,),),
                (sentence,),
                untold="" if _NO_DEPUTY.search(post) else f"{body}{deputy}是谁？",
                unless=(body, deputy),
            )


def _body_of(post: str, head: str) -> str:
    """Whose head a post is: `江州市` of `江州市代市长`, who has the post for a while."""
    import rjieba

    acting = rjieba.cut(post)[-1] == f"代{head}"
    return post.removesuffix(head).removesuffix("代" if acting else "")


def _is_post(post: str) -> bool:
    """Whether words name a body that one knows, and a post there, held now."""
    if _FORMER.search(post) or not is_subject(post) or not is_known(post):
        return False
    *body, _ = tagged(post)  # the post at the end is one whatever its tag: 站长
    return not any(tag in _NOT_OF_A_POST for _, tag in body)
