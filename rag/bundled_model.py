"""The model that comes with the install: multilingual-e5-small, unpacked from 4-bit weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.weights_file import WeightsFile, charsmap, weights_path

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel

WINDOW = 512
"""Tokens that the model sees at once, `<s>` and `</s>` included."""

# Name in the weights file → name in a BERT layer; "w" and "b" become weight and bias.
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def float_bert(weights: WeightsFile | None = None) -> BertModel:
    """The encoder in float32, in evaluation mode, without a pooler.

    Args:
        weights: the file, if it is already read.

    Raises:
        ModelMissing: the package that holds the weights is not installed.
        ModelCorrupt: the weights are not the known ones.
    """
    import torch
    from transformers import BertConfig, BertModel

    weights = weights or WeightsFile(weights_path())
    shape = weights.shape
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.token_types,
        layer_norm_eps=shape.epsilon,
        bos_token_id=weights.vocabulary.bos,
        eos_token_id=weights.vocabulary.eos,
        pad_token_id=weights.vocabulary.pad,
    )
    with torch.device("meta"):  # no time is lost on random weights
        model = BertModel(config, add_pooling_layer=False)
    model.to_empty(device="cpu")
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name in weights.tensor_names:
            parameter = parameters.pop(_bert_name(name))
            parameter.copy_(torch.from_numpy(weights.tensor(name)).view_as(parameter))
    if parameters:
        raise AssertionError(f"parameters without weights: {sorted(parameters)}")
    model.embeddings.position_ids = torch.arange(shape.positions).expand(1, -1)
    model.embeddings.token_type_ids = torch.zeros((1, shape.positions), dtype=torch.long)
    return model.eval()


def tokenizer(weights: WeightsFile | None = None) -> Tokenizer:
    """The model's tokenizer: `<s> … </s>`, at most 512 tokens; further windows are `overflowing`.

    Args:
        weights: the file, if it is already read.

    Raises:
        ModelMissing, ModelCorrupt: as `float_bert`.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    weights = weights or WeightsFile(weights_path())
    vocabulary = weights.vocabulary
    made = Tokenizer(models.Unigram(list(vocabulary.pieces), vocabulary.unknown, False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(charsmap(weights.normaliser)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    made.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    made.enable_truncation(WINDOW)
    return made


def _bert_name(name: str) -> str:
    """`l3.ao.w` → `encoder.layer.3.attention.output.dense.weight`."""
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    ending = "weight" if kind == "w" else "bias"
    return f"encoder.layer.{layer.removeprefix('l')}.{_LAYER_NAMES[part]}.{ending}"
