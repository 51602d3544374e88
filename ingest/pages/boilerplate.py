"""Lines that no article owns (credits, hot lines, notices, jump notes), captions and table rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from ingest.lines.blocks import Block, Kind
from ingest.lines.lines import ends_sentence
from ingest.lines.metadata import metadata_from_folio
from rag.data_model.documents import cut_spans

_RULE = re.compile(r"[\s=\-_*~—─━﹏…·.＊]{3,}")
_CREDIT_NAMES = (
    "责任编辑|责编|美术编辑|美编|版式|版式设计|校对|检校|审校|审读|主编|副主编|执行主编|值班编委|值班主任|总值班|"
    "图编|图片编辑|组版|视觉|视觉设计|统筹|编审|监制|策划|本版编辑|本版责编|编辑|终审|制图|制版|漫画|插图|排版|电编"
)
_CREDIT = re.compile(
    rf"(?:本版|本期|今日)?(?:{_CREDIT_NAMES})[/／、\s\u3000]*(?:{_CREDIT_NAMES})?[:：\s\u3000/／|丨].{{1,50}}"
)
_STATED = re.compile(rf"(?:{_CREDIT_NAMES}|刊号|代号|售价)\s*[:：]\s*\S|售价\s*\d")
_HOTLINE = re.compile(
    r"(?:本报|本版|新闻|读者|投稿|爆料|发行|广告|订报|编辑部|值班)(?:热线|电话|邮箱|信箱|微信|地址|投稿)*"
    r"(?:热线|电话|邮箱|信箱|微信|地址|QQ)\s*[:：].{4,80}|(?:E-?mail|电子邮箱|邮箱|投稿邮箱)\s*[:：]\s*\S+@\S+",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"[（(【]?(?:[^。]{0,12}[:：])?[^。]{0,24}?(?:版权所有|转载请注明|"
    r"未经[^。]{0,16}(?:授权|许可|同意|允许)"
    r"(?=[，,\s]*(?:一律|均)?(?:不得|禁止|严禁|谢绝|请勿|任何|擅自|转载|转摘|复制|使用|[。）)】]|$))|"
    r"(?:不得|谢绝|禁止)(?:擅自)?(?:转载|转摘|复制))[^。]{0,40}。?[）)】]?"
)
_ADVERT = re.compile(r"[【\[（(·\s]*(?:公益)?(?:广告|启事|公告栏|遗失声明)[】\]）)·\s]*")
_CONTACT = re.compile(r"(?:电话|热线|地址|邮箱|微信|网址|传真|QQ)\s*[:：]")
_PAGE_NUMBER = r"\s*第?\s*[A-Z]?\d{0,3}[一二三四五六七八九十]{0,3}\s*版"
_JUMP_OUT = (
    rf"[（(【\[▼▲►]*\s*(?:下转|转|续见|详见|下接|紧转){_PAGE_NUMBER}"
    r"[^（）()。]{0,24}[）)】\]▼▲►]*"
)
_JUMP_IN = rf"[（(【\[▼▲◄]*\s*(?:上接|紧接|接|续){_PAGE_NUMBER}[^（）()。]{{0,40}}[）)】\]▼▲◄]*"
_JUMP_OUT_END = re.compile(rf"(?<=.)\s*(?=[（(【\[▼▲►]){_JUMP_OUT}$")
_JUMP_IN_START = re.compile(rf"(?=[（(【\[▼▲◄]){_JUMP_IN}\s*(?=.)")
_JUMP_OUT_LINE = re.compile(_JUMP_OUT)
_JUMP_IN_LINE = re.compile(_JUMP_IN)
_CAPTION = re.compile(
    r"(?:[▲▼◄►↑↓←→△◀▶]\s*\S.{3,150}|(?:图为|图①|图②|图[一二三四\d]|图片?说明|上图|下图|左图|右图|题图|组图|资料图|配图)[:：为，\s①②].{2,150})"
    r"|.{4,120}(?:(?:记者|通讯员|特约)\s*\S{2,8}\s*摄|\s\S{2,4}\s*[/／]?摄|资料图片?|供图|新华社发|视觉中国)[）)]?"
)
_CELL_BORDER = re.compile(r"\t+| {2,}|\u3000{2,}|\s*[|｜]\s*")
_CELL = re.compile(r"[^，。；：\s]{2,20}|")
_LONGEST_NOTE = 100
_LONGEST_ROW = 120
_LEAST_CELLS = 3


def furniture(block: Block) -> Block | None:
    """The block as a folio, a rule, a jump line or one of the paper's own credits; else None."""
    text = block.text
    if folio := metadata_from_folio(text):
        return replace(block, kind=Kind.FOLIO, folio=folio)
    if len(text) > _LONGEST_NOTE:
        return None
    if _JUMP_OUT_LINE.fullmatch(text):
        return replace(block, kind=Kind.FURNITURE, jumps_out=True)
    if _JUMP_IN_LINE.fullmatch(text):
        return replace(block, kind=Kind.FURNITURE, jumps_in=True)
    credit = _CREDIT.fullmatch(text) and not ends_sentence(text) and len(text) <= 60
    notice = _NOTICE.fullmatch(text) or _ADVERT.fullmatch(text)
    if _RULE.fullmatch(text) or credit or notice or _HOTLINE.fullmatch(text):
        return replace(block, kind=Kind.FURNITURE)
    return None


