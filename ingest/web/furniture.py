"""What a web page has around its article: menus, trails, related links, teasers, share buttons."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from ingest.web.lines import leads_to_file
from ingest.web.main import stands_in
from ingest.web.tables import WebLine
from ingest.web.tree import names_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TAGS = frozenset({"nav", "footer", "aside", "menu"})
_ROLES = frozenset(
    {"navigation", "contentinfo", "complementary", "search", "banner", "menu", "dialog"}
)
_NAMED = (
    "nav navbar navigation menu breadcrumb breadcrumbs crumb crumbs bread mbx dqwz weizhi curpos "
    "position sidebar aside footer foot bottom copyright related relate relevant recommend "
    "recommended recommends recom tuijian hot hotnews rank ranking comment comments reply replies "
    "pinglun share shares bdshare jiathis sharebox pager pagination paging prevnext prenext qrcode "
    "ewm erweima qr ad ads advert adv gg login toolbar tags disclaimer statement subscribe "
    "newsletter widget popup modal cookie bdsharebuttonbox sns friendlink friendlinks links toplist"
)
_NAMES = frozenset(_NAMED.split())
_TRAIL = re.compile(
    r"(?:[您你]?(?:的|现在的?|当前的?|所在的?)?(?:当前)?(?:所在)?位置)\s*(?:是|[:：])"
    r"|(?:首页|主页|本站首页|网站首页)\s*(?:[>》›»/|—\-]|&gt;)|^(?:首页|主页)\s*[>》›»]"
)
_ABOUT_OTHERS = re.compile(
    r"[#\s【\[■◆●▍|丨]*(?:"
    r"相关(?:阅读|新闻|文章|链接|推荐|报道|内容|稿件|资讯|信息|专题|主题|文档|文件|热词|搜索)"
    r"|(?:推荐|延伸|扩展|猜你喜欢|为您推荐|为你推荐|精彩推荐|热门推荐|热点推荐|编辑推荐|今日推荐)(?:阅读|新闻|文章|内容)?"
    r"|(?:热门|热点|最新|头条|更多|精彩|往期|本类|本周|今日)(?:文章|新闻|资讯|内容|阅读|推荐|精彩|回顾|专题|评论|排行|图片|视频|信息)"
    r"|(?:点击|阅读|新闻|热门|热点|周|日|月|文章)?排行榜?|大家(?:都)?在(?:看|搜)|猜你(?:喜欢|想看)|换一[批换]"
    r"|(?:网友|最新|热门|精彩)?(?:评论|跟帖|留言)(?:区|列表)?|友情链接|分享到|扫一扫.{0,12}|上一篇|下一篇"
    r")[】\]\s:：>》»]*(?:更多|more|换一[批换])?\s*[>》»]*"
)
_FURNITURE_LINE = re.compile(
    r"(?:[【\[（(]?(?:上一篇|下一篇|上一条|下一条|前一篇|后一篇|上一页|下一页)[】\]）)]?\s*[:：].*"
    r"|.{0,6}(?:分享到|分享至|转发到|分享文章)\s*[:：]?.{0,40}|(?:打印|关闭|收藏|返回|纠错|举报|点赞|分享|复制链接|阅读原文|查看原文"
    r"|查看更多|点击查看更多|展开全文|展开剩余.{0,6}|返回顶部|返回列表|返回首页|加入收藏|打印本页|打印本文|关闭窗口|关闭本页|我要纠错|字体|字号"
    r"|大|中|小|特大|默认|朗读|听新闻|T|A|[+\-]|[|｜/·\[\]【】（）()\s:：])+"
    r"|(?:微信)?扫(?:一扫|码|描二维码).{0,24}|长按.{0,6}二维码.{0,16}|.{0,8}关注(?:该|我们的?|本)?公众号.{0,12}"
    r"|继续滑动看下一个|轻触阅读原文|预览时标签不可点|喜欢此内容的人还喜欢|(?:点击|阅读|浏览)(?:次数|量|数)?\s*[:：]?\s*\d*次?"
    r"|(?:京|沪|粤|苏|浙|鲁|川|渝|湘|鄂|皖|闽|赣|豫|冀|晋|陕|甘|辽|吉|黑|桂|云|贵|琼|蒙|宁|青|新|藏|津)ICP[备证].{0,60}"
    r"|.{0,20}公网安备.{0,40}|Copyright.{0,120}|.{0,30}©.{0,100}|版权所有.{0,60}|网站标识码.{0,40}"
    r"|(?:您?当前的?位置|您的位置|您所在的位置|当前所在位置|你的位置).{0,80}|(?:首页|主页)\s*[>》›»].{0,80}"
    r"|本文(?:来自|转载自)?.{0,20}(?:不代表本(?:站|网|平台)(?:观点|立场)).{0,40})",
    re.IGNORECASE,
)
_ATTACHMENT = re.compile(r"^\s*附\s*件")
_SENTENCE_MARK = re.compile("[。！？；]")
_INLINE = frozenset({"span", "b", "strong", "em", "i", "font"})
_MOST_PROSE = 0.5
_LINKED = 0.75
_TEASERS = 3
_LEAST_LINKS = 3
_LONGEST_HEADING = 24
_MORE = 8
_CONTAINERS = (
    "div section article ul ol dl table tr td p nav footer aside header menu form span center "
    "h2 h3 h4"
)
_HEADING_TAGS = "h2 h3 h4 h5 h6 div p span b strong dt"
_LONGEST_TEASER = 220
_LONGEST_TRAIL = 120


def drop_furniture(body: HtmlElement) -> None:
    """Take out what stands around the article.

    Nothing that holds half of the page's running text is furniture, whatever its name.
    """
    measured = _Measured(body)
    for element in list(body.iter(*_CONTAINERS.split())):
        if element is body or measured.is_main(element) or not stands_in(element, body):
            continue
        if _is_named(element) or _is_trail(element, measured) or measured.is_links(element):
            element.drop_tree()
    for heading in list(body.iter(*_HEADING_TAGS.split())):
        short = measured.length[heading] <= _LONGEST_HEADING and stands_in(heading, body)
        if short and _ABOUT_OTHERS.fullmatch(_text(heading)):
            _drop_others(heading, body, measured)
    for parent in list(body.iter("ul", "ol", "div", "section", "dl")):
        if stands_in(parent, body):
            _drop_teasers(parent, measured)


class _Measured:
    """Characters below every element of a page, counted once.

    Attributes:
        length: of all text; `links`: of links; `prose`: of running text that is no link.
        files: whether a link to a file stands in it.
        count: of links.
    """

    def __init__(self, body: HtmlElement) -> None:
        self.length: dict[HtmlElement, int] = defaultdict(int)
        self.links: dict[HtmlElement, int] = defaultdict(int)
        self.prose: dict[HtmlElement, int] = defaultdict(int)
        self.count: dict[HtmlElement, int] = defaultdict(int)
        self.files: set[HtmlElement] = set()
        self._all = 0
        from lxml import etree

        for _, element in etree.iterwalk(body, events=("end",)):
            if isinstance(element.tag, str):
                self._measure(element)
        self._all = self.prose[body]

    def is_main(self, element: HtmlElement) -> bool:
        """Whether half of the page's running text stands in it."""
        return self._all > 0 and self.prose[element] >= _MOST_PROSE * self._all

    def is_links(self, element: HtmlElement) -> bool:
        """Whether it is links and next to nothing else; attachments are no such list."""
        if self.count[element] < _LEAST_LINKS or element in self.files or self.prose[element]:
            return False
        full = self.links[element] >= _LINKED * self.length[element]
        return full and not _ATTACHMENT.match(_text(element))

    def _measure(self, element: HtmlElement) -> None:
        is_link = element.tag == "a"
        own = [element.text or "", *(child.tail or "" for child in element)]
        self.length[element] += sum(len("".join(text.split())) for text in own)
        self.prose[element] += sum(len(text) for text in own if _SENTENCE_MARK.search(text))
        for child in element:
            if isinstance(child.tag, str):
                self.length[element] += self.length[child]
                self.prose[element] += self.prose[child]
                self.links[element] += self.links[child]
                self.count[element] += self.count[child]
                if child in self.files:
                    self.files.add(element)
        if is_link:
            self.links[element], self.prose[element] = self.length[element], 0
            self.count[element] = 1
            if leads_to_file(element):
                self.files.add(element)


