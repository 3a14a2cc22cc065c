"""What a page carries besides the article's own prose: placeholders, bylines, calls, lists of other articles.

It is marked, not deleted: names in it are still mentions, but nothing in it states a triple. A mark is a whole line,
or a bracket at the end of one, after a full stop. Sentences that touch a mark are lost to the relations, so that a
doubtful line stays prose.
"""

from __future__ import annotations

import re

from pipeline.types import Boilerplate, CleanSpan

# A byline, credit or call is a line of its own and short; a long line that opens like one is prose.
MAX_LABEL_CHARS = 60
# A caption is a phrase or two. The lines after a placeholder that open a paragraph end in a full stop.
MAX_CAPTION_CHARS = 160
# "Related articles" are seldom more; a page without any full stop must not be lost behind such a heading.
MAX_RELATED_LINES = 15
# Where a line ends in a bracket (责任编辑：…) it is looked for in so many last characters.
MAX_TAIL_CHARS = 60

# YAML between two rules at the very start: keys, their lists and continuations, comments, blank lines.
FRONT_MATTER = re.compile(
    r"---[ \t]*\r?\n(?:(?:[A-Za-z_][\w-]{0,40}[ \t]*:|[ \t#-](?!--))[^\r\n]*\r?\n|\r?\n){1,60}?(?:---|\.\.\.)[ \t]*(?=\r?\n|\Z)"
)

_IMAGE = r"!\[[^\]\r\n]*\]\((?:[^()\r\n]|\([^()\r\n]*\))*\)"
_PLACEHOLDER = re.compile(
    rf"\s*(?:(?:\[{_IMAGE}\]\([^)\r\n]*\)|{_IMAGE}|<img\b[^>\r\n]*>|\[图片\]|\(图片\)|【图片】)\s*)++$",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"^\s*(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,2}|PART\.?\s*[0-9]{1,2})\s*[、.．]?\s*$", re.I
)

# Signs that a line may open with: bullets, emphasis and quotation of Markdown, opening brackets.
_OPEN = r"^[\s#>*_◎●■◆▲▼★☆※•·▎｜|◇○【\[（(「《〔-]*"
_COLON = r"\s*[|｜/／丨：:·•︱]"

_DESK = "本[篇文刊报网台站]|[特专]约|特邀|赛格|专栏|责任|核稿|值班|实习|见习|首席|高级|资深|执行|新闻|网络|图片|影音|文字|采访|终|复|初"
_ROLES = (
    "文字?|作者|撰文|撰稿人?|记者|通讯员|编辑|责编|主编|编译|校对|审校|审核|审|翻译|译者|来源|出品|策划|统筹|监制|"
    "设计|美编|图片?|图源|图片来源|视觉|排版|制图|采写|整理|供稿|供图|签发"
)
_BYLINE = re.compile(
    rf"{_OPEN}(?:(?:{_DESK})*(?:{_ROLES})(?:[*_]*{_COLON})(?!.*[，,].*。$)[^。！!？?]*。?$|.{{0,8}}特约(?:作者|撰稿人?|记者)\s*\S{{2,8}}\s*$|"
    r"(?:本[报刊网台]|新华社|见习|实习|\S{2,4}社|综合)?记者\s*\S{2,4}(?:[、\s]\S{2,4}){0,3}\s*(?:[/／|｜]?\s*\S{2,6}(?:报道|报导|电|摄)|(?:综合)?报道|综合报导)\s*[）)】〕\]]?\s*$|"
    r"(?:责任编辑|责编|值班编辑|核稿编辑|本报记者|本刊记者)\s*[\u4e00-\u9fff]{2,4}(?:[、\s]+[\u4e00-\u9fff]{2,4}){0,3}\s*[）)】\]]?\s*$|"
    r"(?:原标题|原题|原文标题|原文链接|原文地址|本文转自|转载自|转自)\s*[：:][^。]*$|"
    r"本文来源.{0,20}作者)"
)
# "记者：" and "编辑：" also open the questions of an interview; a byline names people and says nothing.
_QUESTION = re.compile(
    rf"{_OPEN}(?:记者|编辑|作者|主编){_COLON}[^。！!？?]{{0,50}}(?:[。！!？?，,]|\S{{12}})"
)
_DATE = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?"
_DATED = re.compile(
    rf"^\s*(?:发布时间|发表时间|发布日期|时间|日期)?\s*[：:]?\s*{_DATE}(?:\s*\d{{1,2}}[:：]\d\d(?:[:：]\d\d)?)?\s*"
    r"(?:[|｜·]?\s*(?:来源|作者|编辑|责编|阅读|浏览|评论|点击)\s*(?:[：:（(]|\d).*)?$"
)

