"""Options by which a verb is told which articles are meant."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from rag.data_model.answers import Filters
from rag.errors import UsageInvalid, YoujuError
from rag.library.shelf_names import shelf_name
from ui.options import Options

ALL = Filters()
"""What a verb `by_filters` is given where no option is written."""

ArticleIds = Annotated[
    list[str] | None, typer.Argument(metavar="[ID…]", help="文章编号，见 youju articles list。")
]
InCollection = Annotated[
    list[str] | None,
    typer.Option("--collection", metavar="文集", help="只要这个文集里的，可写多次。"),
]
WithTag = Annotated[
    list[str] | None, typer.Option("--tag", metavar="标签", help="只要有这个标签的，可写多次。")
]
OfNewspaper = Annotated[
    str | None, typer.Option("--newspaper", metavar="报纸", help="只要这份报纸的。")
]
OfAuthor = Annotated[str | None, typer.Option("--author", metavar="作者", help="只要这位作者的。")]
FromDay = Annotated[
    str | None, typer.Option("--from", metavar="日期", help="从这一天起，写成 2024-03-05。")
]
ToDay = Annotated[
    str | None, typer.Option("--to", metavar="日期", help="到这一天止，写成 2024-03-05。")
]


def filters_of(
    context: typer.Context,
    *,
    collections: InCollection = None,
    tags: WithTag = None,
    newspaper: OfNewspaper = None,
    author: OfAuthor = None,
    first: FromDay = None,
    last: ToDay = None,
) -> Filters:
    """The filters that options name.

    Raises:
        NameInvalid: no collection or tag can be called so.
        UsageInvalid: what should be a day is none, or a value is empty: that of a variable which
            was never set would choose more than was meant.
    """
    from ui.api.wire import FiltersBody

    given = {"--newspaper": newspaper, "--author": author, "--from": first, "--to": last}
    for name, value in given.items():
        if value is not None and not value.strip():
            raise UsageInvalid(reason=f"{name} 的取值是空的。", command=context.command_path)

    try:
        return FiltersBody(
            collections=tuple(map(shelf_name, collections or ())),
            tags=tuple(map(shelf_name, tags or ())),
            newspaper=newspaper,
            author=author,
            date_from=first,
            date_to=last,
        ).filters
    except ValidationError as error:
        names = {"date_from": "--from", "date_to": "--to"}
        place = str(error.errors()[0]["loc"][0])
        reason = f"{names.get(place, f'--{place}')} 的取值不对。"
        raise UsageInvalid(reason=reason, command=context.command_path) from error


def by_filters(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb with the options of `filters_of` in the place of its parameter `filters`."""
    options = [
        one.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for one in inspect.signature(filters_of, eval_str=True).parameters.values()
        if one.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    own = inspect.signature(verb, eval_str=True)
    shown = [
        parameter
        for one in own.parameters.values()
        for parameter in (options if one.name == "filters" else [one])
    ]

    @functools.wraps(verb)
    def told(context: typer.Context, **given: Any) -> None:
        written = {one.name: given.pop(one.name) for one in options}
        verb(context, filters=filters_of(context, **written), **given)

    vars(told)["__signature__"] = own.replace(parameters=shown)
    return told


def check_exists(options: Options, otherwise: YoujuError) -> None:
    """Refuse to make a library only to say that nothing is in it.

    Raises:
        YoujuError: `otherwise`, where there is none.
    """
    from rag.library.library import Library

    with Library.open(options.settings().data_dir) as reader:
        if not reader.exists:
            raise otherwise
