"""Evaluations that would tell nothing, or write over another one."""

from __future__ import annotations

from rag.errors.base import InputError, YoujuError


class ReportTaken(InputError):
    """A folder holds the run or the report of another question set."""

    code = "report_taken"
    http_status = 409
    message = "{folder} 里放着另一个问题集（{held}）的评测，没有动它；这次评的是 {asked}。"
    hint = "请给 --report 换一个文件夹；确实不要那次评测了，就先删掉那个文件夹。"


class NothingToEvaluate(InputError):
    """The library has no article: every question would be refused."""

    code = "nothing_to_evaluate"
    http_status = 409
    message = "文章库是空的（{path}），评不出什么：每一题都只能拒答。"
    hint = "请先用 youju ingest 导入文章，或用 --data-dir 指向已有的文章库。"


class PeerFailed(YoujuError):
    """A system that is compared failed in its process; `reason` is in its own words."""

    code = "peer_failed"
    http_status = 503
    message = "参加比较的一个系统中途出错：{reason}"
    hint = "请看这句话说的原因；缺的模型或软件包补上后，再运行 youju benchmark peers。"