_PICTURE_FROM = "图源|图片来源|图片来自|图片源自|图自|配图|题图|封面图?|资料来源|数据来源|来源|图片?|摄影|视觉中国|插图|制图"
_AGENCY = "网[络路]|视觉中国|IC photo|VCG|东方IC|图虫|Unsplash|Pexels|路透|法新社|美联社|新华社|中新社|中央社|官网|受访者"
_CREDIT = re.compile(
    rf"{_OPEN}(?:(?:{_PICTURE_FROM}){_COLON}(?!.*[，,].*。$)|资料图片?\s*[）)】]?\s*$|"
    rf"(?:图|图源|图片|题图|配图|图片来源|图片来自|图片源自|图片来源于|图源自|摄影)\s*(?:来自|源自|源于)?\s*(?:{_AGENCY})[^。，！？]{{0,10}}$|"
    rf"(?:{_AGENCY}|公司|企业|主办方|本人)\s*供图[）)】]?\s*$)",
    re.IGNORECASE,
)
# A caption that names its picture's origin at the end: 新厂房的夜景（资料图）, 图/视觉中国.
_CREDITED = re.compile(
    rf"(?:[（(【]\s*(?:资料图片?|(?:{_PICTURE_FROM})(?:{_COLON}|来自|源自|网络).{{1,25}}|[^（）()，。]{{1,10}}(?:供图|摄影?))\s*[）)】]|"
    rf"[\s，,](?:图|摄影?|图源|图片来源)\s*[/／|｜：:]\s*[^\s，。]{{2,14}}|\s(?:资料图片?|(?:{_AGENCY})供图|图源网络|图片来自网络|图片来源于网络|[^\s，。]{{2,4}}[/／]?摄))\s*$",
    re.IGNORECASE,
)

_START = r"(?:^|[，,。！!？?、；;：:\s|｜▲▼↑↓→*_「“（(【])"
_CALL = re.compile(
    rf"{_START}(?:请|欢迎|记得|快来|立即|立刻|可|马上|也可|赶紧|小伙伴们?|微信)?(?:"
    r"点击(?:查看|阅读|下载|进入|收听|收看|观看|报名|购买|订阅|此处|这里|上图|下图|上方|下方|左下角|右下角|右上角|文末|蓝字|蓝色|标题|链接|图片|关注|卡片|[「“→>])(?!率|量|次)|"
    r"(?:扫码|扫一扫)(?:$|[，,！!▲▼]|关注|加入|加群|进群|下载|添加|加|领取|阅读|查看|观看|订阅|回复|报名|咨询|联系|分享|即可|了解)|扫描(?:下方|上方|文末|以上|以下|上图|下图)?(?:图中)?的?二维码|"
    r"长按(?:识别|二维码|图片|上图|下图|扫码|关注|指纹|下方|上方)|"
    r"关注(?:我们(?!的)|(?:本|微信)?公众号|(?:我们|本站|本刊)的?(?:微信|微博|公众号|脸书|频道|专栏)|(?:微信|官方)(?:公众号|微博))|(?:给|为)?我们?(?:点个?赞|按赞)|点个(?:赞|在看|关注)|设为星标|"
    r"(?:打开|下载|使用|登录|安装)[^，。！？\s]{0,12}\s?(?:APP|客户端)(?:$|[！!，,]?\s*(?:查看|阅读|看|了解|获取|享|发现|收听|参与|更多))|"
    r"(?:加入|添加|加)[^，。！？]{0,10}(?:LINE|微信|社群|读者群|交流群|粉丝团|粉丝群|好友|小助手|QQ群)(?:$|[，,！!：:。\s]|好友|群)|进群(?:$|[，,！!：:\s]|请|方式)|"
    r"阅读原文\s*[」”>】）)！!。▲▼↓]*$|立即了解|(?:微信)?公众号\s*[：:]|商务合作\s*[：:|｜]|(?:投稿|爆料|联系)邮箱|寻求报道\s*[：:|｜]?|分享(?:到|给)(?:微信|微博|朋友圈|好友|更多|您?的?朋友)|"
    r"(?:更多|了解更多|获取更多)[^，。！？]{0,14}[，,]?(?:请?(?:关注|点击|下载|扫码|戳|移步)|尽在|敬请(?:关注|期待)))",
    re.IGNORECASE,
)
_APPLAUSE = re.compile(r"点赞|在看|转发|收藏|分享|关注|评论|留言|星标|三连|投币")
_APPEAL = re.compile(
    r"请|欢迎|记得|求|喜欢|麻烦|帮忙|顺手|一键|别忘|右下角|觉得|▲|▼|↓|^[\s点赞在看转发收藏分享关注评论留言星标三连投币、，和|｜/!！~～·]+$"
)

