"""Web pages in the manner of ten families of sites, around the same made-up article."""

from __future__ import annotations

from dataclasses import dataclass

TITLE = "柏溪镇新建三座小水闸"
PARAGRAPHS = (
    "柏溪镇的三座小水闸上周完工，下游四个村的稻田今后可以轮流引水，不必再等上游放闸。",
    "镇水利站站长说，工程从去年2018年3月2日开始筹备，先后开过六次村民会，热线0519-20180302一直有人接听。",
    "三座水闸共花去一百零六万元，其中村民自筹十二万元，其余由县里和镇里各出一半，账目贴在村口。",
    "看闸人由各村推选，每年一换，闸门钥匙两把，一把在村里，一把在镇水利站，缺一不可开闸。",
)
_BODY = "".join(f"<p>　　{text}</p>" for text in PARAGRAPHS)
_OTHERS = "".join(
    f"<li><a href='/n/{n}.html'>别处的新闻标题第{n}条写在这里</a><span>2021-0{n}-1{n}</span></li>"
    for n in range(1, 6)
)
_CARDS = "".join(
    f"<div class='card'><h4><a href='/c/{n}'>另一篇文章的标题之{n}</a></h4>"
    f"<p>另一篇文章的提要，说的是隔壁县第{n}座桥的事。</p></div>"
    for n in range(1, 5)
)


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page and what should be read of it."""

    family: str
    html: str
    date: str | None = "2022-07-04"
    newspaper: str | None = "柏溪日报"


def _page(head: str, body: str) -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"
    )


def _title(full: str) -> str:
    return f"<title>{full}</title>"


SITE_PAGES = (
    SitePage(  # the root of the text is hidden until a script runs; no day in the page
        "messenger article",
        _page(
            f"{_title(TITLE)}<meta property='og:title' content='{TITLE}'>",
            f"<div id='img-content'><h1 class='rich_media_title'>{TITLE}</h1>"
            "<div id='meta_content'><a id='js_name'>柏溪发布</a><em id='publish_time'></em></div>"
            "<div class='rich_media_content' id='js_content' "
            "style='visibility: hidden; opacity: 0; '>"
            f"<section>{_BODY}</section><p style='display:none'>埋下的字。</p></div></div>"
            "<div class='qr_code_pc'><p>微信扫一扫</p><p>关注该公众号</p></div>",
        ),
        date=None,
        newspaper=None,
    ),
    SitePage(
        "news portal",
        _page(
            f"{_title(f'{TITLE}_新闻频道_柏溪网')}"
            "<meta property='article:published_time' content='2022-07-04T09:12:00+08:00'>",
            "<div class='nav'><a href='/'>首页</a><a href='/s'>社会</a><a href='/t'>体育</a></div>"
            f"<div class='wrap'><h1>{TITLE}</h1><div class='info'>2022-07-04 09:12:00　来源: "
            "<a href='/s'>柏溪日报</a> <a href='/c'>举报</a></div>"
            f"<div class='post_body'>{_BODY}</div>"
            "<div class='next'><h3>阅读下一篇</h3><p>隔壁县的桥修好了，"
            "通车那天去了许多人。</p></div>"
            f"</div><div class='sidebar'><ul>{_OTHERS}</ul></div>",
        ),
    ),
    SitePage(
        "paper's site with a trail",
        _page(
            _title(f"{TITLE}--柏溪频道--大河网"),
            "<div>您当前的位置：<a href='/'>大河网</a> &gt; <a href='/x'>柏溪频道</a>"
            " &gt; 正文</div>"
            f"<h1>{TITLE}</h1><div class='sub'>2022年07月04日08:15&nbsp;&nbsp;来源：柏溪日报</div>"
            f"<div class='content'>{_BODY}</div><div class='edit'>(责编：何二、吕三)</div>"
            f"<h3>相关新闻</h3><ul>{_OTHERS}</ul>",
        ),
    ),
    SitePage(
        "government notice with a table of contents",
        _page(
            f"{_title(f'{TITLE}_通知公告_柏溪县人民政府')}"
            f"<meta name='ArticleTitle' content='{TITLE}'>"
            "<meta name='PubDate' content='2022-07-11 10:00'>"
            "<meta name='ContentSource' content='柏溪日报'>",
            "<table><tr><td>索引号：</td><td>0020-2022-00017</td>"
            "<td>成文日期：</td><td>2022年07月04日</td></tr>"
            "<tr><td>发文字号：</td><td>柏政发〔2021〕17号</td>"
            "<td>发布日期：</td><td>2022年07月11日</td></tr>"
            f"</table><div id='zoom'>{_BODY}</div>"
            "<div>【<a href='javascript:window.print()'>打印本页</a>】"
            "【<a href='#'>关闭窗口</a>】</div>",
        ),
    ),
    SitePage(
        "bulletin whose address tells the day",
        _page(
            f"{_title(TITLE)}<link rel='canonical' "
            "href='https://www.baixi.example/art/202207/t20220704_88012.html'>",
            f"<div class='title'>{TITLE}</div><div class='con'>{_BODY}</div>"
            "<div class='bottom'>版权所有 © 2016-2020 柏溪县 京ICP备20190101号</div>",
        ),
        newspaper=None,
    ),
    SitePage(
        "magazine with JSON-LD",
        _page(
            f"{_title(f'{TITLE} | 水土杂志')}<script type='application/ld+json'>"
            '{"@type":"NewsArticle","headline":"'
            + TITLE
            + '","datePublished":"2022-07-04T20:00:00+08:00",'
            '"author":{"@type":"Person","name":"严平"}}</script>',
            f"<header><a href='/'>水土杂志</a></header><article><h1>{TITLE}</h1>{_BODY}</article>"
            f"<section class='related'>{_CARDS}</section>",
        ),
        newspaper=None,
    ),
    SitePage(
        "blog with time and comments",
        _page(
            _title(f"{TITLE} - 老严的博客"),
            "<ul class='list'><li><time datetime='2021-01-01'>2021-01-01</time></li></ul>"
            f"<main><h1>{TITLE}</h1><time datetime='2022-07-04T08:00'>7月4日</time>{_BODY}</main>"
            "<div class='comments'><div class='comment'><time datetime='2022-08-01'>8月1日</time>"
            "<p>读者甲：去年我也去看过，水闸边上的路还没有修好，下雨天很滑，大家要当心。</p></div></div>",
        ),
        newspaper=None,
    ),
    SitePage(
        "broken page that ends twice",
        _page(
            _title(f"{TITLE}－柏溪在线"),
            f"<h1>{TITLE}</h1></body></html><div class='ly'>来源：柏溪日报　2022-07-04 07:30</div>"
            f"<div>{_BODY}</div></body>",
        ),
    ),
    SitePage(
        "layout of tables",
        _page(
            _title(TITLE),
            "<table width='760'><tr><td><a href='/'>首页</a> | <a href='/a'>新闻</a> | "
            "<a href='/b'>政务</a></td></tr>"
            f"</table><table><tr><td><b>{TITLE}</b></td></tr>"
            "<tr><td>发布时间：2022-7-4　来源：柏溪日报</td></tr>"
            f"<tr><td>{'<br>　　'.join(PARAGRAPHS)}</td></tr></table>",
        ),
    ),
    SitePage(
        "lazy page whose text stands in noscript",
        _page(
            f"{_title(f'{TITLE}_柏溪头条')}<meta name='publishdate' content='20220704'>",
            "<div id='app'></div><noscript><h1>" + TITLE + f"</h1>{_BODY}</noscript>"
            "<footer>联系电话：0519-20200101</footer>",
        ),
        newspaper=None,
    ),
)
