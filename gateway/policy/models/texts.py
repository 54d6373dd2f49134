"""Kinds of text that appear in several blocks, each with the sentence that says what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
LINE_PATTERN: Final = r"^\S+( \S+)*$"
METRIC_PATTERN: Final = r"^[a-z_]+(\.[A-Za-z0-9_-]+)*$"
COUNTRY_PATTERN: Final = r"^[A-Z]{2}$"
FILE_PATTERN: Final = r"^/[^$]*[^/$]$"
LANGUAGE_PATTERN: Final = r"^[a-z]{2}$"
HTTPS_PATTERN: Final = r"^https://\S+$"


def shaped(pattern: str, expected: str) -> Callable[[str], str]:
    """Judges a text by a pattern; the sentence of the error is `expected` …"""
    compiled = re.compile(pattern, re.ASCII)

    def judge(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(f"expected {expected}")
        return text

    return judge


RuleName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(shaped(NAME_PATTERN, "a name of letters, digits, . _ or -, at most 64 characters")),
    Field(json_schema_extra={"pattern": NAME_PATTERN}),
]
"""The name of an entry: it stands in records, metrics and refusals."""

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    AfterValidator(shaped(LINE_PATTERN, "text in one line, without spaces around it")),
    Field(json_schema_extra={"pattern": LINE_PATTERN}),
]

Metric = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(shaped(METRIC_PATTERN, "the name of a metric, such as error_rate or feedback.score")),
    Field(json_schema_extra={"pattern": METRIC_PATTERN}),
]

Country = Annotated[
    str,
    AfterValidator(shaped(COUNTRY_PATTERN, "a country by its two letters, such as FR")),
    Field(json_schema_extra={"pattern": COUNTRY_PATTERN}),
]

Language = Annotated[
    str,
    AfterValidator(shaped(LANGUAGE_PATTERN, "a language by its two letters, such as en")),
    Field(json_schema_extra={"pattern": LANGUAGE_PATTERN}),
]

FilePath = Annotated[
    str,
    StringConstraints(max_length=4096),
    AfterValidator(shaped(FILE_PATTERN, "the absolute path of a file")),
    Field(json_schema_extra={"pattern": FILE_PATTERN}),
]

ToolPattern = Annotated[str, StringConstraints(pattern=r"^\S+$", min_length=1, max_length=300)]
"""The name or type of a tool, or a glob."""

WebAddress = Annotated[
    str,
    StringConstraints(max_length=2000),
    AfterValidator(shaped(HTTPS_PATTERN, "an address such as https://anchors.example.com/heads")),
    Field(json_schema_extra={"pattern": HTTPS_PATTERN}),
]
