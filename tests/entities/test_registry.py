from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cleaning import Cleaner
from pipeline.entities import Registry, load_registry
from pipeline.entities.registry import fold, spellings
from pipeline.errors import ResourceError

OPENAI = {"id": "company:openai", "en": "OpenAI"}
NVIDIA = {
    "id": "company:nvidia",
    "zh_hans": "英伟达",
    "zh_hant": "輝達",
    "en": "NVIDIA",
    "aliases": ["英偉達"],
}
TENCENT = {"id": "company:tencent", "zh_hans": "腾讯"}
MEETING = {"name": "腾讯会议", "why": "software"}
ARM = {"id": "company:arm", "en": "Arm", "ambiguous": ["Arm"]}


def _found(registry: Registry, text: str) -> list[str]:
    return [match.span.of(text) for match in registry.find(text)]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("OpenAI", "Open AI"),
        ("RTX4090", "RTX 4090"),
        ("RTX 4090", "RTX-4090"),
        ("RTX 4090", "RTX4090"),
        ("骁龙888", "骁龙 888"),
        ("X-Fab", "X Fab"),
        ("X-Fab", "XFab"),
        ("智谱AI", "智谱 AI"),
    ],
)
def test_a_name_is_found_however_its_seams_are_typed(name: str, typed: str) -> None:
    assert typed in spellings(name)


def test_a_han_name_has_one_spelling() -> None:
    assert spellings("台积电") == ("台积电",)


def test_a_name_of_one_character_is_never_looked_up(registry_of: Callable[..., Registry]) -> None:
    registry = registry_of({"id": "company:jing", "zh_hans": "京", "en": "J"})
    assert registry.find("京 J 东") == ()


