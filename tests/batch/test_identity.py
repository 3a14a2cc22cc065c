"""One id a run for names that the registry does not know: rules, records, and whole runs."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.batch.identity import BESIDE, DATABASE
from pipeline.batch.manifest import PARTS, check_folder
from pipeline.batch.merge import merge
from pipeline.batch.parts import line
from pipeline.errors import RunError
from pipeline.schema import ARTICLE_SCHEMA, TRIPLE_SCHEMA
from pipeline.triples import triple_id
from tests.command import Command

Record = dict[str, Any]
# An entity as its type and forms, or the id of a known one and forms.
Spec = tuple[str, ...]

TENCENT: Spec = ("company:tencent", "腾讯")
BAIDU: Spec = ("company:baidu", "百度")
FAR = "　" * (BESIDE + 1)


def local_id(article_id: str, kind: str, name: str) -> str:
    digest = hashlib.sha256(f"{article_id}\n{kind}\n{name}".encode()).hexdigest()
    return f"local:{kind}:{digest[:16]}"


def article(article_id: str, *specs: Spec, between: str = "，") -> Record:
    """A line of a part: an article that says each form of each entity, one after the other."""
    text, entities, mentions = "", [], []
    for first, *forms in specs:
        kind, _, known = first.partition(":")
        name = max(forms, key=len)
        entity_id = first if known else local_id(article_id, kind, name)
        names = {"zh-Hans": name, "zh-Hant": name, "en": ""}
        entities.append({"id": entity_id, "type": kind, "name": name, "names": names})
        for form in forms:
            span = {"text": form, "start": len(text), "end": len(text) + len(form)}
            scores = {"confidence": 0.9, "recogniser": "model"}
            mentions.append({"entity": entity_id, "type": kind, **span, **scores})
            text += form + between
    text += article_id
    record = {
        "schema": "zongheng/1",
        "id": article_id,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        **dict.fromkeys(("title", "source", "published", "encoding"), ""),
        "script": "Hans",
        "characters": len(text),
        "text": text,
        "entities": entities,
        "mentions": mentions,
        **{"candidates": [], "boilerplate": [], "repairs": [], "extractor": "test"},
    }
    return {"article": record, "triples": [], "rejects": []}


def relate(made: Record, head: int, relation: str, tail: int, **values: object) -> Record:
    """`made` with a triple of its entities number `head` and `tail`, and their pair."""
    told = made["article"]
    ends, evidence = {}, {"text": told["text"], "start": 0, "end": len(told["text"])}
    for role, number in (("head", head), ("tail", tail)):
        entity = told["entities"][number]
        mention = next(one for one in told["mentions"] if one["entity"] == entity["id"])
        ends |= {f"{role}_id": entity["id"], role: entity["name"], f"{role}_type": entity["type"]}
        ends |= {f"{role}_zh_hans": entity["name"], f"{role}_zh_hant": "", f"{role}_en": ""}
        evidence |= {f"{role}_{key}": mention[key] for key in ("text", "start", "end")}
    texts = "amount amount_currency date date_iso stake object title source published".split()
    numbers = ("amount_value", "amount_value_max", "stake_percent")
    first, second = sorted((ends["head_id"], ends["tail_id"]))
    told["candidates"].append({"first": first, "second": second})
    told["candidates"].sort(key=lambda pair: (pair["first"], pair["second"]))
    ids = (ends["head_id"], relation, ends["tail_id"])
    triple = {
        "schema": "zongheng/1",
        "id": triple_id(told["id"], told["sha256"], *ids),
        **{"article_id": told["id"], "article_sha256": told["sha256"]},
        **{**ends, "relation": relation, "status": "actual", "confidence": 0.9},
        **{**dict.fromkeys(texts, ""), **dict.fromkeys(numbers), "evidence": [evidence]},
        **{"extractor": "test", **values},
    }
    made["triples"].append(triple)
    return made


class Merged:
    """What the real merge makes of some lines of a part."""

    def __init__(self, folder: Path, *lines: Record) -> None:
        parts, self.out = folder / PARTS, folder
        parts.mkdir(parents=True)
        header = {"part": 0, "input_sha256": "0" * 64}
        (parts / "00000.jsonl").write_bytes(b"".join(map(line, [header, *lines])))
        merge(parts, folder)
        self.left = {path.name for path in parts.iterdir()}

    def records(self, name: str) -> list[Record]:
        lines = (self.out / f"{name}.jsonl").read_text("utf-8").splitlines()
        return [json.loads(one) for one in lines]

    def ids(self, number: int = 0) -> list[str]:
        """The id of entity `number` of each article; "local" for those of one article."""
        found = [record["entities"][number]["id"] for record in self.records("articles")]
        return ["local" if one.startswith("local:") else one for one in found]


Run = Callable[..., Merged]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Merge articles that are given as lists of entities, or as lines of a part."""

    def call(*given: Record | list[Spec], name: str = "run") -> Merged:
        lines = [
            one if isinstance(one, dict) else article(f"a{number}", *one)
            for number, one in enumerate(given)
        ]
        return Merged(tmp_path / name, *lines)

    return call


