"""Lints a chart and renders it with sets of values. Runs with `helm-python-sdk`, in an environment of its own.

usage: chart_tool.py CHART VALUES.json; prints the notes of the linter and, by name, what was rendered or why not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import helm_python


def main() -> None:
    chart, values = sys.argv[1:]
    loaded = helm_python.Chart.load(chart)
    rendered: dict[str, object] = {}
    for name, one in json.loads(Path(values).read_text()).items():
        try:
            rendered[name] = loaded.render(one, name="gw", namespace="ns")
        except helm_python.HelmError as error:
            rendered[name] = {"error": str(error)}
    json.dump({"lint": helm_python.lint(chart), "rendered": rendered}, sys.stdout)


main()
