"""The main figure: ours against SimPy and the floor on one model, in turn, each in a process of its own.

Prints one line a round and at last the median ratios; says so when the peers' own figures waver too
much to judge by. Run: python tests/benchmarks/ratio.py 100000 7
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles
from typing import Any

HERE = Path(__file__).resolve().parent
ENGINES = ("peer_simpy", "turned_away", "floor")
UNSTEADY = 0.15  # of the median, between the quartiles of the peer's own figures


def run(engine: str, size: int) -> dict[str, Any]:
    """One run of one engine in a fresh interpreter."""
    command = [sys.executable, str(HERE / f"{engine}.py"), str(size)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    made: dict[str, Any] = json.loads(said)
    return made


def main(size: int, rounds: int) -> dict[str, float]:
    """Print the rounds and their median; raise AssertionError where the engines do not agree to the last digit."""
    of_peer, of_floor, peers = [], [], []
    for number in range(rounds):
        peer, ours, floor = (run(engine, size) for engine in ENGINES)
        assert ours["result"] == peer["result"] == floor["result"], (ours, peer, floor)
        peers.append(peer["cpu_s"])
        of_peer.append(ours["calls_per_s"] / peer["calls_per_s"])
        of_floor.append(ours["calls_per_s"] / floor["calls_per_s"])
        print(
            f"{number + 1}: ours {ours['calls_per_s']}, SimPy {peer['calls_per_s']}, floor {floor['calls_per_s']}"
            f" calls/s; {of_peer[-1]:.3f} of SimPy; {ours['peak_mib']} and {peer['peak_mib']} MiB"
        )
    print(f"median of {rounds}: {median(of_peer):.3f} of SimPy, {median(of_floor):.3f} of the floor; equal aggregates")
    if rounds > 1:
        low, _, high = quantiles(peers, n=4)
        if high - low > UNSTEADY * median(peers):
            print("inconclusive: SimPy's own figures waver by more than 15 %")
    return {"simpy": median(of_peer), "floor": median(of_floor)}


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100_000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 7,
    )