def is_one(ids: list[str]) -> bool:
    return len(set(ids)) == 1 and ids[0].startswith("name:")


class TestNames:
    @pytest.mark.parametrize(
        ("kind", "one", "other"),
        [
            ("company", "星川科技", "星川科技"),
            ("company", "星川科技股份有限公司", "星川科技"),
            ("company", "Lumen Forge Inc.", "lumen-forge"),
            ("person", "林牧野", "林牧野"),
            ("person", "艾琳·福斯特", "艾琳.福斯特"),
            ("person", "Irene Foster", "irene foster"),
            ("chip", "云雀9000", "云雀 9000"),
        ],
    )
    def test_one_full_name_is_one_entity(self, run: Run, kind: str, one: str, other: str) -> None:
        ids = run([(kind, one)], [(kind, other)]).ids()
        assert is_one(ids)
        assert ids[0].startswith(f"name:{kind}:")

    def test_a_name_has_the_same_id_in_every_run(self, run: Run) -> None:
        (first,) = run([("company", "星川科技")], name="1").ids()
        *_, second = run([("company", "月海资本")], [("company", "星川科技")], name="2").ids()
        assert first == second

    def test_one_name_of_two_types_has_two_ids(self, run: Run) -> None:
        ids = run([("company", "星川科技")], [("chip", "星川科技")]).ids()
        assert [one.rpartition(":")[0] for one in ids] == ["name:company", "name:chip"]

    def test_latin_words_are_not_cut_like_legal_tails(self, run: Run) -> None:
        first, second = run([("company", "Tarsco")], [("company", "Tars")]).ids()
        assert first != second

    def test_a_traditional_mention_is_a_form_of_the_simplified_name(self, run: Run) -> None:
        merged = run([("company", "凌云电子科技", "凌雲電子")], [("company", "凌云电子")])
        assert is_one(merged.ids())

    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            ("company", "某公司"),
            ("company", "子公司"),
            ("company", "某科技公司"),
            ("company", "新能源汽车公司"),
            ("company", "国内芯片厂商"),
            ("company", "该企业"),
            ("company", "川"),
            ("company", "360"),
            ("company", "星川\n科技"),
            ("chip", "AI芯片"),
            ("chip", "5090"),
            ("person", "马老师"),
            ("person", "李总"),
            ("person", "老王"),
            ("person", "张某"),
        ],
    )
    def test_what_names_nobody_in_particular_stays_local(
        self, run: Run, kind: str, name: str
    ) -> None:
        assert run(*([(kind, name), TENCENT] for _ in range(3))).ids() == ["local"] * 3


