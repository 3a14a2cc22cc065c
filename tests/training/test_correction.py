"""The walk-through of docs/correction.md, its own commands in its own order, on a tiny encoder.
Needs the extra `train`."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from pipeline.corpus.inline import read_passages
from pipeline.corpus.passages import Passage
from pipeline.training.data import load_data
from tests.command import Command

# The width of this encoder's auxiliary head is nought, at which torch warns.
pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore::UserWarning")]

LEARN = {
    "stake": "英伟达周二宣布，将以50亿美元入股英特尔。🚀双方没有透露细节。",
    "order": "甲骨文计划向英伟达采购四十万枚GB200芯片。\n\n远山科技也在排队。",
    "denial": "高通否認將收購英特爾。輝達已向台積電追加訂單。",
}
TEST = {"rivals": "AMD与英伟达的竞争更加激烈，谷歌宣布入股远山科技。"}
CORPUS = """@ wire hans
[远山|company:1]宣布收购[青穹|company:2]，此前它入股了[白鹭|company:3]。
1 buy 2 actual
1 invest 3 actual

@ wire hans
传[Norvane|company:1]的[L2|chip:2]将叫板[Q7|chip:3]，[林若川|person:4]不予置评。
2 compete 3 rumored
"""
DEV = """@ wire hans
[云岭|company:1]宣布收购[沙洲|company:2]。
1 buy 2 actual
"""
CONFIG = """
[training]
epochs = 1
batch_tokens = 60
spurious_from_epoch = 0
"""
Item = dict[str, Any]


def commands(doc: str) -> list[list[str]]:
    """The commands of the code blocks, each as its words."""
    blocks = re.findall(r"^```sh\n(.*?)^```", doc, flags=re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines]


@pytest.fixture
def clone(folder: Path, backbone: Path) -> Path:
    """The current folder, laid out as the walk-through expects it."""
    files = {
        **{f"articles/learn/{name}.txt": text for name, text in LEARN.items()},
        **{f"articles/test/{name}.txt": text for name, text in TEST.items()},
        "corpus/train/a.passages": CORPUS,
        "corpus/dev/a.passages": DEV,
        "models/zongheng-small/config.toml": CONFIG,
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    shutil.copytree(backbone, folder / "intfloat" / "multilingual-e5-small")
    return folder


def corrected(data: Item, result: list[Item]) -> list[Item]:
    """What a person makes of a task's prediction: the plan to buy is a rumour, what the purchase
    of the chip says of the maker goes, and 远山科技 is a company where it was overlooked."""
    words = {item["id"]: item["value"]["text"] for item in result if item["type"] == "labels"}
    kept = []
    for item in result:
        if item["type"] == "relation" and item["labels"] == ["buy planned"]:
            if words[item["to_id"]] == "英伟达":
                continue
            item = {**item, "labels": ["buy rumored"]}
        kept.append(item)
    start = data["text"].find("远山科技")
    if start >= 0 and "远山科技" not in words.values():
        value = {"start": start, "end": start + 4, "labels": ["company"]}
        kept.append({"id": "new", "type": "labels", "value": value})
    return kept


def annotate(tasks: Path, export: Path) -> None:
    """Label Studio's part: every task is corrected and submitted."""
    given = json.loads(tasks.read_text("utf-8"))
    for task in given:
        result = corrected(task["data"], task["predictions"][0]["result"])
        task["annotations"] = [{"result": result, "was_cancelled": False}]
        task["predictions"] = []
    export.parent.mkdir(exist_ok=True)
    export.write_text(json.dumps(given, ensure_ascii=False), "utf-8")


def annotate_in_doccano(records: Path, export: Path) -> None:
    """doccano's part: it gives spans ids of its own."""
    lines = []
    for line in records.read_text("utf-8").splitlines():
        record = json.loads(line)
        words = {
            span["id"]: record["text"][span["start_offset"] : span["end_offset"]]
            for span in record["entities"]
        }
        kept = []
        for relation in record["relations"]:
            if relation["type"] == "buy planned":
                if words[relation["to_id"]] == "英伟达":
                    continue
                relation["type"] = "buy rumored"
            kept.append(relation)
        start = record["text"].find("远山科技")
        if start >= 0 and "远山科技" not in words.values():
            span = {"id": 90, "label": "company", "start_offset": start, "end_offset": start + 4}
            record["entities"].append(span)
        for item in (*record["entities"], *kept):
            for key in {"id", "from_id", "to_id"} & item.keys():
                item[key] += 1000
        lines.append(json.dumps({**record, "id": len(lines), "relations": kept}))
    export.write_text("\n".join(lines), "utf-8")


def stated(passages: list[Passage]) -> set[tuple[str, str, str, str]]:
    return {
        (_name(passage, triple.head), triple.relation, _name(passage, triple.tail), triple.status)
        for passage in passages
        for triple in passage.triples
    }


def _name(passage: Passage, entity: int) -> str:
    return next(m.span.of(passage.text) for m in passage.mentions if m.entity == entity)


def test_the_walk_through_leads_from_a_run_to_a_model_that_learned_its_corrections(
    root: Path, clone: Path, zongheng: Command
) -> None:
    doc = (root / "docs" / "correction.md").read_text(encoding="utf-8")
    done = []
    for program, *arguments in commands(doc):
        assert program == "zongheng"
        for word in arguments:
            if word.startswith("exports/") and word.endswith(".json"):
                annotate(clone / word.replace("exports", "tasks"), clone / word)
            elif word.startswith("exports/"):
                annotate_in_doccano(clone / word.replace("exports", "tasks"), clone / word)
        result = zongheng(*arguments)
        assert result.status == 0, (arguments, result.out, result.err)
        done.append(arguments[0])
    assert set(done) == {"run", "corpus", "train", "export-model", "evaluate"}

    proposed = list(read_passages([clone / "to-correct"]))
    learned = list(read_passages([clone / "mine"]))
    assert ("甲骨文", "buy", "GB200", "planned") in stated(proposed)
    assert stated(learned) == {
        (head, relation, tail, "rumored" if (relation, status) == ("buy", "planned") else status)
        for head, relation, tail, status in stated(proposed)
        if (relation, tail, status) != ("buy", "英伟达", "planned")
    }
    assert ("甲骨文", "buy", "GB200", "rumored") in stated(learned)
    in_doccano = clone / "from-doccano" / "learn.passages"
    assert in_doccano.read_bytes() == (clone / "mine" / "learn.passages").read_bytes()
    assert ("company", "远山科技") in {name for one in learned for name in one.names()}

    data = load_data([clone / "corpus/train", clone / "mine"], [clone / "corpus/dev"], None)
    examples = {example.text: example for example in data.train["corpus"]}
    order = next(example for text, example in examples.items() if "四十万枚" in text)
    assert list(order.triples.values()) == ["rumored"]
    manifest = json.loads((clone / "outputs/train/after/manifest.json").read_text("utf-8"))
    assert data.files.items() <= manifest["files"].items()
