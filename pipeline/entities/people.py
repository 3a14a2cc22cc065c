"""People that the registry does not know: by surname and role, by transliteration, by gloss."""

from __future__ import annotations

import re

from pipeline.dictionary import dictionary
from pipeline.entities.guesses import SPEECH, Guess, Guesses
from pipeline.entities.segment import segment
from pipeline.schema import PERSON
from pipeline.types import CleanSpan

# jieba's dictionary lists well-known people with counts up to some hundred; ordinary words have thousands.
MAX_NAME_FREQUENCY = 300

# Common surnames of one character, Simplified; compound ones are listed apart.
SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢"
    "岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
)
COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "司徒",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "端木",
    "夏侯",
)

_TRANSLITERATION = (
    "阿埃艾爱安昂奥巴白拜班邦包保堡鲍贝本比彼宾波伯博勃布蔡查楚茨达大戴丹当道德登邓迪蒂丁东杜顿多厄恩尔法凡范方菲费芬丰冯佛夫弗福富盖甘冈高戈"
    "哥歌格葛根贡古瓜圭郭哈海罕汉豪赫黑亨洪侯胡华怀惠霍基吉季加贾简杰金津卡凯坎康考柯科克肯孔库夸奎坤拉莱赖兰朗劳勒雷蕾黎里理利莉林琳龙隆卢鲁"
    "路露伦罗洛吕马玛迈麦曼芒茅梅门蒙米密明莫默姆穆娜纳奈南瑙内尼涅宁纽农努诺欧帕派潘庞佩彭蓬皮珀蒲浦普齐奇钱强乔切琴丘让热仁日荣茹瑞若萨塞赛"
    "桑瑟森沙莎珊尚绍舍申圣施石史士舒司丝斯苏孙索塔泰坦汤唐陶特滕提田廷通图托陀瓦万旺威韦维温文翁沃乌吾伍西希夏显香肖谢辛欣休修许雪逊雅亚延扬耶"
    "叶伊依以因英尤于约云泽曾扎詹张珍佐尔辰祖卓朱茱翰妮娅黛芙嘉弥琪娃兹茜薇伽摩什"
)
# "•" also begins the items of a list.
_DOTS = "·‧・"
_FOREIGN = re.compile(
    rf"[{_TRANSLITERATION}]{{1,6}}(?:[{_DOTS}][{_TRANSLITERATION}]{{1,7}}){{1,3}}"
)
# 巴托莱特 (Dave Bartoletti): a transliterated surname with the full name behind it.
_FOREIGN_GLOSSED = re.compile(
    rf"(?P<name>[{_TRANSLITERATION}]{{2,6}})\s?[（(](?P<gloss>[A-Z][a-z]+(?: [A-Z]\.)?(?: (?:de |van |von )?[A-Z][A-Za-z'\-]+){{1,2}})[）)]"
)
_LATIN_PERSON = re.compile(r"[A-Z][a-z]+(?:[ \-](?:[A-Z]\.|[A-Z][a-z]+|de|van|von)){1,3}")