class TestShortForms:
    FULL: Spec = ("company", "星川科技", "星川")
    SHORT: Spec = ("company", "星川")

    def test_a_short_form_of_one_full_form_joins_it(self, run: Run) -> None:
        assert is_one(run([self.FULL], [self.SHORT], [("company", "星川科技")]).ids())

    def test_a_short_form_of_two_stays_local_and_they_keep_apart(self, run: Run) -> None:
        ids = run([self.FULL], [("company", "星川医药", "星川")], [self.SHORT]).ids()
        assert ids[2] == "local"
        assert len({*ids}) == 3
        assert ids[0].startswith("name:company:")

    def test_a_short_form_is_open_where_two_full_ones_only_begin_with_it(self, run: Run) -> None:
        ids = run([self.FULL], [("company", "星川医药")], [self.SHORT]).ids()
        assert ids[2] == "local"

    def test_a_beginning_of_two_forms_of_one_firm_is_not_open(self, run: Run) -> None:
        ids = run([self.FULL], [("company", "星川科技深圳公司")], [self.SHORT]).ids()
        assert ids[0] == ids[2] != ids[1]

    def test_a_short_form_that_no_article_explains_has_an_id_of_its_own(self, run: Run) -> None:
        ids = run([("company", "星川科技")], [self.SHORT], [self.SHORT]).ids()
        assert is_one(ids[1:])
        assert ids[0] != ids[1]

    def test_short_forms_lead_on_to_the_fullest(self, run: Run) -> None:
        longest = ("company", "海州星川科技", "星川科技")
        assert is_one(run([longest], [self.FULL], [self.SHORT]).ids())

    def test_short_forms_do_not_chain_two_full_ones(self, run: Run) -> None:
        one, other = (
            ("company", "海州星川科技", "星川科技"),
            ("company", "云州星川科技", "星川科技"),
        )
        ids = run([one], [other], [self.FULL], [self.SHORT]).ids()
        assert ids[0] != ids[1]
        assert ids[2:] == ["local", "local"]

    def test_another_name_that_is_no_short_form_joins_nothing(self, run: Run) -> None:
        ids = run([("company", "星川科技", "月海")], [("company", "月海")]).ids()
        assert ids[0] != ids[1]

    def test_entities_that_an_article_keeps_apart_never_get_one_id(self, run: Run) -> None:
        merged = run([self.FULL], [("company", "星川科技"), self.SHORT])
        assert is_one(merged.ids())
        assert merged.records("articles")[1]["entities"][1]["id"].startswith("local:")


class TestEnglishNames:
    def test_an_english_name_leads_to_the_chinese_one(self, run: Run) -> None:
        ids = run([("company", "星川科技", "Xingchuan")], [("company", "Xingchuan")]).ids()
        assert is_one(ids)

    def test_an_english_name_of_two_chinese_ones_stays_local(self, run: Run) -> None:
        given = [[("company", name, "Xingchuan")] for name in ("星川科技", "行船资本")]
        assert run(*given, [("company", "Xingchuan")]).ids()[2] == "local"

    @pytest.mark.parametrize("other", ["Lumen", "LFT", "Lumen Forge Tech"])
    def test_a_beginning_or_the_initials_do_not_contradict(self, run: Run, other: str) -> None:
        names = [("company", "星川科技", english) for english in ("Lumen Forge Tech", other)]
        assert is_one(run(*([name] for name in names)).ids())

    def test_bearers_of_one_name_with_different_english_ones_are_apart(self, run: Run) -> None:
        one, other = ("company", "星川科技", "Lumen"), ("company", "星川科技", "Ostrava")
        ids = run([one], [other], [("company", "星川科技")], [one]).ids()
        assert ids[0] == ids[3] != ids[1]
        assert ids[2] == "local"


class TestPeopleAndChips:
    @pytest.mark.parametrize(
        "spec",
        [
            ("person", "林野"),
            ("person", "艾琳娜"),
            ("person", "Irene"),
            ("chip", "Z1"),
            ("chip", "X300"),
        ],
    )
    def test_a_short_name_joins_only_beside_the_same_company(self, run: Run, spec: Spec) -> None:
        ids = run([spec, TENCENT], [spec, TENCENT], [spec, BAIDU], [spec]).ids()
        assert is_one(ids[:2])
        assert ids[2:] == ["local", "local"]

    def test_a_company_far_away_does_not_join(self, run: Run) -> None:
        given = [article(f"a{n}", ("person", "林野"), TENCENT, between=FAR) for n in range(2)]
        assert run(*given).ids() == ["local", "local"]

    def test_a_company_of_the_run_will_do(self, run: Run) -> None:
        firm = ("company", "星川科技")
        assert is_one(run([("person", "林野"), firm], [("person", "林野"), firm]).ids())

    def test_two_groups_of_one_name_are_two_people(self, run: Run) -> None:
        ids = run(*([("person", "林野"), firm] for firm in (TENCENT, BAIDU) * 2)).ids()
        assert ids[0] == ids[2] != ids[1] == ids[3]

    def test_companies_do_not_chain(self, run: Run) -> None:
        spec = ("person", "林野")
        ids = run([spec, TENCENT], [spec, TENCENT], [spec, TENCENT, BAIDU], [spec, BAIDU]).ids()
        assert is_one(ids[:3])
        assert ids[3] == "local"

    def test_a_surname_joins_its_full_name_beside_the_same_company(self, run: Run) -> None:
        full, short = ("person", "艾琳·福斯特", "福斯特"), ("person", "福斯特")
        ids = run([full, TENCENT], [short, TENCENT], [short, BAIDU]).ids()
        assert is_one(ids[:2])
        assert ids[2] == "local"

    def test_a_surname_of_two_full_names_there_stays_local(self, run: Run) -> None:
        names = ("艾琳·福斯特", "本·福斯特")
        given = [[("person", name, "福斯特"), TENCENT] for name in names]
        ids = run(*given, *([("person", "福斯特"), TENCENT] for _ in range(2))).ids()
        assert ids[2:] == ["local", "local"]


