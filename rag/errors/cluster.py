"""Ingest on many machines: what of the cluster cannot be used."""

from __future__ import annotations

from rag.errors.base import InputError, YoujuError
from rag.errors.documents import DocumentError


class RayMissing(InputError):
    """The extra is not installed."""

    code = "ray_missing"
    message = "没有安装 Ray，用不了 --ray。"
    hint = "请运行 pip install 'youju[ray]'；或去掉 --ray，就在本机导入。"


class RayUnreachable(InputError):
    """There is no cluster at the address."""

    code = "ray_unreachable"
    message = "连不上 Ray 集群 {address}：{reason}。"
    hint = (
        "请确认集群已经启动（ray start --head），本机也在其中，各机器的 Ray 版本相同；"
        "地址写成 主机:端口，或写 local 在本机起几个进程。"
    )


class RayWorkersLost(YoujuError):
    """Workers go one after the other, or do not come."""

    code = "ray_workers_lost"
    http_status = 503
    message = "导入用的工作进程做不下去了：{reason}。"
    hint = "已经存好的不受影响。请看各机器的内存和 Ray 的日志，再运行同一条命令接着做。"


class RayWorkersDiffer(YoujuError):
    """Machines that would make different articles or vectors of the same file."""

    code = "ray_workers_differ"
    http_status = 503
    message = "集群里的有据不一样：{found}。"
    hint = "请在每台机器上装同一版本的有据，用同一个向量模型。"


class RayWorkerDied(DocumentError):
    """A file that ends the process that reads it."""

    code = "ray_worker_died"
    message = "读 {file} 的工作进程退出了 {times} 次。"
    hint = "多半是内存不够；请把文件分小，或去掉 --ray 在本机导入它。其余文件不受影响。"
