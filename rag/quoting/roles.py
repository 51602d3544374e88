"""Who hosts a talk and who its guests are: lines that list people under a role, or after it.

`主持人` over `姓名 单位职务`, `嘉宾：` over `姓名（单位职务）`, or `主持人：姓名` in one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.names import listed_name, possible_names
from rag.language.text import fold, tagged
from rag.library.records import StoredArticle

ROLES = "主持人|嘉宾|受访人|受访者|受访嘉宾|采访对象|对话人|与谈人"
_ROLE_BEFORE = re.compile(
    rf"^(?P<role>[\u4e00-\u9fff]{{0,4}}(?:{ROLES}))\s?[：:]\s?(?=(?P<name>[\u4e00-\u9fff]{{2,4}}))"
)
_NO_SENTENCE = re.compile(r"^[^。！？!?；;]{3,120}$")
_LABEL = re.compile(f"^[\u4e00-\u9fff]{{0,4}}(?:{ROLES})[：:]?$")
ASKS_ROLE = re.compile(
    rf"(?:谁|哪[些几]?位?|几[位个名]|多少[位个名]|什么人).{{0,6}}?(?P<a>{ROLES})"
    rf"|(?P<b>{ROLES})(?:都|分别|各|一?共)*(?:是|有|为|叫|请了?)?(?:谁|哪[些几]?位?|几[位个名]|多少|什么(?:人|名字)?)"
    r"|(?P<c>(?:谁|哪[一几]?位)(?:来|负责|在)?主持|主持(?:的人)?(?:是|的是)?谁|由谁主持)(?:了|的)?"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A paragraph that lists somebody, by its number, under a role; `name` if it is one person."""

    n: int
    role: str
    name: str | None


def asked_role(question: str) -> str | None:
    """The role that a folded question asks for; 主持人 of `谁主持了圆桌`."""
    asked = [match["a"] or match["b"] or "主持人" for match in ASKS_ROLE.finditer(question)]
    return asked[-1] if asked else None  # what stands before may be what the last one leans on


def listed_people(stored: StoredArticle, source: str) -> Iterator[Listed]:
    """The people that an article lists, with the role that stands over or before each.

    Args:
        stored: the article.
        source: its file, decoded: headings over a list are no part of the article.
    """
    role, end = "", 0
    for paragraph in stored.article.paragraphs:
        between = [line.strip() for line in source[end : paragraph.spans[0].start].splitlines()]
        heading = next((line for line in reversed(between) if line), "")
        end = paragraph.spans[-1].end
        labelled = _ROLE_BEFORE.match(paragraph.text)
        if labelled and _NO_SENTENCE.match(paragraph.text):
            named = any(possible_names(labelled["name"]))
            if named and not paragraph.text.endswith(labelled["role"]):
                role = labelled["role"]
                yield Listed(paragraph.n, role, _only(paragraph.text[labelled.end() :]))
        elif name := listed_name(paragraph):
            role = heading or role
            yield Listed(paragraph.n, role, name)
        elif _LABEL.match(paragraph.text):
            role = paragraph.text


def _only(text: str) -> str | None:
    """The one name that a line of people begins with; None if others follow."""
    if "、" in re.sub("[（(][^（）()]*[）)]", "", text):
        return None
    names = [name for name in possible_names(text[:4]) if text.startswith(name)]
    return next((n for n in names if not re.match(r"[\u4e00-\u9fff]", text[len(n) :])), None)


def under(asked: str, role: str) -> bool:
    """Whether a line under a role is of the role that is asked for."""
    return asked in fold(role)


def nouns_before(name: str, text: str) -> str | None:
    """The nouns that alone open a clause of a text before a name: 店主 of `店主某某`."""
    pattern = rf"(?:^|(?<=[，,。；;、：:“（(]))(?P<who>[\u4e00-\u9fff]{{2,16}}){re.escape(name)}"
    opening = (match["who"] for match in re.finditer(pattern, text))
    return next((who for who in opening if _are_nouns(who)), None)


def _are_nouns(text: str) -> bool:
    """Whether a text is nouns and what binds them, a common one last."""
    tags = [tag for _, tag in tagged(text)]
    return tags[-1] in {"n", "vn"} and all(tag[0] in "nbfsum" or tag == "vn" for tag in tags)