_DISCLAIMER = re.compile(
    rf"{_OPEN}(?:(?:(?:特别|免责|版权|重要|郑重|转载|授权|侵权)(?:声明|说明)|风险(?:提示|提醒))(?=\s*(?:$|[】\]）)*_]*\s*[：:|｜丨，,。】\]）)*_])|[：:])|声明\s*[】\])）]?\s*(?:$|[：:|｜])|"
    r"(?:notice|disclaimer)\s*[：:]|copyright\b|©|"
    r"本文(?:仅代表|仅供|仅作|只代表|不构成|不代表|首发于?|转载自?|经.{0,16}授权|(?:系|为|是)(?:.{0,16}(?:原创|授权|独家|投稿|供稿|约稿|转载)|作者)|来自(?:微信|公众号|[：:「“《#])|(?:内容|观点|作者|所载|所述|所有|图片|信息|数据|部分)[^。]{0,20}(?:仅代表|仅供|不代表|不构成|来自网络|来源于网络|个人观点))|"
    r"(?:以上|上述|文中|文章)(?:内容|观点|信息|数据|言论)?(?:仅|只|均不|不|并不)(?:代表|供|构成|作为)|以上内容(?:由|来自|为|系|均来自|转)|内容仅供参考|仅供(?:参考|投资者参考)[，,。]|"
    r"未经.{0,14}(?:授权|许可|同意|允许|书面).{0,10}(?:转载|复制|摘编|引用|使用|不得|禁止|谢绝|严禁|镜像)|(?:禁止|谢绝|严禁|请勿|不得)(?:擅自|任意|私自)?转载|转载(?:请|须|需|务必)(?:注明|联系|标明|授权|保留)|如(?:有|需|若)(?:侵权|转载)|"
    r"投资有风险|股市有风险|市场有风险|(?:本网站?|本站|本平台|本公众号)(?:仅|不|所|刊|转|提供|登载|发布)[^。]{0,24}(?:版权|观点|立场|转载|责任|证实|参考))",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"版权(?:均|皆|都)?(?:所有(?![权者人的])|归.{1,20}所有(?=[，,。.；;！!\s）)]|$|未经|如|转载))|著作权(?:均)?(?:归|属).{1,20}所有[，,。.；;！!\s）)]?$|"
    r"all rights reserved|[京沪粤浙苏]ICP备|公网安备|许可证(?:号|编号)?\s*[：:]|违法和?不良信息举报",
    re.IGNORECASE,
)

_HEADINGS = (
    "(?:相关|延伸|推荐|更多|扩展|拓展|精选|深度|热门)(?:阅读|新闻|报道|报导|文章|链接|推荐|资讯|专题|内容|话题|影音|影片)|"
    "猜你喜欢|猜您喜欢|往期(?:回顾|推荐|精彩|文章|内容|精选|好文)|看更多|阅读更多|查看更多|大家都在看|热门排行|热点(?:新闻|推荐|排行)|精彩(?:推荐|回顾|内容)|编辑推荐|"
    "为[你您]推荐|[你您]可能(?:还|也)?(?:会|想)?(?:喜欢|感兴趣|想看|看)(?:的文章)?|[你您]可能错过(?:的文章|的内容|了)?|近期热文|好文推荐|今日推荐|头条推荐|更多.{2,8}(?:报道|报导|新闻)"
)
_RELATED = re.compile(rf"{_OPEN}(?:{_HEADINGS})(?:[\W_]*$|\s*[：:】\]｜|>》»›→])", re.IGNORECASE)
_RELATED_ALONE = re.compile(rf"{_OPEN}(?:{_HEADINGS})[\W_]*$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•·●▪■□◆◇○>»›▎☞]|\d{1,2}\s*[.、．)）]|\[[^\]]*\]\()")
_SENTENCE = re.compile(r"。|[；;：:，,]\s*$")