@pytest.mark.parametrize(
    "text", ["OpenAI", "openai", "OPENAI", "ＯｐｅｎＡＩ", "在OpenAI工作", "(OpenAI)"]
)
def test_case_width_and_han_neighbours_do_not_hide_a_latin_name(
    registry_of: Callable[..., Registry], text: str
) -> None:
    assert len(registry_of(OPENAI).find(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["charm", "alarm", "army", "arm64", "x_arm", "arm_x", "@arm", "见@arm的主页", "www.arm.com"],
)
def test_a_latin_name_is_not_cut_out_of_a_longer_word(
    registry_of: Callable[..., Registry], text: str
) -> None:
    assert registry_of(ARM).find(text) == ()


def test_a_full_stop_behind_a_latin_name_does_not_hide_it(
    registry_of: Callable[..., Registry],
) -> None:
    assert _found(registry_of(OPENAI), "They left OpenAI. Then") == ["OpenAI"]


@pytest.mark.parametrize(("text", "exact"), [("Arm", True), ("ARM", False), ("arm", False)])
def test_a_match_says_whether_the_case_is_the_registrys(
    registry_of: Callable[..., Registry], text: str, exact: bool
) -> None:
    assert registry_of(ARM).find(text)[0].exact_case is exact


def test_the_leftmost_name_wins_and_of_two_there_the_longest(
    registry_of: Callable[..., Registry],
) -> None:
    registry = registry_of(
        {"id": "company:a", "zh_hans": "云海"},
        {"id": "company:b", "zh_hans": "云海集团"},
        {"id": "company:c", "zh_hans": "集团军工"},
    )
    assert _found(registry, "云海集团军工") == ["云海集团"]


def test_matches_ascend_and_never_overlap(shipped: Registry) -> None:
    matches = shipped.find("腾讯会议、腾讯控股与英伟达H100、阿里云、阿里巴巴" * 3)
    ends = [0] + [match.span.end for match in matches]
    assert len(matches) > 10
    assert all(match.span.start >= end for match, end in zip(matches, ends, strict=False))


def test_a_longer_name_that_is_no_entity_covers_the_shorter_one(
    registry_of: Callable[..., Registry],
) -> None:
    (match,) = registry_of(TENCENT, MEETING).find("腾讯会议")
    assert (match.span.end, match.ids) == (4, ())


def test_a_name_that_is_an_entity_is_not_blocked(registry_of: Callable[..., Registry]) -> None:
    (match,) = registry_of(TENCENT, {"name": "腾讯", "why": "mistake"}).find("腾讯")
    assert match.ids == ("company:tencent",)


@pytest.mark.parametrize("name", ["輝達", "英偉達", "英伟达", "NVIDIA", "Nvidia"])
def test_traditional_names_are_found_in_the_simplified_text(
    registry_of: Callable[..., Registry], cleaner: Cleaner, name: str
) -> None:
    (match,) = registry_of(NVIDIA).find(cleaner.simplify(f"{name}發布財報"))
    assert match.ids == ("company:nvidia",)
    assert not match.ambiguous


@pytest.mark.parametrize("name", ["英偉達", "核弹厂", "NVDA"])
def test_hong_kongs_form_nicknames_and_tickers_are_names_too(
    registry_of: Callable[..., Registry], cleaner: Cleaner, name: str
) -> None:
    further = {"zh_hk": "英偉達", "nicknames": ["核弹厂"], "tickers": ["NVDA"]}
    registry = registry_of({"id": "company:nvidia", "zh_hans": "辉达", **further})
    assert registry.find(cleaner.simplify(name))[0].ids == ("company:nvidia",)


@pytest.mark.parametrize("marked", [["苹果"], {"苹果": "fruit"}])
def test_ambiguous_names_come_with_their_other_sense_or_alone(
    registry_of: Callable[..., Registry], marked: object
) -> None:
    registry = registry_of({"id": "company:apple", "zh_hans": "苹果", "ambiguous": marked})
    assert registry.find("苹果")[0].ambiguous


def test_a_name_of_two_entries_is_ambiguous(registry_of: Callable[..., Registry]) -> None:
    registry = registry_of(
        {"id": "company:one", "zh_hans": "长江"}, {"id": "company:two", "zh_hans": "长江"}
    )
    (match,) = registry.find("长江")
    assert match.ambiguous
    assert match.ids == ("company:one", "company:two")


def test_a_service_name_is_ambiguous(registry_of: Callable[..., Registry]) -> None:
    registry = registry_of({"id": "company:weibo", "zh_hans": "微博", "services": ["微博"]})
    (match,) = registry.find("微博")
    assert match.service
    assert match.ambiguous


@pytest.mark.parametrize("text", ["ＡＢＣ　１２‧•", "İstanbul ß", "\U0001f600中文", ""])
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("{}", "not a registry record"),
        ('{"id": "company:x"}', "not a registry record"),
        (
            '{"id": "company:x", "type": "company", "zh_hans": "", "zh_hant": "", "en": "X1",'
            ' "aliases": "X2", "ambiguous": [], "services": []}',
            "not a list",
        ),
        (
            '{"id": "company:x", "type": "company", "zh_hans": null, "zh_hant": "", "en": "X1",'
            ' "aliases": [], "ambiguous": [], "services": []}',
            "not a registry record",
        ),
        (
            '{"id": "firm:x", "type": "firm", "zh_hans": "", "zh_hant": "", "en": "X1",'
            ' "aliases": [], "ambiguous": [], "services": []}',
            "not a registry record",
        ),
    ],
)
def test_a_broken_line_is_named_by_file_and_line(
    folder_of: Callable[..., Path], cleaner: Cleaner, line: str, told: str
) -> None:
    folder = folder_of([OPENAI, line])
    with pytest.raises(ResourceError, match=r"names\.jsonl:2: .*" + told):
        load_registry([folder], cleaner.simplify)


def test_a_registry_without_names_finds_nothing(
    folder_of: Callable[..., Path], cleaner: Cleaner
) -> None:
    assert load_registry([folder_of([])], cleaner.simplify).find("英伟达") == ()


def test_a_folder_without_a_registry_file_is_an_error(tmp_path: Path, cleaner: Cleaner) -> None:
    with pytest.raises(ResourceError, match=r"no \*\.jsonl registry file"):
        load_registry([tmp_path], cleaner.simplify)


def test_a_single_file_is_a_registry_too(folder_of: Callable[..., Path], cleaner: Cleaner) -> None:
    registry = load_registry([folder_of([OPENAI]) / "names.jsonl"], cleaner.simplify)
    assert list(registry.records) == ["company:openai"]


def test_blank_lines_are_passed_over(folder_of: Callable[..., Path], cleaner: Cleaner) -> None:
    registry = load_registry([folder_of(["", OPENAI, " "])], cleaner.simplify)
    assert list(registry.records) == ["company:openai"]


def test_a_later_folders_record_replaces_one_of_the_same_id(
    folder_of: Callable[..., Path], cleaner: Cleaner
) -> None:
    ours = folder_of([{"id": "company:nvidia", "zh_hans": "英伟达"}, OPENAI], name="ours")
    theirs = folder_of([{"id": "company:nvidia", "zh_hans": "老黄公司"}], name="theirs")
    registry = load_registry([ours, theirs], cleaner.simplify)
    assert registry.records["company:nvidia"].name == "老黄公司"
    assert _found(registry, "英伟达 老黄公司 OpenAI") == ["老黄公司", "OpenAI"]