_ROLE = (
    r"(?:创始人|创办人|联合创始人|共同创办人|董事长|副董事长|总裁|副总裁|总经理|副总经理|执行长|技术长|财务长|营运长|CEO|CTO|COO|CFO|"
    r"首席[^，。、\s]{2,4}官|首席科学家|首席经济学家|分析师|教授|院士|合伙人|部长|市长|省长|州长|总统|副总统|首相|总理|主席|秘书长|"
    r"掌门人|发言人|负责人|经理人|董事|秘书|律师|法官|参议员|众议员|议员|主任|所长|院长|校长|作者|记者|编辑|主编|撰文|校对)"
)
_HAN_NAME = rf"(?:(?:{'|'.join(COMPOUND_SURNAMES)})[\u4e00-\u9fff]{{1,2}}|[{''.join(sorted(SURNAMES))}][\u4e00-\u9fff]{{1,2}})"
_AFTER_ROLE = re.compile(
    rf"{_ROLE}\s?[兼、/／|｜丨:：]?\s?(?:{_ROLE}\s?)?[兼|｜丨:：/／]?\s?(?P<name>{_HAN_NAME})"
)
_AFTER_ROLE_LATIN = re.compile(rf"{_ROLE}\s?[:：]?\s?(?P<name>{_LATIN_PERSON.pattern})")
_BEFORE_ROLE = re.compile(
    rf"(?<![\u4e00-\u9fff])(?P<name>{_HAN_NAME})(?={SPEECH}|(?:先生|女士|教授|博士|院士))"
)
_SURNAME_TITLE = re.compile(
    rf"(?<![\u4e00-\u9fff])(?P<name>[{''.join(sorted(SURNAMES))}]总)(?![统裁部监理体是共结计数量额和的之得称要会能有算在经])"
)

_COMPANY_WORDS = frozenset(
    (
        "Inc Corp Group Capital Partners Bank Motors Motor Technologies Technology "
        "Systems Holdings Labs Energy Research Media News Times Post University Institute "
        "Street Journal Services Networks Semiconductor Electronics Industries Airlines "
        "Foods Software Cloud Web Ventures Management Securities Insurance Press Daily "
        "Week Review Company International Global Digital Solutions Studio Studios Games"
    ).split()
)


def guess_people(text: str) -> Guesses:
    """People in one Simplified sentence, possibly overlapping."""
    for match in _FOREIGN.finditer(text):
        yield Guess(CleanSpan(*match.span()), PERSON, 0.9, 3)
    for match in _FOREIGN_GLOSSED.finditer(text):
        start = _foreign_start(text, match.start("name"), match.end("name"))
        if _looks_personal(match["gloss"]):
            yield Guess(CleanSpan(start, match.end("name")), PERSON, 0.8, 2)
            yield Guess(CleanSpan(*match.span("gloss")), PERSON, 0.8, 2)
    for match in _SURNAME_TITLE.finditer(text):
        yield Guess(CleanSpan(*match.span("name")), PERSON, 0.6, 1)
    for pattern, score in ((_AFTER_ROLE, 0.75), (_BEFORE_ROLE, 0.7)):
        for match in pattern.finditer(text):
            span = _person_span(text, match.start("name"), match.end("name"))
            if span:
                yield Guess(span, PERSON, score, 2)
    for match in _AFTER_ROLE_LATIN.finditer(text):
        yield Guess(CleanSpan(*match.span("name")), PERSON, 0.75, 3)


def is_transliteration(name: str) -> bool:
    """Whether foreign names are written in the characters of Simplified `name` (安德森)."""
    return all(character in _TRANSLITERATION for character in name)


def _looks_personal(gloss: str) -> bool:
    return not _COMPANY_WORDS.intersection(gloss.split())


def _foreign_start(text: str, start: int, end: int) -> int:
    """Where the transliteration begins: behind the last word border that leaves two characters or more."""
    ends = _word_ends(text)
    return next((at for at in range(start, end - 1) if at in ends or at == 0), start)


def _person_span(text: str, start: int, end: int) -> CleanSpan | None:
    """The three- or else two-character name that ends where a word ends and is no dictionary word."""
    compound = text[start : start + 2] in COMPOUND_SURNAMES
    least = start + (3 if compound else 2)
    ends = _word_ends(text)
    for stop in range(end, least - 1, -1):
        if stop in ends and not _is_common_word(text[start:stop]):
            return CleanSpan(start, stop)
    return None


def _word_ends(text: str) -> set[int]:
    return {end for _, end, _ in segment(text)}


def _is_common_word(word: str) -> bool:
    """Whether jieba's dictionary has `word` so often that it is hardly a person's name."""
    return dictionary().get(word) > MAX_NAME_FREQUENCY