_CRUMB = re.compile(r"\s*(?:>|＞|»|›|→|&gt;|/|｜|\||\s-\s|——)+\s*|\s{1,4}")
_HOME = re.compile(r"^(?:[\u4e00-\u9fff]{0,6}(?:首页|主页)|home)$", re.IGNORECASE)
_PLACE = re.compile(r"^\s*[您你]?的?(?:当前|现在|所在)的?位置是?\s*[：:]|^\s*[您你]的位置\s*[：:]")
_TURN = re.compile(
    r"^\s*(?:(?:上一?[篇页条则]|下一?[篇页条则]|前一[篇页]|后一[篇页]|上一主题|下一主题)\s*(?:$|[：:>»])|返回(?:首页|列表|顶部|上一页|目录)\s*$|第\s*\d+\s*页\s*[/／]?\s*共\s*\d+\s*页)"
)
_MENU_START = re.compile(r".{0,6}(?:首页|主页)|home\b", re.IGNORECASE)
_TRAIL_END = re.compile(r"(?:正文|详情|内容)$")
_TRAIL_SIGN = re.compile(r">|＞|»|›|→|&gt;|/|\||｜|——|\s-\s")

_TOOLS = frozenset(
    "分享 分享到 分享至 微信 微信好友 微信朋友圈 朋友圈 微博 新浪微博 新浪 腾讯微博 腾讯 qq qq空间 qq好友 qzone 空间 豆瓣 知乎 人人网 开心网 百度贴吧 贴吧 "
    "今日头条 facebook fb twitter x line telegram whatsapp linkedin 领英 微信扫一扫 扫一扫 二维码 复制链接 链接 打印 打印本页 收藏 加入收藏 字号 字体 字级 "
    "大 中 小 特大 超大 标准 放大 缩小 a a+ a- aa t t+ t- 评论 发表评论 参与评论 我要评论 点赞 赞 按赞 举报 反馈 纠错 收听 听新闻 语音播报 朗读 转发 邮件 email 海报 生成海报 "
    "关闭 关闭窗口 返回顶部 阅读 阅读量 浏览 条 次 推荐 订阅 关注 我要纠错 留言".split()
)
_TELLING_TOOLS = frozenset(
    "分享 分享到 分享至 朋友圈 微信朋友圈 qq空间 qzone 复制链接 打印 打印本页 字号 字体 字级 扫一扫 微信扫一扫 t+ a+ 收藏 加入收藏 我要评论 发表评论 关闭窗口".split()
)
_TOOL_START = re.compile(
    r"[\s|｜/／·、,，：:【】\[\]()（）>]*(?:"
    + "|".join(sorted(map(re.escape, _TOOLS), key=len, reverse=True))
    + r")",
    re.IGNORECASE,
)
_TOOL_BREAK = re.compile(r"[\s|｜/／·、,，：:【】\[\]()（）>]+|(?<=分享到)|(?<=分享至)|(?<=扫一扫)")

# At the end of a line, behind a full stop: who wrote, checked or photographed it.
_TAIL = re.compile(
    r"(?:[。！？!?…”」』]|^)\s*(?P<tail>[（(【\[〔]\s*(?:"
    r"(?:责任编辑|责编|值班编辑|实习编辑|核稿编辑|编辑|编译|校对|审核|审校|作者|本报记者|记者|通讯员|撰文|采写|翻译|文|来源|本文来源|转自|整理)\s*[：:/／|｜]\s*[^（）()。]{1,40}|"
    r"(?:责任编辑|责编|值班编辑|核稿编辑|本报记者|本刊记者|新华社记者|记者|见习记者|实习生|通讯员)\s*[\u4e00-\u9fff·]{2,4}(?:[、,，\s]+(?:(?:通讯员|记者|实习生|见习记者)\s*)?[\u4e00-\u9fff·]{2,4}){0,4}(?:\s*(?:对此文亦有贡献|报道|报导|综合报道|摄影?))?|"
    r"(?:本文)?作者(?:系|为|是|单位)[^（）()]{2,40}|"
    r"(?:图|图源|图片|图片来源|摄影)\s*(?:[：:/／|｜]|来自|源自)\s*[^（）()。]{1,25}|资料图片?|[^（）()，。：:]{1,10}供图|本文.{2,30}(?:观点|授权|转载|原创|投资建议)|完|全文完"
    r")\s*[）)】\]〕]|(?:责任编辑|责编)\s*[：:]\s*[\u4e00-\u9fff·]{2,4}(?:[、\s]+[\u4e00-\u9fff·]{2,4}){0,2})\s*$"
)

_PROSE_END = re.compile(r"[。！？!?；;：:，,]\s*$")
_LINE = re.compile(r"[^\r\n]+")


