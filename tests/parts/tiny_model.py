"""A tiny language model with random weights, for a real server to run.

It is a two-layer llama of about half a megabyte whose answers mean nothing and are always the
same for the same seed. Two numbers of its hidden state are left alone by every layer, and through
them it is told what random weights would never learn:

* a token that must not be drawn has an output row that points against the first number, which is
  the same everywhere: answers are printable text, never half a UTF-8 character or a control token;
* the second number is set by a token that the chat template puts at the end of a prompt which
  offers tools and holds no result yet: there the model begins a call (the call's mark, a new line).
  What follows is forced by the server's grammar, and when that leaves nothing else, the answer ends.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

_WIDTH = 64
_FEED_FORWARD = 128
_HEADS = 4
_LAYERS = 2
_CONTEXT = 4096
_WORDS = "the of and to in is it on for with as are was by at or an be this from that not have we you".split()
_SPACE = "\u2581"
_CALL_NOW = "<call>"
_CALL = "<tool_call>"
_NEW_LINE = "<0x0A>"
_END = "</s>"

CHAT_TEMPLATE = """\
{%- if tools %}[system]
You may call these functions:
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>
Answer a call as <tool_call>{"name": ..., "arguments": ...}</tool_call>
{% endif %}
{%- for message in messages %}
{%- if message.role == "tool" %}[user]
<tool_response>{{ message.content }}</tool_response>
{% else %}[{{ message.role }}]
{{ message.content or "" }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}[assistant]
{%- if tools and messages[-1].role != "tool" %}
<call>
{%- else %}

{% endif %}
{%- endif %}"""


class _Vocabulary:
    """Tokens in the order of their ids.

    `reluctance` is how strongly each is kept from being drawn. Where a grammar leaves a choice
    after one call, the order of these numbers makes the end come before a space or another call.
    """

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.types: list[int] = []
        self.reluctance: list[float] = []
        self._add(["<unk>"], gguf.TokenType.UNKNOWN, reluctance=100.0)
        self._add(["<s>"], gguf.TokenType.CONTROL, reluctance=100.0)
        self._add([_END], gguf.TokenType.CONTROL, reluctance=50.0)
        self._add([f"<0x{byte:02X}>" for byte in range(256)], gguf.TokenType.BYTE, reluctance=100.0)
        self._add([_CALL, _CALL_NOW], gguf.TokenType.USER_DEFINED, reluctance=100.0)
        self._add([_SPACE], gguf.TokenType.NORMAL, reluctance=60.0)
        self._add(["<"], gguf.TokenType.NORMAL, reluctance=70.0)
        self._add([","], gguf.TokenType.NORMAL, reluctance=80.0)
        self._add([chr(code) for code in range(0x21, 0x7F) if chr(code) not in "<,"], gguf.TokenType.NORMAL)
        self._add([_SPACE + word for word in _WORDS], gguf.TokenType.NORMAL)
        self._add([word for word in _WORDS if len(word) > 1], gguf.TokenType.NORMAL)

    def _add(self, tokens: list[str], kind: gguf.TokenType, *, reluctance: float = 0.0) -> None:
        self.tokens += tokens
        self.types += [int(kind)] * len(tokens)
        self.reluctance += [reluctance] * len(tokens)

    @property
    def scores(self) -> list[float]:
        """Longer tokens win when a text is cut into tokens."""
        pairs = zip(self.tokens, self.types, strict=True)
        return [float(len(token)) if kind == gguf.TokenType.NORMAL else 0.0 for token, kind in pairs]


class _Weights:
    """Random matrices that leave the first two numbers of the hidden state alone."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def matrix(self, rows: int, columns: int, scale: float = 0.2) -> NDArray[np.float32]:
        return (self._random.standard_normal((rows, columns)) * scale).astype(np.float32)

    def into_hidden(self, columns: int) -> NDArray[np.float32]:
        matrix = self.matrix(_WIDTH, columns)
        matrix[:2] = 0.0
        return matrix

    def embedding(self, vocabulary: _Vocabulary) -> NDArray[np.float32]:
        matrix = self.matrix(len(vocabulary.tokens), _WIDTH, scale=1.0)
        matrix[:, 0] = 4.0
        matrix[:, 1] = 0.0
        matrix[vocabulary.tokens.index(_CALL_NOW), 1] = 4.0
        matrix[vocabulary.tokens.index(_CALL), 1] = -4.0
        return matrix

    def output(self, vocabulary: _Vocabulary) -> NDArray[np.float32]:
        matrix = self.matrix(len(vocabulary.tokens), _WIDTH, scale=1.0)
        matrix[:, 0] = [-reluctance for reluctance in vocabulary.reluctance]
        matrix[:, 1] = 0.0
        matrix[vocabulary.tokens.index(_CALL), 1] = 500.0
        matrix[vocabulary.tokens.index(_NEW_LINE), 1] = -500.0
        return matrix


def write_tiny_model(path: Path, *, seed: int = 7) -> Path:
    """Writes the model as a GGUF file (same seed, same bytes) and returns `path`."""
    vocabulary = _Vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, vocabulary)
    _add_tensors(writer, vocabulary, _Weights(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _describe(writer: gguf.GGUFWriter, vocabulary: _Vocabulary) -> None:
    writer.add_name("tiny")
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_FEED_FORWARD)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(len(vocabulary.tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_scores(vocabulary.scores)
    writer.add_token_types(vocabulary.types)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(vocabulary.tokens.index(_END))
    writer.add_add_space_prefix(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _add_tensors(writer: gguf.GGUFWriter, vocabulary: _Vocabulary, weights: _Weights) -> None:
    ones = np.ones(_WIDTH, dtype=np.float32)
    writer.add_tensor("token_embd.weight", weights.embedding(vocabulary))
    for layer in range(_LAYERS):
        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", ones)
        for name in ("attn_q", "attn_k", "attn_v"):
            writer.add_tensor(f"{block}.{name}.weight", weights.matrix(_WIDTH, _WIDTH))
        writer.add_tensor(f"{block}.attn_output.weight", weights.into_hidden(_WIDTH))
        writer.add_tensor(f"{block}.ffn_norm.weight", ones)
        writer.add_tensor(f"{block}.ffn_gate.weight", weights.matrix(_FEED_FORWARD, _WIDTH))
        writer.add_tensor(f"{block}.ffn_up.weight", weights.matrix(_FEED_FORWARD, _WIDTH))
        writer.add_tensor(f"{block}.ffn_down.weight", weights.into_hidden(_FEED_FORWARD))
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", weights.output(vocabulary))