class TestRecords:
    def test_mentions_candidates_and_triples_follow_and_stay_valid(self, run: Run) -> None:
        made = article("a0", ("company", "星川科技"), ("company", "月海资本"), ("person", "李总"))
        merged = run(relate(relate(made, 1, "buy", 0), 2, "invest", 0))
        (told,) = merged.records("articles")
        Draft202012Validator(ARTICLE_SCHEMA).validate(told)
        ids = [entity["id"] for entity in told["entities"]]
        assert [mention["entity"] for mention in told["mentions"]] == ids
        pairs = [(pair["first"], pair["second"]) for pair in told["candidates"]]
        assert pairs == sorted(tuple(sorted(pair)) for pair in ((ids[0], ids[1]), (ids[0], ids[2])))
        for triple in merged.records("triples"):
            Draft202012Validator(TRIPLE_SCHEMA).validate(triple)
            ends = (triple["head_id"], triple["relation"], triple["tail_id"])
            assert set(ends[::2]) <= {*ids}
            assert triple["id"] == triple_id("a0", told["sha256"], *ends)

    def test_records_keep_their_articles_own_names(self, run: Run) -> None:
        merged = run([("company", "星川科技有限公司")], [("company", "星川科技")])
        names = [record["entities"][0]["name"] for record in merged.records("articles")]
        assert names == ["星川科技有限公司", "星川科技"]

    @pytest.mark.parametrize("names", [("星川科技", "月海资本"), ("月海资本", "星川科技")])
    def test_a_symmetric_triple_has_the_smaller_id_first_and_turns_whole(
        self, run: Run, names: tuple[str, str]
    ) -> None:
        made = article("a0", *(("company", name) for name in names))
        first, second = (entity["id"] for entity in made["article"]["entities"])
        ends = (0, 1) if first < second else (1, 0)
        (triple,) = run(relate(made, ends[0], "compete", ends[1])).records("triples")
        assert triple["head_id"] < triple["tail_id"]
        assert {triple["head"], triple["tail"]} == {*names}
        (evidence,) = triple["evidence"]
        for role in ("head", "tail"):
            assert triple[role] == triple[f"{role}_zh_hans"] == evidence[f"{role}_text"]
            span = slice(evidence[f"{role}_start"], evidence[f"{role}_end"])
            assert evidence["text"][span] == triple[role]

    def test_a_directed_triple_never_turns(self, run: Run) -> None:
        for number, ends in enumerate(((0, 1), (1, 0))):
            made = article("a0", ("company", "星川科技"), ("company", "月海资本"))
            (triple,) = run(relate(made, ends[0], "buy", ends[1]), name=str(number)).records(
                "triples"
            )
            assert triple["head"] == ("星川科技", "月海资本")[ends[0]]

    def test_triples_stand_by_evidence_then_ends(self, run: Run) -> None:
        made = article(
            "a0", ("company", "星川科技"), ("company", "月海资本"), ("company", "青禾电子")
        )
        for head, tail in ((2, 1), (0, 1), (1, 0), (0, 2)):
            relate(made, head, "buy", tail)
        found = run(made).records("triples")
        ends = [(triple["head_id"], triple["tail_id"]) for triple in found]
        assert ends == sorted(ends)

    def test_a_rejects_detail_names_the_new_id(self, run: Run) -> None:
        made = article("a0", ("company", "星川科技"))
        (entity,) = made["article"]["entities"]
        detail = f"({entity['id']}, buy, {entity['id']}): head and tail are the same entity"
        reject = {"schema": "zongheng/1", "article_id": "a0", "part": "triple"}
        made["rejects"].append({**reject, "reason": "self_relation", "detail": detail})
        merged = run(made)
        assert merged.ids()[0] in merged.records("rejects")[0]["detail"]

    def test_an_article_without_unknown_names_is_left_as_it_is(self, run: Run) -> None:
        made = relate(article("a0", TENCENT, BAIDU), 0, "buy", 1)
        merged = run(made)
        assert merged.records("articles") == [made["article"]]
        assert merged.records("triples") == made["triples"]

    def test_an_article_that_becomes_a_reject_decides_nothing(self, run: Run) -> None:
        # The same text again: what only it says (a second bearer of 星川) is not in the run.
        first = article("a0", ("company", "星川科技", "星川"))
        again = article("a1", ("company", "星川医药", "星川"))
        again["article"]["sha256"] = first["article"]["sha256"]
        ids = run(first, again, article("a2", ("company", "星川"))).ids()
        assert is_one(ids)
        assert len(ids) == 2


