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


class CollectionMissing(InputError):
    """No collection has this name or id."""

    code = "collection_missing"
    http_status = 404
    message = "没有这个文集：{name}"
    hint = "已有的文集见文章页、youju collections list 或 GET /v1/collections；也可以新起一个。"


class CollectionExists(InputError):
    """Another collection has this name."""

    code = "collection_exists"
    http_status = 409
    message = "已经有名为“{name}”的文集。"
    hint = "请换一个名称，或直接用它。"


class CollectionInUse(InputError):
    """A collection that has to stay: articles are in it, or it is the default one."""

    code = "collection_in_use"
    http_status = 409
    message = "不能删除文集“{name}”：{reason}。"
    hint = "请先指定把文章移到哪个文集（命令行用 --move-to）；默认文集只能改名。"


class NameInvalid(InputError):
    """What cannot be the name of a collection or a tag."""

    code = "name_invalid"
    message = "这个名称不能用：{reason}。"
    hint = "请用一行文字，最多 {limit} 个字。"


class NothingChosen(InputError):
    """Articles were to be changed, and none was named."""

    code = "nothing_chosen"
    message = "没有指定文章。"
    hint = "请写出文章编号，或用筛选条件（如 --collection、--newspaper）选出文章。"


class NotInBin(InputError):
    """The bin has no article of this id."""

    code = "not_in_bin"
    http_status = 404
    message = "回收站里没有这篇文章：{article_id}"
    hint = "用 youju articles bin 查看回收站；移除超过 30 天的不能恢复，可重新导入它的源文件。"


class ArticleInPlace(InputError):
    """What is to be put back has an id that another article took meanwhile."""

    code = "article_in_place"
    http_status = 409
    message = "不能恢复：另一个文件的文章已在用编号 {article_id}。"
    hint = "请先移除那一篇，再恢复这一篇。"


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
    message = "没有这个任务，或它已过期。"
    hint = "请用 GET /v1/jobs 看有哪些任务；存好的文章在 GET /v1/articles。"


class JobOver(InputError):
    """A job is not in a state in which this can be done with it."""

    code = "job_over"
    http_status = 409
    message = "这个任务现在不能这样做：{reason}。"
    hint = "请刷新任务列表，看看它现在怎样了。"

    def __init__(self, reason: str = "它已经结束，或不能中途停下") -> None:
        super().__init__(reason=reason)


class JobNotRetryable(InputError):
    """A job ended well, or what it needs is gone."""

    code = "job_not_retryable"
    http_status = 409
    message = "这个任务不能重试：它已经做完，还在进行，或文件已不在了。"
    hint = "要再导入，请重新上传文件。"


class PreviewMissing(InputError):
    """The file that was looked at is stored or discarded by now."""

    code = "preview_missing"
    http_status = 404
    message = "这份预览已经不在了。"
    hint = "它已存入或放弃；需要的话请重新上传。"


class DraftMissing(InputError):
    """No draft of a question has this id."""

    code = "draft_missing"
    http_status = 404
    message = "没有这个草稿：{draft_id}"
    hint = "它可能已存进问题集，请刷新页面。"


class DraftUnusable(InputError):
    """What was written makes no question."""

    code = "draft_unusable"
    http_status = 422
    message = "这样改不成一道题：{reason}"
    hint = "请改一改再存；原来的草稿没有动。"


class NothingToDraft(InputError):
    """No article has a sentence that can be asked back."""

    code = "nothing_to_draft"
    http_status = 422
    message = "这些文章里没有拟得出新问题的句子。"
    hint = "请先导入文章；已经拟过、拒绝过的不会再拟。"


class SetBundled(InputError):
    """The set that comes with the program is neither renamed nor deleted."""

    code = "set_bundled"
    http_status = 409
    message = "这个问题集是程序自带的，不能改名，也不能删除。"
    hint = "可以另外上传自己的问题集。"


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


class ResponseFormatUnsupported(BadRequest):
    """OpenAI's `response_format` asks for a form that no answer keeps to."""

    code = "response_format_unsupported"
    http_status = 400
    message = "回答给不了这种格式：{reason}。"
    hint = "可用 text、json_object，或字段都是回答的 JSON 里有的 json_schema（见 /docs）。"


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
    hint = "请带上 Authorization: Bearer {shown}，或在浏览器里{otherwise}。"

    def __init__(self, *, users: bool = False) -> None:
        if users:
            super().__init__(
                shown="自己的令牌（在账户页领）", otherwise="打开首页，用用户名和密码登录"
            )
        else:
            super().__init__(shown="口令", otherwise="打开 /?token=口令")


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


class UploadMissing(InputError):
    """No upload in parts has this id, or it was given up."""

    code = "upload_missing"
    http_status = 404
    message = "没有这个分段上传，或它放得太久已经清掉了。"
    hint = "请用 POST /v1/uploads 重新开始；没传完的只留一天。"


class UploadTooLarge(InputError):
    """A file is larger than may come in parts."""

    code = "upload_too_large"
    http_status = 413
    message = "文件太大：最多 {limit} MB。"
    hint = "请把文件分小，或把设置 server.large_upload_mb 调大。"


class TooManyUploads(InputError):
    """Too many uploads in parts are under way."""

    code = "too_many_uploads"
    http_status = 429
    message = "没传完的大文件太多，已有 {count} 个。"
    hint = "请先传完或放弃几个；没人接着传的一天后自动清掉。"


class PartInvalid(InputError):
    """A part that the file does not have, or of another size."""

    code = "part_invalid"
    http_status = 422
    message = "这一段不能用：{reason}。"
    hint = "请用 GET /v1/uploads/{{upload_id}} 看每段多大、还缺哪几段。"


class PartsMissing(InputError):
    """An upload is to be finished before all of it is here."""

    code = "parts_missing"
    http_status = 409
    message = "还缺 {count} 段，没有传完。"
    hint = "请把缺的几段传上来，再完成。"
