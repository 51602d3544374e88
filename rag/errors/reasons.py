"""Why something failed, in Chinese, where the system or the standard library says it in English."""

from __future__ import annotations

import csv
import errno
import json
import re
import socket
import ssl
import tomllib
import zlib
from gzip import BadGzipFile

_SYSTEM = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "系统不允许",
    errno.EISDIR: "是目录，不是文件",
    errno.ENOTDIR: "路径中间有一段不是目录",
    errno.EEXIST: "已经有了",
    errno.ENOTEMPTY: "目录不是空的",
    errno.ENAMETOOLONG: "名字太长",
    errno.ELOOP: "符号链接绕成了圈",
    errno.EROFS: "只能读，不能写",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EFBIG: "文件太大",
    errno.EIO: "磁盘读写出错",
    errno.ENXIO: "没有这个设备",
    errno.ENODEV: "没有这个设备",
    errno.ESTALE: "网络盘的连接断了",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.EBUSY: "正被占用",
    errno.ETXTBSY: "正被占用",
    errno.EXDEV: "不在同一块磁盘上",
    errno.EINVAL: "系统不认得这样的写法",
    errno.ENOMEM: "内存不够",
    errno.EPIPE: "对方先关了",
    errno.ECONNREFUSED: "那里没有程序在听",
    errno.ECONNRESET: "连接断了",
    errno.ECONNABORTED: "连接断了",
    errno.ETIMEDOUT: "等得太久，没有回应",
    errno.EHOSTUNREACH: "到不了那台机器",
    errno.ENETUNREACH: "网络不通",
    errno.EADDRINUSE: "已有程序在用",
    errno.EADDRNOTAVAIL: "不是这台机器的地址",
}
_TOML_PLACE = re.compile(r"line (\d+),? col(?:umn)? (\d+)")


_KINDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((UnicodeDecodeError,), "不是 UTF-8 编码的文字"),
    ((EOFError, zlib.error), "压缩文件不完整"),
    ((csv.Error,), "不是完好的 CSV"),
    ((TypeError, AttributeError), "类型不对"),
)


def why(error: BaseException) -> str:
    """What the system says, in our words.

    A library's own words about what it was given are kept: nobody else knows what is wrong with
    a model or an index of its making.
    """
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行起不是 JSON"
    if isinstance(error, KeyError):
        return f"缺少 {error.args[0]}" if error.args[:1] else "缺少一项"
    if isinstance(error, tomllib.TOMLDecodeError) or hasattr(error, "col"):
        place = _TOML_PLACE.search(str(error))
        return f"第 {place[1]} 行第 {place[2]} 列写得不对" if place else "写法不完整"
    told = (words for known, words in _KINDS if isinstance(error, known))
    return next(told, str(error) or type(error).__name__)


def _of_system(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        passing = error.errno == socket.EAI_AGAIN
        return "暂时查不到这个主机的地址" if passing else "没有这个主机"
    if isinstance(error, ssl.SSLError):
        return "证书或私钥不对"
    if isinstance(error, BadGzipFile):
        return "不是完好的 gzip 文件"
    if error.errno is None:
        return str(error) or type(error).__name__
    return _SYSTEM.get(error.errno, f"系统错误 {error.errno}")