def is_furniture_line(line: WebLine) -> bool:
    """Whether a line is a button, a notice of the site, or leads to the next article."""
    text = line.text.lstrip("# ")
    return _FURNITURE_LINE.fullmatch(text) is not None or (
        _ABOUT_OTHERS.fullmatch(text) is not None
    )


def _is_named(element: HtmlElement) -> bool:
    if element.tag in {"html", "body", "article", "main"}:
        return False
    if element.tag == "form" and element.find(".//input[@type='password']") is not None:
        return True
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return not (element.tag == "footer" and element.getparent().tag == "blockquote")
    return bool(_NAMES & {*names_of(element)}) and not _SENTENCE_MARK.search(_own_text(element))


def _is_trail(element: HtmlElement, measured: _Measured) -> bool:
    """Whether it says where on the site the page is."""
    if measured.length[element] > _LONGEST_TRAIL:
        return False
    text = _text(element)
    return _TRAIL.search(text[:30]) is not None and not _SENTENCE_MARK.search(text)


def _drop_others(heading: HtmlElement, body: HtmlElement, measured: _Measured) -> None:
    """A heading such as `相关阅读`, with the lists of links below it."""
    parent = heading.getparent()
    while (
        parent is not None
        and parent is not body
        and parent.tag not in {"article", "main"}
        and measured.length[parent] <= measured.length[heading] + _MORE
    ):  # alone in its own box
        heading, parent = parent, parent.getparent()
    for following in list(heading.itersiblings()):
        if not isinstance(following.tag, str):
            continue
        linked, length = measured.links[following], measured.length[following]
        if length and (linked < length / 3 or measured.is_main(following)):
            break
        following.drop_tree()
    if heading.getparent() is not None:
        heading.drop_tree()


def _drop_teasers(parent: HtmlElement, measured: _Measured) -> None:
    """Cards that each lead to another article: several alike, beginning with a link or a date."""
    cards = [
        child
        for child in parent.iterchildren("li", "div", "dl", "article", "section")
        if measured.length[child] <= _LONGEST_TEASER and measured.count[child] and _is_teaser(child)
    ]
    alike = [card for card in cards if card.tag == cards[0].tag]
    if len(alike) < _TEASERS or measured.is_main(parent):
        return
    for card in alike:
        card.drop_tree()


def _is_teaser(element: HtmlElement) -> bool:
    link = next(iter(element.iter("a")), None)
    text = _text(element)
    if link is None or leads_to_file(link) or _ATTACHMENT.match(text):
        return False
    title, owner = _text(link), link.getparent()
    apart = owner is not element and owner.tag not in _INLINE and _text(owner) == title
    return apart and len(title) >= 6 and text.find(title) <= 24


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _own_text(element: HtmlElement) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)])
