"""Which fields of a record hold its text, id, title, source and date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from pipeline.batch.containers import iso_date
from pipeline.batch.items import TextItem
from pipeline.types import Reject

# What such fields are usually called, in lower case, the likeliest first. An address serves as id
# and as source where there is nothing better.
USUAL: dict[str, tuple[str, ...]] = {
    "text": ("text", "content", "body", "article", "正文", "内容", "內容", "全文"),
    "id": ("id", "_id", "doc_id", "docid", "article_id", "uid", "url", "link", "编号", "編號"),
    "title": ("title", "headline", "标题", "標題"),
    "source": ("source", "site", "publisher", "来源", "來源", "媒体", "媒體", "url", "link"),
    "date": (
        *("date", "published", "published_at", "publish_date", "publish_time", "pub_date"),
        *("time", "datetime", "日期", "发布时间", "發布時間", "时间", "時間"),
    ),
}


@dataclass(frozen=True, slots=True)
class FieldNames:
    """The fields to take from each record; "" for the first of the USUAL ones that it has a value
    in, whatever their case."""

    text: str = ""
    id: str = ""
    title: str = ""
    source: str = ""
    date: str = ""

    def wanted(self, columns: Iterable[str]) -> list[str]:
        """Those of `columns` that may be taken, in their order."""
        given = {getattr(self, field.name) for field in fields(self)}
        usual = {name for role, names in USUAL.items() if not getattr(self, role) for name in names}
        return [column for column in columns if column in given or _plain(column) in usual]

    def no_text(self, columns: Iterable[str]) -> str:
        """What to say where none of `columns` can be the text; "" where one can."""
        columns = list(columns)
        if self.text in columns if self.text else {*map(_plain, columns)} & {*USUAL["text"]}:
            return ""
        missing = f"no field {self.text!r}" if self.text else "no field that looks like the text"
        listed = ", ".join(columns[:8]) + (", …" if len(columns) > 8 else "")
        return f"{missing} among: {listed or 'nothing'}; name it with --text-field"

    def taken(self, record: Mapping[str, object]) -> FieldNames:
        """The fields that are taken from `record`; "" where there is none."""
        plain = {_plain(name): name for name in record}

        def choose(role: str) -> str:
            given: str = getattr(self, role)
            if given:
                return given if given in record else ""
            names = [plain[name] for name in USUAL[role] if name in plain]
            # Records made from several tables have both `text` and `content`, one of them empty.
            return next(
                (name for name in names if record[name] not in (None, "")), *names[:1] or [""]
            )

        return FieldNames(*(choose(field.name) for field in fields(self)))


GUESSED = FieldNames()


def text_item(
    record: Mapping[str, object], names: FieldNames, place: str, default_id: str, file_name: str
) -> TextItem | Reject:
    """The article in `record`, or why there is none.

    The text must be a string, the id a string or a whole number. Of title, source and date a number
    is taken as it is written, and anything else only by mistake: rejected where the field was
    named, left alone where it was guessed.
    default_id, file_name: the id and source of a record that has none.
    """
    article_id = default_id

    def reject(reason: str, detail: str) -> Reject:
        return Reject(article_id, "article", reason, f"{place}: {detail}")

    taken = names.taken(record)
    if taken.id:
        written = _id(record[taken.id])
        if written is None:
            return reject("bad_record", _wrong(taken.id, record, "a string or whole number"))
        article_id = written or default_id
    if not taken.text:
        return reject("bad_record", names.no_text(record))
    text = record[taken.text]
    if text is None:
        text = ""
    if not isinstance(text, str):
        return reject("bad_record", _wrong(taken.text, record, "a string"))
    if not text.strip():
        return reject("empty", f"the field {taken.text!r} holds no visible character")
    values = []
    for role in ("title", "source", "date"):
        field = getattr(taken, role)
        value = _written(record[field]) if field else ""
        if value is None and getattr(names, role):
            return reject("bad_record", _wrong(field, record, "a string or number"))
        values.append(value or "")
    title, source, day = values
    return TextItem(article_id, place, text, title, source or file_name, iso_date(day))


def _plain(name: str) -> str:
    return name.strip().lower()


def _id(value: object) -> str | None:
    """`value` as an id; "" for none, None where it cannot be one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # pandas writes whole numbers so, once one of them is missing
    if value is None or value != value:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()


def _written(value: object) -> str | None:
    """`value` as text, dates in ISO 8601; "" for none, None where it is no single value."""
    if value is None or value != value:
        return ""
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip()


def _wrong(field: str, record: Mapping[str, object], expected: str) -> str:
    return f"the field {field!r} is of type {type(record[field]).__name__}, not {expected}"