class TestDatabase:
    def test_nothing_of_it_is_left(self, run: Run) -> None:
        assert run([("company", "星川科技")]).left == {"00000.jsonl"}

    def test_what_a_killed_run_left_is_known_as_ours(self, tmp_path: Path) -> None:
        (tmp_path / PARTS).mkdir()
        (tmp_path / PARTS / DATABASE).touch()
        check_folder(tmp_path)

    def test_a_database_that_cannot_be_written_is_a_run_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.batch.identity.TABLES", "PRAGMA max_page_count = 1; CREATE")
        with pytest.raises(RunError, match=r"cannot write .*run the same command again"):
            Merged(tmp_path / "run", article("a0", ("company", "星川科技")))


STORIES = {
    "a": "星川科技股份有限公司（简称星川）周三宣布，以3亿元收购月海半导体公司。"
    "月海半导体的创始人林牧野表示，交易预计年内完成。",
    "b": "据报道，腾讯投资了月海半导体公司，金额未披露。月海半导体公司表示，资金将用于扩产。",
    "c": "星川科技公司与月海半导体公司竞争激烈。分析师认为，星川科技公司更有优势。",
    "d": "知情人士称，华为计划收购星川科技公司。星川科技公司没有回应。",
}


@pytest.fixture
def stories(folder: Path) -> Path:
    for name, text in STORIES.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def outputs(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("*.json*")}


def test_a_run_gives_unknown_companies_one_id(stories: Path, zongheng: Command) -> None:
    assert zongheng("run", *map(str, stories.glob("*.txt")), "-o", "out", "-q").status == 0
    lines = Path("out/articles.jsonl").read_text("utf-8").splitlines()
    entities = [entity for one in lines for entity in json.loads(one)["entities"]]
    for name in ("星川科技", "月海半导体"):
        ids = {entity["id"] for entity in entities if entity["name"].startswith(name)}
        assert len(ids) == 1, name
        assert ids.pop().startswith("name:company:")
    triples = [json.loads(one) for one in Path("out/triples.jsonl").read_text().splitlines()]
    assert any(triple["head_id"].startswith("name:") for triple in triples)


def test_engine_and_workers_do_not_show(
    stories: Path,
    zongheng: Command,
    small_parts: None,  # noqa: ARG001
) -> None:
    inputs = [*map(str, sorted(stories.glob("*.txt")))]
    engines = {"1": ("serial", "1"), "2": ("processes", "1"), "3": ("processes", "2")}
    for out, (engine, workers) in engines.items():
        options = ("-o", out, "-q", "--engine", engine, "--workers", workers)
        assert zongheng("run", *inputs, *options).status == 0
    assert outputs(Path("1")) == outputs(Path("2")) == outputs(Path("3"))


KILLED = """
import os, signal, sys
import pipeline.batch.merge as merge
from pipeline.cli import main
real, calls = merge.with_new_ids, 0
def kill(record, new):
    global calls
    calls += 1
    if calls == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(record, new)
merge.with_new_ids = kill
sys.argv = ["zongheng", *sys.argv[1:]]
main()
"""


def test_a_run_that_is_killed_while_it_merges_gives_the_same_bytes(
    stories: Path, zongheng: Command, root: Path
) -> None:
    inputs = [*map(str, sorted(stories.glob("*.txt")))]
    command = ("run", *inputs, "-q", "--engine", "serial", "-o")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *command, str(stories / "1")],
        cwd=stories,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert (stories / "1" / PARTS / DATABASE).exists()
    assert zongheng(*command, str(stories / "1")).status == 0
    assert zongheng(*command, str(stories / "2")).status == 0
    assert outputs(stories / "1") == outputs(stories / "2")
    assert not (stories / "1" / PARTS).exists()
