"""What a name tells of who bears it where nothing else is known: its key, and how far to trust it.

Linking compares the names of one article, and `batch.identity` those of a whole run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.entities.people import COMPOUND_SURNAMES, SURNAMES, is_transliteration
from pipeline.entities.registry import fold
from pipeline.schema import CHIP, COMPANY, PERSON

# What names of companies end in and what does not tell two of them apart.
HAN_TAIL = "股份有限公司|股份公司|有限责任公司|有限公司|控股集团|集团|控股|公司|株式会社"
LATIN_TAIL = "inc|corp|co|ltd|llc|plc|ag|se|nv|holdings?|group|technologies|corporation|limited|ky"

# How far a name goes. NEVER: it names nobody in particular. WEAK: many bear it, so that it needs a
# company beside it. STRONG: it stands for itself.
NEVER, WEAK, STRONG = range(3)

_HAN = re.compile("[\u3400-\u9fff]")
_TAIL = re.compile(rf"(?:(?:{HAN_TAIL})|(?:\s?,\s?|\s)(?:{LATIN_TAIL})\.?)+$")
_HAN_DOT = re.compile("(?<=[\u3400-\u9fff])[.·](?=[\u3400-\u9fff])")
_JOINT = re.compile(r"[ \-]+")
# What is left of damage, of an annotation or of two lines has other characters too.
_PLAIN = re.compile(r"[\w·.,&'+/\- ]*(?:\([\u3400-\u9fff]+\)[\w·.,&'+/\- ]*)?")

_GENERIC = re.compile(
    "(?:"
    "该|本|这|那|各|其|贵|家|一|两|几|多|另|子|母|分|总|国内|国外|海外|全球|国际|本土|外资|中资|合资|民营|国有|国营|私营|上市|初创|创业|独角兽|头部|龙头|"
    "巨头|企业|公司|集团|控股|股份|有限|厂商|厂家|工厂|代工|厂|商|制造|供应|服务|运营|开发|设计|封测|平台|机构|基金|银行|"
    "券商|投行|资本|投资|风投|创投|科技|技术|网络|互联网|软件|硬件|半导体|芯片|晶片|晶圆|集成电路|电子|微电子|光电|汽车|"
    "新能源|电动车|电动|造车|新势力|车企|车|手机|电池|人工智能|智能|智慧|ai|大模型|模型|机器人|云|云计算|计算|数据|"
    "大数据|通信|医药|生物|制药|医疗|能源|光伏|材料|传媒|媒体|游戏|电商|物流|金融|保险|证券|信托|实业|工业|创新|"
    "中国|美国|日本|韩国|台湾|香港|欧洲|亚洲|北京|上海|深圳|广州|杭州|苏州|南京|成都|武汉|"
    "处理器|显卡|加速卡|加速器|gpu|cpu|npu|tpu|dpu|soc|asic|fpga|mcu|存储|内存|闪存|hbm|dram|nand|"
    "算力|高端|低端|自研|国产|车规|服务器|新一代|下一代|一代|二代|三代|定制|先进|旗舰|系列|团队|部门|实验室|研究院|"
    "大学|政府|项目|业务|产品|市场|行业|产业"
    ")+"
)
_TITLE = re.compile(
    "(?:总裁|总监|经理|总编|主编|老总|董事长|董事|董秘|理事|老师|先生|女士|小姐|太太|夫人|博士|教授|院士|部长|主任|校长|院长|"
    "所长|局长|市长|省长|书记|主席|记者|律师|老板|队长|师傅|分析师|创始人|合伙人|负责人|发言人|ceo|cto|cfo|coo)$"
)
_SHORT_TITLE = re.compile("^(?:[老小阿大].|.[总董哥姐叔爷伯导工队氏])$")
# A letter and digits are a road, a paper size and the code of many a chip.
_BARE_CODE = re.compile(r"[a-z]?\d+[a-z]{0,2}")


@dataclass(frozen=True, slots=True)
class Form:
    """A name as it is compared. key: folded, without legal tail, blanks and hyphens. words: the
    same, a Latin name with its blanks. strength: NEVER, WEAK or STRONG."""

    key: str
    words: str
    strength: int

    @property
    def is_han(self) -> bool:
        return bool(_HAN.search(self.key))


def form_of(kind: str, name: str) -> Form:
    """The form of Simplified `name`, borne by an entity of type `kind`."""
    folded = fold(name).strip()
    words = _words(_HAN_DOT.sub("·", folded))
    if kind == COMPANY:
        stem = _words(_TAIL.sub("", folded))
        words = stem if len(stem) >= 2 else words
    key = words.replace(" ", "")
    if _HAN.search(key):
        words = key
    return Form(key, words, _strength(kind, folded, key, words))


def _words(folded: str) -> str:
    return _JOINT.sub(" ", folded).strip(" ,")


def _strength(kind: str, folded: str, key: str, words: str) -> int:
    if (
        len(key) < 2
        or not any(character.isalpha() for character in key)
        or not _PLAIN.fullmatch(folded)
        or "某" in key
        or _GENERIC.fullmatch(key)
        or _GENERIC.fullmatch(folded)
    ):
        return NEVER
    if kind == PERSON:
        return _strength_of_person(key, words)
    if kind == CHIP:
        return WEAK if len(key) <= 3 or _BARE_CODE.fullmatch(key) else STRONG
    return WEAK if len(key) <= 3 and not _HAN.search(key) else STRONG


def _strength_of_person(key: str, words: str) -> int:
    if not _HAN.search(key):
        parts = words.split()
        whole = len(parts) > 1 and all(len(part.strip(".")) > 1 for part in (parts[0], parts[-1]))
        return STRONG if whole else WEAK
    if _TITLE.search(key) or _SHORT_TITLE.match(key) or (key[0] in SURNAMES and key[1] == "总"):
        return NEVER
    if "·" in key:
        return STRONG if len(key) >= 5 else WEAK
    if not all(map(_HAN.match, key)) or is_transliteration(key):
        return WEAK
    most = 4 if key.startswith(COMPOUND_SURNAMES) else 3
    is_full = 3 <= len(key) <= most and (key[0] in SURNAMES or most == 4)
    return STRONG if is_full else WEAK


def shortens(short: Form, full: Form) -> bool:
    """Whether `short` may stand for `full`: a stretch of it, some of its characters or words from
    the first on, its initials, or its name in the other script."""
    if short.is_han != full.is_han:
        return True
    if len(short.key) >= len(full.key):
        return False
    if not short.is_han:
        return full.words.startswith(short.words + " ") or short.key == _initials(full.words)
    if short.key in full.key:
        return True
    rest = iter(full.key)
    return short.key[0] == full.key[0] and all(character in rest for character in short.key)


def agree(one: str, other: str) -> bool:
    """Whether two English names, as words of forms, may be those of one entity: the same words, the
    beginning of the other, or its initials."""
    if sorted(one.split()) == sorted(other.split()):
        return True
    short, full = sorted((one, other), key=lambda words: (len(words), words))
    joined = short.replace(" ", "")
    return full.replace(" ", "").startswith(joined) or joined == _initials(full)


def _initials(words: str) -> str:
    return "".join(word[0] for word in words.split())
