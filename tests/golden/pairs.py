"""What becomes of one request, one answer and one stream between each two APIs.

`translated/<api>/` holds what a client or a provider of that API sends, written by hand; `translated/
<client>_to_<provider>/` what the gateway makes of it. `python -m tests.golden.pairs` writes the latter anew: look
at the difference before it is committed. `gemini_array` is a client of Gemini's that asked for no server-sent events:
its stream is one JSON array.
"""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Final, NamedTuple

from gateway.dialects import anthropic_messages, openai_chat, openai_responses
from gateway.dialects.gemini_generate import generate
from gateway.dialects.hub.fit import fit
from gateway.dialects.hub.spoke import Naming
from gateway.dialects.hub.translation import Conversing
from gateway.dialects.interface import Asked, Changes, Dialect
from gateway.dialects.speech import SPOKES
from gateway.dialects.spokes import gemini

HERE: Final = Path(__file__).parent / "translated"
DIALECTS: Final[dict[str, Dialect]] = {
    "chat": openai_chat.DIALECT,
    "responses": openai_responses.DIALECT,
    "messages": anthropic_messages.DIALECT,
    "gemini": generate("", "fast", stream=True),
}
ARRAY: Final = "gemini_array"
MODELS: Final = {
    "chat": "gpt-5",
    "responses": "gpt-5",
    "messages": "claude-sonnet-4-5",
    "gemini": "gemini-3-pro",
}


class Pair(NamedTuple):
    client: str
    provider: str

    @property
    def folder(self) -> Path:
        return HERE / f"{self.client}_to_{self.provider}"

    @property
    def stream_file(self) -> Path:
        return self.folder / ("stream.json" if self.client == ARRAY else "stream.sse")

    def asked(self) -> Asked:
        api = self.client.removesuffix("_array")
        return DIALECTS[api].parse((HERE / api / "asked.json").read_bytes())

    def translation(self) -> Conversing:
        client = gemini.ARRAY_SPOKE if self.client == ARRAY else SPOKES[self.client]
        provider = SPOKES[self.provider]
        conversation = client.read_request(self.asked())
        return Conversing(client, provider, fit(conversation, provider.fates, provider.family))

    def naming(self) -> Naming:
        return Naming("c0ffee", 1_763_000_000, "fast", 99, True, self.translation().conversation)

    def request(self) -> str:
        return _shown(self.translation().render(Changes(MODELS[self.provider])))

    def answer(self) -> str:
        body = (HERE / self.provider / "answered.json").read_bytes()
        return _shown(self.translation().whole(body, self.naming()))

    def streamed(self) -> bytes:
        return (HERE / self.provider / "streamed.sse").read_bytes()

    def stream(self, *pieces: bytes) -> bytes:
        """What the client is sent of its provider's stream, whole or in these pieces."""
        tape = DIALECTS[self.provider].read_stream(Asked(b"", {}, "m", stream=True, wants_usage=True))
        reader = self.translation().stream(tape, self.naming())
        told = b"".join(map(reader.feed, pieces or [self.streamed()]))
        return told + reader.finish() + reader.terminator


PAIRS: Final = [
    *(Pair(*names) for names in permutations(DIALECTS, 2)),
    *(Pair(ARRAY, provider) for provider in DIALECTS if provider != "gemini"),
]


def _shown(body: bytes) -> str:
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    for pair in PAIRS:
        pair.folder.mkdir(exist_ok=True)
        (pair.folder / "request.json").write_text(pair.request(), encoding="utf-8")
        (pair.folder / "answer.json").write_text(pair.answer(), encoding="utf-8")
        pair.stream_file.write_bytes(pair.stream())


if __name__ == "__main__":
    main()
