"""What the tests of training share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer as WordTokenizer
from tokenizers import models

from pipeline.model.tokens import SPECIALS


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer encoder of width 12 that has learned nothing. Needs the extra `train`."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("backbone")
    pieces = [*SPECIALS, "▁", *"▁N o r v a n e L Q 远 山 青 穹 白 鹭 收 购 入 股 ， 。 2 7".split()]
    vocabulary = [(piece, -1.0) for piece in dict.fromkeys(pieces)]
    WordTokenizer(models.Unigram(vocabulary, unk_id=3)).save(str(folder / "tokenizer.json"))
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=12, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=300, pad_token_id=1,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder
