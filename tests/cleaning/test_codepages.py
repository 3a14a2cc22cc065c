from __future__ import annotations

import json
import random
import time
from functools import cache
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import resources
from pipeline.cleaning import codepages
from pipeline.cleaning.language_model import CharacterModel
from pipeline.cleaning.missing_bytes import MissingBytes
from pipeline.cleaning.script import ScriptConverter
from pipeline.offsets import OffsetMap
from pipeline.types import CleanSpan, RawSpan, Repair
from tests.damage.codepages import DAMAGES, as_cp1252, misread
from tests.damage.recovery import recovery

TESTS = Path(__file__).resolve().parents[1]
CASES = json.loads((TESTS / "cases/codepages.json").read_text(encoding="utf-8"))
HEALTHY = json.loads((TESTS / "cases/codepages_healthy.json").read_text(encoding="utf-8"))

# Share of characters right; what the bytes leave varies with the codec and with how it loses.
# The lowest of Simplified and Traditional text.
FLOORS = {
    "utf8 as latin1": 1.0,
    "utf8 as cp1252": 1.0,
    "utf8 as latin1 twice": 1.0,
    "utf8 as cp1252 twice": 1.0,
    "utf8 as cp1252, dropped": 0.96,
    "utf8 as cp1252, marked": 0.97,
    "gbk as latin1": 1.0,
    "gbk as cp1252": 1.0,
    "gbk as cp1252, dropped": 0.95,
    "big5 as latin1": 0.99,
    "utf-8 as gbk": 0.80,
    "utf-8 as gb18030": 0.88,
    "big5 as gbk": 0.50,
    "big5 as gb18030": 0.99,
    "gbk as big5": 0.87,
    "gbk as big5hkscs": 0.90,
    "utf-8 as big5": 0.08,
}


@cache
def missing() -> MissingBytes:
    model = CharacterModel.load(resources.find("char-trigram"))
    return MissingBytes(model, ScriptConverter().simplify)


def repair_codepages(text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    return codepages.repair_codepages(text, missing)


@cache
def plain(script: str) -> str:
    """Some 1,500 characters of our own prose."""
    text = (TESTS / "damage/plain.txt").read_text(encoding="utf-8")
    return text if script == "Hans" else str(opencc.OpenCC("s2t").convert(text))


def scripts_of(label: str) -> tuple[str, ...]:
    # Big5 has no Simplified characters, and GBK shown as Big5 is a page of the mainland.
    written = label.split(" as ")[0]
    return ("Hant",) if written == "big5" else ("Hans",) if "as big5" in label else ("Hans", "Hant")


def floor_of(label: str) -> float:
    return FLOORS[label] if label in FLOORS else FLOORS[label.split(",")[0]] - 0.05


every_damage = pytest.mark.parametrize("label", DAMAGES)


@every_damage
def test_a_damaged_document_is_recovered_as_far_as_its_bytes_go(label: str) -> None:
    kind, damage = DAMAGES[label]
    for script in scripts_of(label):
        written = label.split(" as ")[0]
        true = plain(script).encode(written, "ignore").decode(written)
        repaired, _, repairs = repair_codepages(damage(true))
        assert recovery(true, repaired) >= floor_of(label), script
        assert {repair.kind for repair in repairs} <= {kind, "lost_characters"}


@every_damage
def test_offsets_lead_back_to_the_bytes_of_each_character(label: str) -> None:
    _, damage = DAMAGES[label]
    damaged = damage(plain(scripts_of(label)[0])[:300])
    repaired, offsets, repairs = repair_codepages(damaged)
    assert_consistent(damaged, repaired, offsets)
    rebuilt, done = "", 0
    for repair in repairs:
        assert done <= repair.span.start
        assert repair.span.of(damaged) == repair.before
        rebuilt += damaged[done : repair.span.start] + repair.after
        done = repair.span.end
    assert rebuilt + damaged[done:] == repaired


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["before"])
def test_a_short_stretch_is_repaired(case: dict[str, str]) -> None:
    repaired, _, repairs = repair_codepages(case["before"])
    assert repaired == case["after"]
    assert [(repair.kind, repair.certain) for repair in repairs] == [(case["kind"], True)]


