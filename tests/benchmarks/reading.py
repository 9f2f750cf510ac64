"""What reading costs: bytes to a checked flow, against secure lxml and its XSD validation of the same bytes.

Three sizes, each read anew every time and, for the small ones, found in the reader's cache.
Run: python tests/benchmarks/reading.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import median

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.dialects.reader import Reader
from engine.dialects.registry import DIALECTS
from engine.resources import folder
from tests.benchmarks.compare import Pair, compare, cost

BLOCK = """
  <Speak voice="WOMAN" language="en-US" loop="1">Welcome to the desk, please hold the line.</Speak>
  <Play loop="2">https://media.example/music.mp3</Play>
  <GetDigits action="https://app.example/menu" method="POST" timeout="7" numDigits="4" finishOnKey="#">
    <Speak>Please enter your number and press pound.</Speak>
  </GetDigits>
  <Dial timeout="20" callerId="+14155550100" action="https://app.example/dialled">
    <Number sendDigits="ww1">+12125550100</Number>
  </Dial>
  <Conference startConferenceOnEnter="true" waitSound="https://app.example/wait">desk-{number}</Conference>
  <Wait length="2"/>"""
SMALL = """<Response>
  <Speak voice="WOMAN" language="en-US">Welcome to the desk number {number}, please hold the line.</Speak>
  <Conference startConferenceOnEnter="true" maxMembers="5" waitSound="https://app.example/wait">desk-{number}</Conference>
  <Speak>Thank you for calling us. We are sorry that nobody was here for you. Goodbye.</Speak>
  <Hangup/>
</Response>"""
BLOCKS = {"4 KB": 7, "100 KB": 164}
TIMES = {"400 B": 400, "4 KB": 80, "100 KB": 4}
CACHED = ("400 B", "4 KB")


def document(size: str, number: int) -> bytes:
    """A document of about that size; another one for each number, of the same length."""
    if size not in BLOCKS:
        return SMALL.format(number=f"{number:06}").encode()
    return f"<Response>{(BLOCK * BLOCKS[size]).format(number=f'{number:06}')}\n</Response>\n".encode()


def fresh(size: str) -> Callable[[], bytes]:
    """Documents that were never read before, one after the other, made in advance."""
    made = [document(size, number) for number in range(TIMES[size] * 2)]
    turns: Iterator[bytes] = (made[number % len(made)] for number in count())
    return turns.__next__


def reading(size: str, times: int, rounds: int) -> Pair:
    """Read, check and build the flow, against lxml parse and XSD validation."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    schema = etree.XMLSchema(etree.parse(folder("xml_schemas") / "plivo.xsd"))
    reader = Reader(DIALECTS, capacity_bytes=0)  # remembers nothing, so that it reads every time
    of_ours, of_peer = fresh(size), fresh(size)

    def ours() -> None:
        reader.read(of_ours(), "plivo")

    def peer() -> None:
        assert schema.validate(etree.fromstring(of_peer(), parser))

    return compare(ours, peer, times=times, rounds=rounds)


def cached(size: str, times: int, rounds: int) -> float:
    """Microseconds for a document that the reader knows; the bytes are another object every time."""
    reader = Reader(DIALECTS)
    body = document(size, 1)
    reader.read(body, "plivo")
    costs = []
    for _ in range(rounds):
        turns = iter([bytes(bytearray(body)) for _ in range(times)])
        costs.append(cost(lambda turns=turns: reader.read(next(turns), "plivo"), times))  # type: ignore[misc]
    return median(costs)


def main(share: float = 1.0, rounds: int = 9) -> dict[str, float]:
    """Print the table; `share` of the usual number of readings."""
    figures = {}
    for size, usual in TIMES.items():
        times = max(1, int(usual * share))
        pair = reading(size, times, rounds)
        length = len(document(size, 1))
        print(f"{size:>7} ({length} bytes): {pair.ours:9.1f} us, lxml + XSD {pair.peer:9.1f} us, x{pair.ratio:.2f}")
        figures[size] = pair.ratio
    for size in CACHED:
        figures[f"cached {size}"] = known = cached(size, max(1, int(2000 * share)), rounds)
        print(f"{size:>7} known already: {known:.2f} us")
    return figures


if __name__ == "__main__":
    main()
