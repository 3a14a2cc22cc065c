from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.cleaning.script import ScriptConverter
from pipeline.corpus.duplicates import near_duplicates
from pipeline.corpus.passages import Passage
from pipeline.corpus.verify import doubts, faults, shared_names

Read = Callable[[str], list[Passage]]

ONE = "@ wire hans neg=loan\n[远山|company:1]向银行借了[三亿元|amount:-]，准备在明年春天扩建仓库，并不打算收购任何同行。\n"
SAME_TEMPLATE = ONE.replace("远山", "白鹭智能").replace("三亿元", "9000万元")
OTHER = "@ wire hans neg=plain\n周末的展会上人头攒动，[青穹|company:1]的展台前排起了长队，孩子们争着摸机器狗。\n"


@pytest.fixture(scope="module")
def simplify() -> Callable[[str], str]:
    return ScriptConverter().simplify


def test_a_template_with_other_names_is_a_near_duplicate(
    read: Read, simplify: Callable[[str], str]
) -> None:
    passages = read("\n".join((ONE, OTHER, SAME_TEMPLATE)))
    ((similarity, first, second),) = near_duplicates(passages, simplify=simplify)
    assert (first, second) == (passages[0], passages[2])
    assert similarity == 1.0


def test_the_other_script_hides_no_duplicate(read: Read, simplify: Callable[[str], str]) -> None:
    hant = "@ wire hant neg=loan\n[遠山|company:1]向銀行借了[三億元|amount:-]，準備在明年春天擴建倉庫，並不打算收購任何同行。\n"
    assert list(near_duplicates(read(ONE + "\n" + hant), simplify=simplify))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (ONE + "\n" + ONE, "the same text as"),
        (ONE + "\n" + SAME_TEMPLATE, "near-duplicate of"),
        ("@ wire hans neg=plain\n這個說法並沒有說錯。\n", "declared hans"),
        ("@ wire hant neg=plain\n" + "简体字在这里一直写下去，" * 4 + "\n", "declared hant"),
    ],
)
def test_a_fault_is_told(
    content: str, told: str, read: Read, simplify: Callable[[str], str]
) -> None:
    assert any(told in fault for fault in faults(read(content), simplify=simplify))


def test_sentences_of_a_seed_are_found_in_the_other_script(
    read: Read, simplify: Callable[[str], str]
) -> None:
    seed = "據悉，遠山向銀行借了三億元，準備在明年春天擴建倉庫。"
    assert any("with a seed" in f for f in faults(read(ONE), simplify=simplify, seeds=[seed]))
    assert not list(faults(read(OTHER), simplify=simplify, seeds=[seed]))


def test_a_sound_corpus_has_no_faults(read: Read, simplify: Callable[[str], str]) -> None:
    assert list(faults(read(ONE + "\n" + OTHER), simplify=simplify)) == []


def test_a_rare_name_in_both_sets_is_told_and_a_known_one_is_not(read: Read) -> None:
    assert list(shared_names(read(ONE), read(ONE), known=lambda _: True)) == []
    (told,) = shared_names(read(ONE), read(ONE), known=lambda _: False)
    assert "远山" in told


def test_a_name_left_unmarked_is_a_doubt(read: Read) -> None:
    (told,) = doubts(
        read("@ wire hans neg=plain\n[Meta|company:1]来了，Meta说，Metaverse不是它。\n")
    )
    assert "Meta说" in told
