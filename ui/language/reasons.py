"""What stands inside messages of errors, said by rooms that know nothing of languages.

`{}` stands for what differs. A reason that is not here stays Chinese in an English message.
"""

from __future__ import annotations

from rag.settings.model_sections import ChooserSettings
from rag.wording.choosing import away_note
from ui.language import message
from ui.language.retelling import retold


def reason(said: str) -> str:
    """A reason in the language of the request, if it is one of ours."""
    around = retold(said, _AROUND, _inner)
    return retold(said, _REASONS, str) if around == said else around


def _inner(said: str) -> str:
    return retold(said, (*_REASONS, *_AROUND), str)


def away(settings: ChooserSettings) -> str:
    """That text leaves the machine, and to where; empty where it does not."""
    return retold(away_note(settings), _AWAY, str)


_AWAY = (
    message(
        "提问时，问题和查到的句子会交给本机上的另一个程序 {}（模型 {}）挑选，它会不会再往外发，"
        "要看那个程序；引文仍逐字出自你的文章。"
    ),
    message(
        "提问时，问题和查到的句子会离开本机，发往 {}（模型 {}），由它挑选；引文仍逐字出自你的文章。"
    ),
)
_REASONS = (
    # rights, jobs, requests
    message("访客"),
    message("读者"),
    message("编辑"),
    message("管理员"),
    message("（没有写）"),
    message("它已经结束，或不能中途停下"),
    message("还没有结束，请先取消"),
    message("这次评测还在进行，请先停下它。"),
    message("这次评测里没有这一题"),
    message("这次评测里没有这一题该引的段落"),
    message("{}，没有一题相同"),
    message("两次评测的问题集不同，或还没有做完"),
    message("名字是空的"),
    message("页面发来的内容不合要求"),
    message("不是合法的 JSON。"),
    message("读不懂请求体。"),
    message("表单里没有名为 files 的文件"),
    message("没有写要改什么：role、password 至少写一样"),
    message("没有写要做什么：collection、add_tags、remove_tags 至少写一样"),
    message("设置 team.public_shares 没有允许不登录就看的分享"),
    message("最后一条消息应当是 user 的"),
    message("最后一条消息里没有文字；图片和文件读不了"),
    message("自己的令牌（在账户页领）"),
    message("打开首页，用用户名和密码登录"),
    message("口令"),
    message("打开 /?token=口令"),
    message("type 应为 text、json_object 或 json_schema"),
    message("json_schema.schema 应为 JSON 对象"),
    message("$defs 应为 JSON 对象"),
    message("json_schema 太大，或嵌套太深"),
    message("请求体：{}"),
    message("{}：缺少这一项"),
    message("{}：没有这一项"),
    message("{}：应为文字"),
    message("{}：应为列表"),
    message("{}：应为整数"),
    message("{}：应为 JSON 对象"),
    message("{}：太小"),
    message("{}：太大"),
    message("{}：太长"),
    message("{}：太短"),
    message("{}：不是可选的值"),
    message("{}：应为写成 2024-03-05 的日期"),
    message("{}：不合要求"),
    # names, users, quotas
    message("它是空的"),
    message("是空的"),
    message("里面有看不见的字符"),
    message("里面有空格或看不见的字符"),
    message("里面有 / 或 \\，或者只有点"),
    message("它有 {} 个字，太长了"),
    message("有 {} 个字"),
    message("只有一个字反复写"),
    message("它是默认文集"),
    message("文章不能移到它自己里"),
    message("里面有 {} 篇文章"),
    message("对话记录"),
    message("分享"),
    # corrections
    message("标题不能是空的"),
    message("作者不能超过 {} 位"),
    message("认不出日期“{}”，请写成 2024-05-20 这样"),
    message("没有第 {} 段"),
    message("第 {} 段没有这个接合处"),
    message("一篇文章至少要留一段，也不能移给自己"),
    message("内容太长，最多 {} 个字"),
    # files
    message("二进制数据"),
    message("另一种 Office 文件"),
    message("不是普通文件"),
    message("解析程序中止：{}"),
    message("产出超过 {} MB"),
    message("内存超过 {} MB"),
    message("超过 {} MB"),
    message("超过 {} 字"),
    message("超过 {} 页"),
    message("超过 {} 万格"),
    message("有 {} 页，上限 {} 页"),
    message("图片有 {} 个像素"),
    message("嵌套超过 {} 层"),
    message("有密码"),
    message("有密码，请先去掉"),
    message("有版权保护，读不出文字"),
    message("含有 DOCTYPE 或实体声明"),
    message("含有不常见的编码声明"),
    message("不是 Word 文档"),
    message("不是完好的 Word 文档"),
    message("不是完好的 RTF 文件"),
    message("RTF 文件不完整"),
    message("不是完好的图片"),
    message("不是完好的 PDF"),
    message("PDF 里没有页"),
    message("不是完好的邮件或单一网页文件"),
    message("分段太多"),
    message("里面没有网页"),
    message("网页里没有内容"),
    message("页面上没有文字，多半是扫描件；请另存为 PDF"),
    message("LibreOffice 读不了它"),
    message("不是完好的压缩包"),
    message("有 {} 个文件，上限 {}"),
    message("解开有 {} MB，上限 {} MB"),
    message("压缩比超过 {} 倍"),
    message("{} 与清单不符"),
    message("文件名指向压缩包之外"),
    message("有不允许的文件名或链接"),
    message("有重名的文件"),
    message("不是一个对象"),
    message("没有答案或问题"),
    message("没有 text（正文）"),
    message("正文里有不能保存的字符"),
    message("缺少 text（正文）"),
    message("有不是 UTF-8 的字节"),
    message("不是 JSON 对象"),
    message("不是可用的 XLSX 文件"),
    message("解开后太大"),
    message("里面没有问题"),
    # web pages, uploads, disks
    message("不是公网地址"),
    message("不是 http 或 https"),
    message("带有用户名或密码"),
    message("没有这个主机"),
    message("写法不对"),
    message("没有传完"),
    message("转到别处而没说哪里"),
    message("转了 {} 次还没到"),
    message("对方回答 {}"),
    message("这个文件只有 {} 段，从 0 数起"),
    message("第 {} 段应有 {} 字节"),
    message("它的另一段正在写入，请稍后再传"),
    message("写入失败：磁盘出错，或超出配额"),
    message("不是有据的文章库"),
    message("文章 {} 没有来源"),
    message("这个设置文件的写法改不了，请用编辑器改"),
    # what the system says: `rag/errors/reasons.py`
    message("没有这个文件或目录"),
    message("没有权限"),
    message("系统不允许"),
    message("是目录，不是文件"),
    message("路径中间有一段不是目录"),
    message("已经有了"),
    message("目录不是空的"),
    message("名字太长"),
    message("符号链接绕成了圈"),
    message("只能读，不能写"),
    message("磁盘满了"),
    message("磁盘配额用完了"),
    message("文件太大"),
    message("磁盘读写出错"),
    message("没有这个设备"),
    message("网络盘的连接断了"),
    message("打开的文件太多"),
    message("正被占用"),
    message("不在同一块磁盘上"),
    message("系统不认得这样的写法"),
    message("内存不够"),
    message("对方先关了"),
    message("那里没有程序在听"),
    message("连接断了"),
    message("等得太久，没有回应"),
    message("到不了那台机器"),
    message("网络不通"),
    message("已有程序在用"),
    message("不是这台机器的地址"),
    message("系统错误 {}"),
    message("不是 UTF-8 编码的文字"),
    message("压缩文件不完整"),
    message("不是完好的 CSV"),
    message("类型不对"),
    message("第 {} 行起不是 JSON"),
    message("缺少 {}"),
    message("第 {} 行第 {} 列写得不对"),
    message("写法不完整"),
    message("证书或私钥不对"),
    message("不是完好的 gzip 文件"),
    # SQLite, the data directory
    message("打不开"),
    message("内容坏了"),
    message("不是数据库文件"),
    message("里面缺少应有的表或列"),
    message("SQLite 错误 {}"),
    message("它是一个文件，不是文件夹"),
    message("{} 是一个文件"),
)
_AROUND = (
    message("索引：{}"),
    message("有记录读不出：{}"),
    message("读不了设置文件：{}"),
    message("读不了口令文件：{}"),
    message("TLS 证书或私钥不能用（{}）"),
    # forms of replies (`ui/api/response_format.py`); what ends alike comes after what says more
    message("整个回答"),
    message("{}可能是 {}"),
    message("{}里没有 {} 这一项"),
    message("{}里一项也不要"),
    message("{}还可能是别的值"),
    message("{}：properties 或 required 写得不对"),
    message("{}：anyOf 应为列表"),
    message("{}的 {} 保证不了"),
    message("{}：anyOf 里每种类型只能有一个"),
    message("{}的 schema 应为 JSON 对象"),
    message("{}的 $ref 应指向 $defs 里的一项"),
    message("{}的 $ref 绕成了圈"),
    message("{}的一项"),
)
"""What has another reason in it, or the name of a place."""
