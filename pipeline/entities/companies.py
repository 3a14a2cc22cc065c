"""Companies that the registry does not know: by the tail of a Chinese name, by the surroundings of a Latin one."""

from __future__ import annotations

import re

from pipeline.dictionary import dictionary
from pipeline.entities.guesses import SPEECH, Guess, Guesses
from pipeline.entities.segment import segment
from pipeline.schema import COMPANY
from pipeline.types import CleanSpan

# jieba's count of the proper part of a company's name (兆易 in 兆易创新 is unknown, 中国 in 中国科技 is not),
# and of a single character that may begin one.
MAX_STEM_FREQUENCY = 60
MAX_CHARACTER_FREQUENCY = 20_000

# What follows a company's proper name and belongs to it, or shows that it was one.
_TAIL = (
    "股份有限公司|有限责任公司|有限公司|控股集团|集团|控股|科技|半导体|微电子|电子|资本|创投|投资|基金|银行|证券|保险|信托|汽车|动力|能源|"
    "生物|医药|制药|传媒|软件|智能|机器人|通信|光电|精密|材料|重工|航空|航天|物流|地产|电力|石油|化工|钢铁|实业|工业|国际|创新|微|存储|光学"
)
_COMPANY_TAIL = re.compile(
    rf"(?P<tail>{_TAIL})(?=[^\u4e00-\u9fff]|公司|{SPEECH}|[的与和及将在于等是也已拟从向对为获由被]|董事|创始|CEO|总|收购|投资|入股|股|发布|推出|推|$)"
)
_LATIN_NAME = re.compile(
    r"(?<![A-Za-z0-9_.@/\-])[A-Z][A-Za-z0-9]*(?:[.&\-][A-Za-z0-9]+)*(?: [A-Z][A-Za-z0-9]*(?:\.[a-z]+)?){0,3}(?![A-Za-z0-9_@/])"
)
_LATIN_AFTER = re.compile(
    r"^\s?(?:公司|集团|(?:股份)?有限公司|创始人|联合创始人|CEO|CTO|首席|董事长|总裁|高管|股价|市值|估值|旗下|宣布|完成[^，。]{0,6}融资|获得?[^，。]{0,8}(?:融资|投资)|"
    r"收购|融资|被[^，。]{0,8}收购|发布|推出|表示|称|的(?:股价|股权|股份|估值|融资|创始人|CEO|投资|收购|客户|供应商|竞争对手))"
)
_LATIN_BEFORE = re.compile(
    r"(?:公司|企业|初创|创企|独角兽|厂商|制造商|供应商|运营商|服务商|提供商|开发商|巨头|平台|收购|并购|入股|投资|投资了|领投|对手|竞争对手|客户|品牌|机构|媒体|网站|基金|券商|投行)\s?[“「『(（]?$"
)
_NOT_NAMES = frozenset(
    (
        "AI AGI AIGC API APP AR ASIC ASP AWS B2B B2C BAT BBA CAGR CEO CFO CIO CMO COO CPU "
        "CTO DDR DPU DRAM EDA EPS ERP ESG ETF EUV EV FPGA GAFA GDP GPU HBM HPC IC IDC IDM "
        "IOT IOS IP IPO IT KOL LCD LED LLM LNG LP LPU MCU ML MR NAND NASA NBA NFT NPU OEM "
        "ODM OLED OTA P2P PC PCB PE PPT PS PT RAM RISC ROE ROI SOC SAAS SSD SUV TMT TOP "
        "TV UI USB VC VIE VR WTO XR Wi Fi"
    ).split()
)


def guess_companies(text: str) -> Guesses:
    """Companies in one Simplified sentence, possibly overlapping."""
    yield from _han_companies(text)
    yield from _latin_companies(text)


def _han_companies(text: str) -> Guesses:
    for match in _COMPANY_TAIL.finditer(text):
        ending_at = {end: start for start, end, _ in segment(text)}
        stem_end = match.start()
        start = stem_end
        # The stem may be one unknown word or be cut by jieba into single characters.
        while start in ending_at and stem_end - ending_at[start] <= 4:
            piece = text[ending_at[start] : start]
            if not _all_han(piece) or (
                len(piece) > 1 and dictionary().get(piece) > MAX_STEM_FREQUENCY
            ):
                break
            if len(piece) == 1 and (
                piece in _STOP_CHARACTERS
                or (start == stem_end and dictionary().get(piece) > MAX_CHARACTER_FREQUENCY)
            ):
                break
            start = ending_at[start]
        if 2 <= stem_end - start <= 4:
            yield Guess(CleanSpan(start, match.end()), COMPANY, 0.65, 2)


_STOP_CHARACTERS = frozenset(
    "的了和与及或在从向对为由被将把是有个家这那该某各其等以之又也还都就已曾所让使给到上下中前后新老大小多"
)


def _all_han(piece: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in piece)


def _latin_companies(text: str) -> Guesses:
    for match in _LATIN_NAME.finditer(text):
        name = match.group()
        if name.upper() in _NOT_NAMES or len(name) < 3:
            continue
        if _LATIN_AFTER.match(text[match.end() :]) or _LATIN_BEFORE.search(text[: match.start()]):
            yield Guess(CleanSpan(*match.span()), COMPANY, 0.65, 1)
