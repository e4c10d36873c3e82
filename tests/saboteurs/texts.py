"""JSON, lines and slots filled by the descriptions of stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubber.formats import json_text, mozlz4
from scrubber.formats.data_storage import write_slot
from scrubber.model import Look, Standing
from scrubber.stores.json_file import KEY
from tests.saboteurs.scene import HOSTS, OURS, POLICY, spelled
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from scrubber.model import BrowserProfile, Trace
    from scrubber.stores.columns import Row
    from scrubber.stores.data_storage import DataStorage
    from scrubber.stores.json_file import Items
    from scrubber.stores.records import Rule
    from scrubber.stores.text_lines import TextLines

_LINES = (
    "{}\tHSTS\t0\t20780\t1900000000000,1,0\n",
    "https:{}:443:.::3\t0\t1\tvalue\n",
    "{},,\t0\t0\tvalue\n",
    "{}:443:\tOID.2.16.840.1.101.3.4.2.1\tAB:CD\t\n",
    "AAAAAAAAAAAAAAAAAAAAAAAA 1795501402 https://{}\n",
    "\nhttps://{}/\nhttps://{}/sw.js\nfalse\n0\n#\n",
    "host\tcookie\t1\t{}\n",
    "{}\tTRUE\t/\tFALSE\t1900000000\tid\tvalue\n",
    "https://{}/\n",
    "seen at https://{}/\n",
)
_KEYS = ("{}", "{}:HSTS", "https:{}:443:.::3", "{},,")
_FREE = 8
"""Slots at the end of a file of slots."""


def fill_lines(store: TextLines, path: Path, profile: BrowserProfile) -> None:
    """A first line that says the version, then the first kind of line that the store takes for records."""

    def judged(line: str, host: str) -> Trace | None:
        row = store.fields(line.replace("{}", host))
        return _judged(store.rule, row, profile)

    line = _told_apart(_LINES, judged)
    records = "".join(line.replace("{}", host) for host in HOSTS)
    path.write_text("1\n" + records)


def fill_slots(store: DataStorage, path: Path, profile: BrowserProfile) -> None:
    """A slot for each host, and free ones."""

    def judged(key: str, host: str) -> Trace | None:
        return _judged(store.rule, store.fields(key.replace("{}", host), "1,1,0"), profile)

    key = _told_apart(_KEYS, judged)
    slots = [
        write_slot(1, 20_780, key.replace("{}", host), f"{number},1,0", 24)
        for number, host in enumerate(HOSTS)
    ]
    path.write_bytes(b"".join(slots) + bytes(_FREE * len(slots[0])))


def _judged(rule: Rule, row: Row | None, profile: BrowserProfile) -> Trace | None:
    return rule.judge("", 0, row, Look(TARGET, profile, POLICY)) if row is not None else None


def _told_apart(shapes: Sequence[str], judged: Callable[[str, str], Trace | None]) -> str:
    """The first shape by which a store knows whose a record is, or at least that it names the target."""
    found = {shape: judged(shape, OURS) for shape in shapes}
    apart = [
        shape
        for shape, trace in found.items()
        if trace and not any(judged(shape, host) for host in HOSTS[1:])
    ]
    owned = [shape for shape in apart if (trace := found[shape]) and trace.standing is not Standing.MENTION]
    return (owned or apart)[0]


def fill_json(path: Path, items: Sequence[Items], *, beside: Any = None) -> None:
    """Items of each host in every list that is described, numbers as only the file spells them, and more."""
    root: Any = {"version": 1, "small": "<1e-7>", "beside": beside}
    for each in items:
        root = _with_items(root, each)
    text = json_text.write(root).replace(b'"<1e-7>"', b"1e-7")
    packed = path.suffix in (".jsonlz4", ".mozlz4", ".lz4")
    path.write_bytes(mozlz4.write(text) if packed else text)


def _with_items(root: Any, items: Items) -> Any:
    steps = [step if step != "*" else "any" for step in items.place if step != "**"]
    columns = {by.columns[0]: spelling for by in items.rule.columns if (spelling := spelled(by))}
    listed = [_item(columns, number, host) for number, host in enumerate(HOSTS)]
    keyed = KEY in columns or not steps
    inside = {str(columns.get(KEY, str)(host)): item for host, item in zip(HOSTS, listed, strict=True)}
    if not steps:
        return root | inside
    node = root
    for step in steps[:-1]:
        node = node.setdefault(step, {})
    found = node.setdefault(steps[-1], {} if keyed else [])
    if isinstance(found, dict):
        found.update(inside)
    else:
        found.extend(listed)
    return root


def _item(columns: dict[str, Callable[[str], Any]], number: int, host: str) -> Any:
    if "" in columns:
        return columns[""](host)
    item: dict[str, Any] = {"guid": f"guid {number}", "text": f"text {number}"}
    if not columns:
        item["seen"] = f"https://{host}/"
    for name, spelling in columns.items():
        if name != KEY:
            *steps, last = name.split(".")
            node = item
            for step in steps:
                node = node.setdefault(step, {})
            node[last] = spelling(host)
    return item
