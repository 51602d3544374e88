"""Questions, commands and requests that cannot be served as they are."""

from __future__ import annotations

from rag.errors.base import InputError


class QuestionError(InputError):
    """A question that cannot be asked."""


class QuestionEmpty(QuestionError):
    """Nothing is left of the question once invisible characters are gone."""

    code = "question_empty"
    message = "问题是空的。"
    hint = "请输入一句要问的话。"


class QuestionTooLong(QuestionError):
    """Longer than the limit in settings."""

    code = "question_too_long"
    http_status = 413
    message = "问题有 {length} 个字，超过上限 {limit} 个字。"
    hint = "请把问题缩短；大段文字请先存为文章再提问。"


class BadEncoding(QuestionError):
    """Text with lone surrogates or other things that are not characters."""

    code = "bad_encoding"
    http_status = 400
    message = "文字里有无法识别的字符编码。"
    hint = "请用 UTF-8 编码重新发送。"


class BrowserMissing(InputError):
    """Pages are to be printed, and no browser is there to print them."""

    code = "browser_missing"
    message = "没有可用的浏览器，无法排印版面。"
    hint = "请安装：apt-get install chromium fonts-noto-cjk；再 pip install 'youju[dev]'。"


class ArticleMissing(InputError):
    """No article has this id."""

    code = "article_missing"
    http_status = 404
    message = "库里没有这篇文章：{article_id}"
    hint = "用 youju articles list 查看全部文章的编号。"


class CorrectionInvalid(InputError):
    """What a person wrote in place of an article's particulars cannot be used."""

    code = "correction_invalid"
    message = "这样更正不行：{reason}。"
    hint = "请改一改再保存；原来的内容没有动。"


class SetMissing(InputError):
    """No question set has this id."""

    code = "set_missing"
    http_status = 404
    message = "没有这个问题集：{set_id}"
    hint = "请刷新页面，另选一个；或重新上传。"


class RunMissing(InputError):
    """No run has this id."""

    code = "run_missing"
    http_status = 404
    message = "没有这次评测：{run_id}"
    hint = "它可能已被删除，请刷新页面。"


class JobMissing(InputError):
    """No job has this id, or it is too long ago."""

    code = "job_missing"
    http_status = 404
    message = "没有这个导入任务，或它已过期。"
    hint = "任务编号只在服务运行期间有效；用 GET /v1/articles 查看已存好的文章。"


class PreviewMissing(InputError):
    """The file that was looked at is stored or discarded by now."""

    code = "preview_missing"
    http_status = 404
    message = "这份预览已经不在了。"
    hint = "它已存入或放弃；需要的话请重新上传。"


class RunUnderway(InputError):
    """One evaluation at a time."""

    code = "run_underway"
    http_status = 409
    message = "已有一次评测正在进行。"
    hint = "请等它做完，或先停下它。"


class BadRequest(InputError):
    """A request whose shape is wrong."""

    code = "bad_request"
    message = "请求格式不对：{reason}"
    hint = "请对照 /docs 里的接口说明。"


class QuestionsOneSided(InputError):
    """A question set for calibration of which every question can be answered, or none."""

    code = "questions_one_sided"
    http_status = 422
    message = "这个问题集里只有一种问题（answerable 全为 {answerable}），选不出阈值。"
    hint = "请加上另一种问题：既要有文章答得了的，也要有答不了的。"


class UsageInvalid(InputError):
    """A command line that cannot be understood."""

    code = "usage_invalid"
    message = "{reason}"
    hint = "运行 {command} --help 查看用法。"


class MalformedBody(BadRequest):
    """A body that is not JSON, or not the kind of body that is expected."""

    code = "malformed_body"
    http_status = 400


class RouteMissing(BadRequest):
    """No such address."""

    code = "not_found"
    http_status = 404
    message = "没有这个地址：{path}"


class NoFeedback(BadRequest):
    """Nobody judged an answer yet."""

    code = "no_feedback"
    http_status = 404
    message = "还没有评价可以导出。"
    hint = "在回答下面点“答得好”或“答得不好”，评价就会记下来。"


class MethodNotAllowed(BadRequest):
    """The address is there, the method is not."""

    code = "method_not_allowed"
    http_status = 405
    message = "这个地址不接受 {method} 请求。"


class HostRefused(BadRequest):
    """The `Host` header names a machine that we are not (DNS rebinding)."""

    code = "host_refused"
    http_status = 400
    message = "请求里的主机名不被接受：{host}"
    hint = "请用 http://127.0.0.1 打开；其他主机名要写进设置 server.allowed_hosts。"


class OriginRefused(BadRequest):
    """Another site's page tried to write here."""

    code = "origin_refused"
    http_status = 403
    message = "来自其他网站的请求不被接受：{origin}"
    hint = (
        "请在有据自己的页面里操作；要让别的网页或程序使用 /v1，把它的来源写进设置"
        " server.allowed_origins；经代理访问，把对外的主机名写进 server.allowed_hosts。"
    )


class TokenRequired(BadRequest):
    """The server asks for a token, and the request has none or a wrong one."""

    code = "token_required"
    http_status = 401
    message = "需要访问口令。"
    hint = "请带上 Authorization: Bearer 口令，或在浏览器里打开 /?token=口令。"


class TooManyGuesses(BadRequest):
    """Wrong tokens came too often; the next is not even looked at."""

    code = "too_many_guesses"
    http_status = 429
    message = "口令试错的次数太多，请 {seconds} 秒后再试。"
    hint = "请核对口令；已登录的页面不受影响。"


class RouteClosed(BadRequest):
    """An address that reads files or fetches from elsewhere; shut for good."""

    code = "route_closed"
    http_status = 403
    message = "这个地址不开放：不读取本机文件，也不代取别处的内容。"


class BodyTooLarge(BadRequest):
    """More bytes than the limit in settings."""

    code = "too_large"
    http_status = 413
    message = "内容超过上限 {limit} MB。"
    hint = "请拆成较小的文件，或调大设置 server.upload_limit_mb。"