def without_adverts(blocks: list[Block]) -> list[Block]:
    """Lines with telephone numbers and addresses right below `广告` are furniture too."""
    settled: list[Block] = []
    in_advert = False
    for block in blocks:
        advert = _ADVERT.fullmatch(block.text) is not None
        in_advert = advert or (in_advert and not block.gap)
        if in_advert and not advert and _CONTACT.search(block.text):
            block = replace(block, kind=Kind.FURNITURE)  # noqa: PLW2901
        settled.append(block)
    return settled


def stated_at_the_top(blocks: Sequence[Block]) -> list[Block]:
    """The lines of a page's own head that name its editors, number or price."""
    head = takewhile(lambda block: block.kind in {Kind.FOLIO, Kind.FURNITURE}, blocks)
    return [block for block in head if _STATED.search(block.text)]


def is_jump_note(text: str) -> bool:
    """Whether `text` only says where an article goes on, or comes from."""
    bare = text.strip()
    return bool(_JUMP_OUT_LINE.fullmatch(bare) or _JUMP_IN_LINE.fullmatch(bare))


def is_caption(text: str) -> bool:
    """Whether the line stands below a picture."""
    return _CAPTION.fullmatch(text) is not None


def is_row(text: str) -> bool:
    """Whether the line is a table's row: three cells or more, wide gaps or bars between them."""
    if len(text) > _LONGEST_ROW or ends_sentence(text):
        return False
    narrow = text.split("\u3000")
    if len(narrow) >= _LEAST_CELLS and all(_CELL.fullmatch(cell) for cell in narrow):
        return True
    cells = [cell for cell in _CELL_BORDER.split(text) if cell]
    return len(cells) >= _LEAST_CELLS and max(map(len, cells)) <= _LONGEST_ROW // _LEAST_CELLS


def without_jump_notes(block: Block) -> Block:
    """Text without the jump notes at its ends."""
    start, end = 0, len(block.text)
    if match := _JUMP_IN_START.match(block.text):
        start = match.end()
    if match := _JUMP_OUT_END.search(block.text[max(start, end - 60) :]):
        end = match.start() + max(start, end - 60)
    if (start, end) == (0, len(block.text)) or start >= end:
        return block
    return replace(
        block,
        text=block.text[start:end],
        spans=cut_spans(block.spans, start, end),
        jumps_in=start > 0,
        jumps_out=end < len(block.text),
    )