@pytest.mark.parametrize("label", ["utf8 as cp1252", "gbk as latin1", "utf-8 as gb18030"])
def test_a_damaged_title_is_repaired_and_the_rest_left(label: str) -> None:
    title, body = "今年的市场规模有望再次增长", plain("Hans")
    kind, damage = DAMAGES[label]
    damaged = damage(title)
    repaired, offsets, repairs = repair_codepages(f"{damaged}\n{body}")
    assert repaired.removesuffix(body)[:-2] == title[:-1]
    assert {repair.kind for repair in repairs} == {kind}
    behind = repaired.index(body)
    assert offsets.to_raw(CleanSpan(behind, len(repaired))).start == len(damaged) + 1


def test_lone_characters_of_a_damaged_document_are_repaired_too() -> None:
    true = (
        "这个月的消息都在这里。"
        + "Some long English sentence stands in between. " * 2
        + "和 Müller 一样。"
    )
    assert repair_codepages(as_cp1252(true))[0] == true
    assert repair_codepages("å’Œ")[0] == "å’Œ"


@pytest.mark.parametrize("text", HEALTHY)
def test_what_looks_strange_but_is_healthy_stays(text: str) -> None:
    for each in (text, f"他说：{text}，这是一个问题。", text * 3, "\n".join(text)):
        assert repair_codepages(each) == (each, OffsetMap.identity(len(each)), ())


@pytest.mark.parametrize("script", ["Hans", "Hant"])
def test_healthy_prose_stays(script: str) -> None:
    text = plain(script)
    assert repair_codepages(text) == (text, OffsetMap.identity(len(text)), ())


def test_each_character_leads_to_the_shown_characters_of_its_bytes() -> None:
    # 内 = E5 86 85, 卷 = E5 8D B7; shown in pairs E586 85E5 8DB7.
    shown = misread("内卷", "utf-8", "gb18030")
    _, offsets, _ = repair_codepages(shown)
    assert len(shown) == 3
    assert [offsets.to_raw(CleanSpan(at, at + 1)) for at in (0, 1)] == [
        RawSpan(0, 2),
        RawSpan(1, 3),
    ]


def test_a_lost_last_byte_leaves_a_mark_and_says_so() -> None:
    shown = misread("我们认为今年会好", "utf-8", "gb18030") + misread(
        "人", "utf-8", "gbk", lost="?"
    )
    repaired, _, repairs = repair_codepages(shown)
    assert repaired == "我们认为今年会好\ufffd"
    assert [(repair.after, repair.certain) for repair in repairs] == [
        ("我们认为今年会好", True),
        ("\ufffd", False),
    ]


def test_a_byte_that_cp1252_drops_is_chosen_where_the_neighbours_decide() -> None:
    # ” is E2 80 9D and no other sign is likely; E3 80 81 may be 、 or 」, of which the line has no
    # other half; 友 (E5 8F 8B) is one of ten, 十 (E5 8D 81) one of 25.
    shown = as_cp1252("他们说：“价格、时间都好”，我的友人花了四十块也说好。", undefined="")
    repaired, _, repairs = repair_codepages(shown)
    assert repaired == "他们说：“价格、时间都好”，我的友人花了四十块也说好。"
    guessed = [repair.after for repair in repairs if not repair.certain]
    assert guessed == ["、", "”", "友", "十块"]