def mark_boilerplate(text: str) -> tuple[Boilerplate[CleanSpan], ...]:
    """The boilerplate of Simplified `text`, ascending: whole lines without their line end, or the bracket that ends
    one."""
    marks: list[Boilerplate[CleanSpan]] = []
    front = FRONT_MATTER.match(text)
    if front:
        marks.append(Boilerplate("front_matter", CleanSpan(0, front.end())))
    after_placeholder = False
    related = 0  # how many more lines may belong to a list of other articles
    for match in _LINE.finditer(text, front.end() if front else 0):
        line = match.group()
        if line.isspace():
            continue
        kind = _kind(line, after_placeholder=after_placeholder)
        after_placeholder = kind == "placeholder"
        if kind == "related":
            related = MAX_RELATED_LINES
            bulleted = not _RELATED_ALONE.match(line)
        elif related and kind != "section_number" and _is_listed(line, bulleted=bulleted):
            kind = kind or "related"
            related -= 1
        else:
            related = 0
        if kind:
            marks.append(Boilerplate(kind, CleanSpan(match.start(), match.end())))
        else:
            marks.extend(_tail(line, match.start()))
    return tuple(marks)


def _kind(line: str, *, after_placeholder: bool) -> str:
    """The kind of boilerplate that `line` is, or "" for prose."""
    if _PLACEHOLDER.match(line):
        return "placeholder"
    if _NUMBER.match(line):
        return "section_number"
    if _DISCLAIMER.match(line):
        return "disclaimer"
    stripped = line.strip()
    if len(stripped) <= MAX_LABEL_CHARS:
        kind = _label_kind(stripped)
        if kind:
            return kind
    caption = len(line) <= MAX_CAPTION_CHARS and not _PROSE_END.search(line)
    if caption and (after_placeholder or (_CREDITED.search(line) and "。" not in line)):
        return "caption"
    return ""


def _label_kind(line: str) -> str:
    """The kind of a short line, blanks taken off; "" for prose."""
    if _RELATED.match(line):
        return "related"
    if _is_navigation(line):
        return "navigation"
    if _is_share_row(line):
        return "share"
    if _RIGHTS.search(line):
        return "disclaimer"
    if _CREDIT.match(line):
        return "credit"
    if _DATED.match(line) or (_BYLINE.match(line) and not _QUESTION.match(line)):
        return "byline"
    if _CALL.search(line) or (len(_APPLAUSE.findall(line)) > 1 and _APPEAL.search(line)):
        return "call"
    return ""


def _is_listed(line: str, *, bulleted: bool) -> bool:
    """Whether `line`, behind a heading such as 相关阅读, is a title in its list and no prose.

    bulleted: the heading had a title of its own behind it, so that a list has to show itself by bullets or links.
    """
    title = len(line.strip()) <= MAX_LABEL_CHARS and not _SENTENCE.search(line)
    return bool(_BULLET.match(line)) and "。" not in line if bulleted else title


def _is_navigation(line: str) -> bool:
    """Whether `line` is a trail of breadcrumbs, a menu that opens with the home page, or a link to the next page."""
    if _PLACE.match(line) or _TURN.match(line):
        return True
    if "。" in line or not (_TRAIL_END.search(line) or _MENU_START.match(line)):
        return False
    signs = len(_TRAIL_SIGN.findall(line))
    parts = [part for part in _CRUMB.split(line) if part]
    if len(parts) < 2 or any(len(part) > 14 for part in parts[:-1]):
        return False
    home = bool(_HOME.match(parts[0]))
    if signs:
        return home or (
            signs >= 2 and parts[-1] in ("正文", "详情", "内容", "文章详情", "详细内容")
        )
    return home and len(parts) >= 4 and all(len(part) <= 6 for part in parts)


def _is_share_row(line: str) -> bool:
    """Whether `line` is nothing but buttons: 分享到 微信 微博, 打印 收藏, 字号：大 中 小."""
    if not _TOOL_START.match(line):
        return False
    words = [word.lower() for word in _TOOL_BREAK.split(line) if word and not word.isdigit()]
    if not words or not _TOOLS.issuperset(words):
        return False
    telling = sum(word in _TELLING_TOOLS for word in words)
    return len(words) >= 3 or (telling > 0 and (len(words) == 2 or words[0].startswith("分享")))


def _tail(line: str, start: int) -> list[Boilerplate[CleanSpan]]:
    """The mark of the bracket that ends `line` and names an editor, a reporter or a picture's origin, if any.

    start: where `line` starts in its text.
    """
    end = line.rstrip()
    if end[-1] not in "）)】]〕" and "责" not in end[-MAX_TAIL_CHARS:]:
        return []
    match = _TAIL.search(line, max(0, len(end) - MAX_TAIL_CHARS))
    if not match:
        return []
    kind = (
        "credit"
        if re.match(r"[（(【\[〔]\s*(?:图|摄影|资料图|[^：:]{1,10}供图)", match["tail"])
        else "byline"
    )
    return [Boilerplate(kind, CleanSpan(start + match.start("tail"), start + match.end("tail")))]
