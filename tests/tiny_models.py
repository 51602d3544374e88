"""Small models of every kind, with random weights, as transformers and its friends save them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TEXT = (
    "青石湾大桥昨日合龙全长米总投资亿元计划明年六月通车由省交通设计院设计以后从老城到新区只要五分钟"
    "高山茶园迎来采摘季云顶乡的今开比去早了十天面积有三千亩带动八百户农民增收茶李说春每斤能卖多少谁是"
    "0123456789，。？！：、《》\n"
)
_SIZE = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}


def save_tokenizer(folder: Path, window: int = 64, letters: str = TEXT) -> int:
    """A tokenizer that takes characters one by one; how many ids it has."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    marks = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3}
    vocabulary = marks | {letter: n for n, letter in enumerate(sorted(set(letters)), len(marks))}
    made = Tokenizer(models.WordLevel(vocabulary, "<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B:1 </s>:1",
        special_tokens=[("<s>", 1), ("</s>", 2)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=window,
    ).save_pretrained(folder)
    return len(vocabulary)


def bert_config(vocabulary: int, window: int = 64, **more: Any) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=vocabulary,
        intermediate_size=16,
        max_position_embeddings=window,
        **_SIZE,
        **more,
    )


def seeded() -> None:
    import torch

    torch.manual_seed(11)


def save_answers(folder: Path, window: int = 64) -> Path:
    """An extractive question answering model."""
    from transformers import BertForQuestionAnswering

    seeded()
    config = bert_config(save_tokenizer(folder, window), window)
    BertForQuestionAnswering(config).save_pretrained(folder)
    return folder


def save_tokens(folder: Path, window: int = 64) -> Path:
    """A token classifier."""
    from transformers import BertForTokenClassification

    seeded()
    labels = {0: "irrelevant", 1: "relevant"}
    config = bert_config(save_tokenizer(folder, window), window, id2label=labels)
    BertForTokenClassification(config).save_pretrained(folder)
    return folder


def save_open_provence(folder: Path, window: int = 64) -> Path:
    """An OpenProvence model: ranker and head by name, with a program that must not run."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForSequenceClassification, XLMRobertaConfig

    seeded()
    count = save_tokenizer(folder, window)
    base = XLMRobertaConfig(
        vocab_size=count,
        intermediate_size=16,
        max_position_embeddings=window + 2,
        pad_token_id=0,
        type_vocab_size=1,
        num_labels=1,
        **_SIZE,
    )
    ranker = AutoModelForSequenceClassification.from_config(base)
    head = torch.nn.Linear(16, 2)
    weights = {f"ranking_model.{name}": rows for name, rows in ranker.state_dict().items()}
    weights |= {f"pruning_head.classifier.{name}": rows for name, rows in head.state_dict().items()}
    save_file(
        {name: rows.contiguous() for name, rows in weights.items()}, folder / "model.safetensors"
    )
    config = {
        "architectures": ["OpenProvenceModel"],
        "model_type": "open_provence",
        "auto_map": {"AutoModel": "modeling_open_provence_standalone.OpenProvenceModel"},
        "base_model_config": base.to_dict(),
        "pruning_config": {"hidden_size": 16, "num_labels": 2},
        "max_length": window,
    }
    write_config(folder, config)
    (folder / "modeling_open_provence_standalone.py").write_text("raise SystemExit('it ran')\n")
    return folder


def save_provence(folder: Path, window: int = 64) -> Path:
    """A Provence model: DeBERTa's ranker with a head for tokens beside it."""
    import torch
    from safetensors.torch import save_file
    from transformers import DebertaV2Config, DebertaV2ForSequenceClassification

    seeded()
    count = save_tokenizer(folder, window)
    base = DebertaV2Config(
        vocab_size=count,
        intermediate_size=16,
        max_position_embeddings=window,
        type_vocab_size=0,
        num_labels=1,
        relative_attention=True,
        pos_att_type=["p2c", "c2p"],
        **_SIZE,
    )
    ranker = DebertaV2ForSequenceClassification(base)
    head = torch.nn.Linear(16, 2)
    weights = dict(ranker.state_dict())
    weights |= {f"token_classifier.{name}": rows for name, rows in head.state_dict().items()}
    save_file(
        {name: rows.contiguous() for name, rows in weights.items()}, folder / "model.safetensors"
    )
    said = base.to_dict() | {
        "architectures": ["Provence"],
        "model_type": "Provence",
        "auto_map": {"AutoModel": "modeling_provence.Provence"},
    }
    write_config(folder, said)
    (folder / "modeling_provence.py").write_text("raise SystemExit('it ran')\n")
    return folder


def save_reranker(folder: Path, window: int = 64) -> Path:
    """A cross-encoder, as sentence-transformers saves it."""
    from sentence_transformers import CrossEncoder
    from transformers import BertForSequenceClassification

    seeded()
    inner = folder / "inner"
    config = bert_config(save_tokenizer(inner, window), window, num_labels=1)
    BertForSequenceClassification(config).save_pretrained(inner)
    CrossEncoder(str(inner), device="cpu").save_pretrained(
        str(folder / "model"), create_model_card=False
    )
    return folder / "model"


def write_config(folder: Path, config: dict[str, Any]) -> None:
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False), encoding="utf-8")


READERS = {
    "answers": save_answers,
    "tokens": save_tokens,
    "provence": save_provence,
    "open_provence": save_open_provence,
}