@pytest.mark.parametrize("mark", ["\ufffd", ""])
def test_nothing_is_chosen_where_the_neighbours_do_not_decide(mark: str) -> None:
    # 夏 is E5 A4 8F; 古, 复 and others leave E5 A4 too.
    true = "他们都说，难的是夏天在户外。"
    repaired, _, repairs = repair_codepages(as_cp1252(true, undefined=mark))
    assert repaired == true.replace("夏", "\ufffd")
    assert [repair.after for repair in repairs if "\ufffd" in repair.after] == ["\ufffd"]


def test_a_character_cut_off_at_the_end_of_a_text_is_not_chosen() -> None:
    shown = as_cp1252("他们说：“价格、时间都好”，我们也说", undefined="")
    assert repair_codepages(shown + "å¤")[0][-1] in "\ufffd¤"


def test_a_bracket_is_chosen_only_where_its_line_has_opened_one() -> None:
    true = "他们说：「价格都好」。\n我也说价格、时间都好。"
    for undefined in ("", "\ufffd"):
        repaired = repair_codepages(as_cp1252(true, undefined=undefined))[0]
        assert repaired in (true, true.replace("」", "\ufffd"))


def test_without_a_model_what_misses_bytes_stays_lost() -> None:
    shown = as_cp1252("我的友人也说好。", undefined="")
    assert codepages.repair_codepages(shown)[0] == "我的\ufffd人也说好。"


@pytest.mark.parametrize(
    "lost", ["锟斤拷", "锟斤拷锟斤拷", "烫烫烫烫", "屯屯屯", "\ufffd", "\ufffd\ufffd\ufffd"]
)
def test_what_is_lost_is_reported_and_left(lost: str) -> None:
    text = f"这家公司{lost}去年上市。"
    repaired, offsets, (repair,) = repair_codepages(text)
    assert (repaired, offsets) == (text, OffsetMap.identity(len(text)))
    assert repair.kind == "lost_characters"
    assert repair.span.of(text) == repair.before == repair.after == lost
    assert not repair.certain


def test_hot_is_no_lost_place() -> None:
    text = "水很烫，烫烫的，屯了一屯。"
    assert repair_codepages(text)[2] == ()


def test_a_lost_place_inside_damage_stays_as_it_is() -> None:
    shown = misread("这家公司的", "utf-8", "gb18030")[:-1] + "锟斤拷"
    assert "锟斤拷" in repair_codepages(shown)[0]


FRAGMENTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=[chr(code) for code in range(0x80, 0x100)], max_size=12),
    st.text(alphabet="鍏у嵎涓浗鎴戜滑äå½¸\ufffd?锟斤拷烫，的中国", max_size=12),
    st.builds(
        lambda label, text: DAMAGES[label][1](text),
        st.sampled_from(sorted(DAMAGES)),
        st.text(alphabet="公司去年的营收增长了百分之三十，而且市場對新產品A1。", max_size=20),
    ),
)


@given(st.lists(FRAGMENTS, max_size=5).map("".join))
def test_repairing_twice_changes_nothing_more(text: str) -> None:
    repaired, offsets, _ = repair_codepages(text)
    assert_consistent(text, repaired, offsets)
    assert repair_codepages(repaired)[0] == repaired


@pytest.mark.parametrize(("low", "high"), [(0x80, 0x100), (0x3041, 0x30F0), (0x4E00, 0x9FFF)])
def test_time_is_linear_whatever_the_text(low: int, high: int) -> None:
    draw = random.Random(7)
    text = "".join(chr(draw.randrange(low, high)) for _ in range(100_000))
    seconds = time.process_time()
    repair_codepages(text)
    # Some 0.5 s on one slow core.
    assert time.process_time() - seconds < 10


def assert_consistent(text: str, repaired: str, offsets: OffsetMap) -> None:
    assert len(offsets) == len(repaired)
    assert list(offsets.starts) == sorted(offsets.starts)
    assert list(offsets.ends) == sorted(offsets.ends)
    assert all(
        0 <= start < end <= len(text)
        for start, end in zip(offsets.starts, offsets.ends, strict=True)
    )
