"""Chips that the registry does not know: by the shape of their names and the words around them."""

from __future__ import annotations

import re

from pipeline.entities.guesses import Guess, Guesses
from pipeline.schema import CHIP
from pipeline.types import CleanSpan

_CHIP = re.compile(
    r"(?<![A-Za-z0-9_\-])(?:"
    r"(?:RTX ?|GTX ?|GT|RX|MTT ?S|BR|MI|Tesla ?|Xeon ?|EPYC ?|Ryzen ?|Arc |Exynos ?|Helio ?|Dimensity ?|Snapdragon ?|Kirin ?|Ascend ?)\d{2,5}[A-Za-z]{0,3}(?: ?(?:Ti|Super|Ultra|Pro|Max|Gen ?\d))?"
    r"|[ABHVPLT]\d{2,3}[SX]?|G?[BH]\d{3}"
    r"|TPU ?v\d[a-z]?|i[3579]-?\d{4,5}[A-Z]{0,2}|[Cc]ortex-[AMRX]\d{1,3}[A-Z]{0,2}|(?:RK|SA|MT|SM|SC|STM32|ESP)\d{2,5}[A-Z]{0,3}"
    r")(?![A-Za-z0-9_])"
    r"|(?:骁龙|麒麟|天玑|昇腾|鲲鹏|龙芯|飞腾|锐龙|酷睿|至强|霄龙|含光|思元|征程|玄铁|倚天|巴龙|猎户座) ?\d{1,5}[A-Za-z]{0,2}(?: ?(?:Gen ?\d|Pro|Plus|Max|Ultra|至尊版))?"
)
_CHIP_CUE_AFTER = re.compile(
    r"^\s?[”」）)]?\s?(?:等?(?:芯片|晶片|GPU|CPU|处理器|显卡|加速卡|加速器|SoC|算力|集群|系列|服务器|模组|超级芯片)|TOPS|的(?:算力|性能|价格|出货|产能|销量))"
)
_CHIP_CUE_BEFORE = re.compile(
    r"(?:芯片|GPU|CPU|处理器|显卡|加速卡|搭载|采用|采购|购买|[万颗块张片枚款]|\d[个]?|和|与|、|及|或|是|代号|名为)\s?[“「(（]?$"
)
_SHORT_CHIP = re.compile(r"^[A-Z]\d{2,3}[A-Z]?$")


def model_ends(text: str) -> dict[int, int]:
    """Start → end of whatever is shaped like a chip model's name: 麒麟9100, where the registry may know but 麒麟."""
    return dict(match.span() for match in _CHIP.finditer(text))


def guess_chips(text: str, known: frozenset[str]) -> Guesses:
    """Chips in one Simplified sentence.

    known: surface forms recognised in the article; a chip is often named right behind its maker.
    """
    for match in _CHIP.finditer(text):
        name = match.group()
        before, after = text[: match.start()], text[match.end() :]
        cued = bool(_CHIP_CUE_AFTER.match(after) or _CHIP_CUE_BEFORE.search(before)) or any(
            before.rstrip().endswith(other) for other in known
        )
        # One letter and digits is also a road, a visa, a paper size; such a name needs a cue.
        if cued or not _SHORT_CHIP.match(name):
            yield Guess(CleanSpan(*match.span()), CHIP, 0.85 if cued else 0.6, 3)
