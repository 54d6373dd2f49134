"""Request bodies whose texts differ from call to call, so that nothing on the way can be cached."""

from __future__ import annotations

import random
from dataclasses import dataclass

import orjson

POOL_BYTES = 32 * 1024 * 1024
POOL_CALLS = 4096
_SERIAL = "(number 00000000)"  # replaced in every call; as long as what replaces it

_WORDS = """
about account across address after again agreement also although amount answer appointment April archive
attached August because before below between billing both branch budget building business calendar cannot
careful change claim client clear coffee colleague comment company complaint condition contact contract
copy correct country customer damage date day dear decide deliver department detail différent discount
document draft during early email employee enough estimate evening every example expect explain façade
family February final finance first follow form forward Friday garden general goods green group happen
health hello hotel house however idea important include increase information insurance invoice issue item
January July June keep kitchen know language large last later learn letter library little local long
machine main manager March market matter May meeting member message minute Monday month morning most move
naïve near need network never night nothing notice November number October offer office often old once
only open opinion order other our outside page paper parcel part pay people perhaps person phone place
plan please point policy possible price problem product project promise proper question quick quite rather
reach read ready reason receive record refund regular remind remove repair reply report request résumé
return review road room same Saturday schedule school second send sentence September service several
short should sign simple since small soon sorry spring start station still stop store street subject
summary summer Sunday support sure system table talk team than thank their there thing think though
through Thursday ticket time today together tomorrow toward train travel trip try Tuesday under until
update urgent useful usual value very visit wait walk want warm water Wednesday week welcome where which
while whole why window winter without word work world would write year yesterday yet young your über
"""


@dataclass(frozen=True, slots=True)
class BodyPool:
    """A few thousand different bodies, each split where the number of the call goes in."""

    parts: list[tuple[bytes, bytes]]

    def body(self, call: int) -> bytes:
        """A body that no other call number has."""
        head, tail = self.parts[call % len(self.parts)]
        return b"%b(number %08d)%b" % (head, call, tail)


def body_pool(*, model: str, payload_bytes: int, stream: bool, seed: int) -> BodyPool:
    """Bodies of about `payload_bytes` each, at most 32 MiB in all (at least 16 bodies)."""
    words = random.Random(seed)
    vocabulary = _WORDS.split()
    calls = max(16, min(POOL_CALLS, POOL_BYTES // payload_bytes))
    return BodyPool([_split(_body(words, vocabulary, model, payload_bytes, stream)) for _ in range(calls)])


def _body(words: random.Random, vocabulary: list[str], model: str, payload_bytes: int, stream: bool) -> bytes:
    question = {"role": "user", "content": ""}
    fields = {
        "model": model,
        "messages": [{"role": "system", "content": "You answer letters of customers."}, question],
        "temperature": 0.7,
        "max_tokens": 256,
    }
    if stream:
        fields["stream"] = True
    room = payload_bytes - len(orjson.dumps(fields)) - len(_SERIAL)
    question["content"] = _SERIAL + _text(words, vocabulary, room)
    return orjson.dumps(fields)


def _text(words: random.Random, vocabulary: list[str], size: int) -> str:
    """At least `size` bytes of sentences; at most one sentence more."""
    sentences: list[str] = []
    while size > 0:
        sentence = " " + " ".join(words.choices(vocabulary, k=words.randint(6, 14))) + "."
        sentences.append(sentence)
        size -= len(sentence.encode())
    return "".join(sentences)


def _split(body: bytes) -> tuple[bytes, bytes]:
    head, _, tail = body.partition(_SERIAL.encode())
    return head, tail
