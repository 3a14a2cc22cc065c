"""Lines that are not the article's own prose: placeholders, captions, bylines, calls, credits, disclaimers.

They are marked, not deleted: names in them are still mentions, but nothing in them states a triple.
"""

from __future__ import annotations

import re

from pipeline.types import Boilerplate, CleanSpan

# A byline, credit or call is a line of its own and short; a long line that opens like one is prose.
MAX_LABEL_CHARS = 60
# A caption is a phrase or two. The lines after a placeholder that open a paragraph end in a full stop.
MAX_CAPTION_CHARS = 160

_PLACEHOLDER = re.compile(r"^\s*(?:!\[[^\]]*\]\([^)]*\)|\[图片\]|\(图片\)|【图片】)\s*$")
_ROLES = "文|作者|撰文|撰稿|记者|编辑|责编|责任编辑|主编|编译|校对|审校|翻译|来源|出品|策划|设计|图片?|图源|图片来源|视觉|排版|监制|采写|整理"
_BYLINE = re.compile(
    rf"^\s*(?:(?:本[篇文]|特约|特邀|赛格|专栏)*(?:{_ROLES})\s*[|｜/／丨：:·•]|.{{0,8}}特约(?:作者|撰稿人?|记者)\s*\S{{2,8}}\s*$)"
)
_CREDIT = re.compile(
    r"^\s*[（(]?(?:图源|图片来源|资料来源|数据来源|来源|图|摄影|视觉中国)\s*[：:|｜丨/]"
)
_CALL = re.compile(
    r"点击(?:上图|下图|上方|下方|阅读|蓝字|关注|图片|这里|此处|「)|扫码|长按(?:识别|二维码)|"
    r"关注(?:我们|公众号|本公众号)|点赞|在看|转发|立即了解|阅读原文|分享到|微信公众号[：:]|下载APP|进群"
)
_DISCLAIMER = re.compile(
    r"^\s*[（(【*]*(?:特别声明|免责声明|版权声明|声明|重要声明|风险提示|风险提醒|转载说明|版权所有|notice|disclaimer|"
    r"copyright|©|本文(?:仅代表|不构成|系|为|经|转载|首发|来自|来源)|以上内容|未经(?:授权|许可)|投资有风险)",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"^\s*[【\[]?(?:相关阅读|延伸阅读|推荐阅读|更多阅读|更多新闻|猜你喜欢|热门文章|往期回顾|往期推荐|看更多)"
)
_NUMBER = re.compile(
    r"^\s*(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,2}|PART\.?\s*[0-9]{1,2})\s*[、.．]?\s*$", re.I
)
_PROSE_END = re.compile(r"[。！？!?；;：:，,]\s*$")
_LINE = re.compile(r"[^\r\n]+")


def mark_boilerplate(text: str) -> tuple[Boilerplate[CleanSpan], ...]:
    """The boilerplate lines of Simplified `text`, ascending, each a whole line without its line end."""
    marks: list[Boilerplate[CleanSpan]] = []
    after_placeholder = False
    for match in _LINE.finditer(text):
        line = match.group()
        if not line.strip():
            continue
        kind = _kind(line, after_placeholder=after_placeholder)
        after_placeholder = kind == "placeholder"
        if kind:
            marks.append(Boilerplate(kind, CleanSpan(match.start(), match.end())))
    return tuple(marks)


def _kind(line: str, *, after_placeholder: bool) -> str:
    """The kind of boilerplate that `line` is, or "" for prose."""
    if _PLACEHOLDER.match(line):
        return "placeholder"
    if _NUMBER.match(line):
        return "section_number"
    if _DISCLAIMER.match(line):
        return "disclaimer"
    short = len(line.strip()) <= MAX_LABEL_CHARS
    if short and _RELATED.match(line):
        return "related"
    if short and _CREDIT.match(line):
        return "credit"
    if short and _BYLINE.match(line):
        return "byline"
    if short and _CALL.search(line):
        return "call"
    if after_placeholder and len(line) <= MAX_CAPTION_CHARS and not _PROSE_END.search(line):
        return "caption"
    return ""
