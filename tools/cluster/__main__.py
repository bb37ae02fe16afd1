"""`python -m tools.cluster`: everything that can die, dies under load; then every card and every row is read.

Exit code 1 when something acknowledged was lost, used twice or left half done, or when the service did not come back.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import asdict, dataclass
from datetime import timedelta

from kaijo import app
from kaijo.virtualcard.persons import person
from tools.cluster.cluster import Cluster, running
from tools.cluster.configuration import BINARIES
from tools.cluster.faults import FAULTS, Fault
from tools.cluster.load import PERSON, Beat, settle_all, under_load, walker
from tools.cluster.parts import wait_for
from tools.cluster.verdict import judge

_WHOLE_WITHIN = 150.0
_QUIET = 2.0
_LIFE_OF_A_VISIT = timedelta(minutes=5)


@dataclass(frozen=True)
class Blow:
    """One fault and what it cost: seconds without an answer, seconds until the cluster was whole again."""

    fault: str
    means: str
    silent_seconds: float
    whole_seconds: float


def strike(cluster: Cluster, beat: Beat, fault: Fault) -> Blow:
    """Let it happen, let the part come back later, and wait until all is as before."""
    since = time.monotonic()
    undo = fault.strike(cluster)
    time.sleep(fault.seconds)
    undo()
    try:
        wait_for(f"whole cluster after {fault.name}", cluster.is_in_service, seconds=_WHOLE_WITHIN)
    except TimeoutError as never:
        raise TimeoutError(f"{never}: {list(cluster.roles().values())}") from None
    wait_for("answers", lambda: time.monotonic() - beat.answered[-1] < _QUIET / 2, seconds=_WHOLE_WITHIN)
    whole = time.monotonic() - since
    time.sleep(_QUIET)
    return Blow(fault.name, fault.means, round(beat.longest_silence(since), 2), round(whole, 1))


def main() -> int:
    """Run and print; return the exit code."""
    names = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(prog="python -m tools.cluster", description=__doc__)
    parser.add_argument("--faults", default=",".join(names), help="which, in this order; all of them without it")
    parser.add_argument("--databases", type=int, choices=(2, 3), default=3)
    parser.add_argument("--cards", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if missing := [name for name in ("patroni", "etcd", "haproxy", f"{BINARIES}/postgres") if not shutil.which(name)]:
        parser.error(f"not installed: {', '.join(missing)}")
    if os.geteuid() != 0:
        parser.error("network namespaces need root")
    faults = [FAULTS[names.index(name)] for name in chosen.faults.split(",")]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    say = (lambda _text: None) if chosen.json else print
    with running(chosen.databases) as cluster:
        say(f"up: three machines, {chosen.databases} databases, two services")
        issuer = app.practice_issuer(cluster.clock)
        cards = [issuer.issue(person(PERSON), cluster.clock.now()) for _ in range(chosen.cards)]
        walkers = [walker(card, cluster.clock) for card in cards]
        blows = []
        began = time.monotonic()
        kiosk = cluster.kiosk()
        with under_load(cluster.url, walkers, kiosk, chosen.threads) as beat:
            time.sleep(_QUIET)
            for fault in faults:
                blow = strike(cluster, beat, fault)
                blows.append(blow)
                say(f"{blow.silent_seconds:7.2f} s silent {blow.whole_seconds:6.1f} s until whole   {blow.means}")
        seconds = time.monotonic() - began
        cluster.clock.set(cluster.clock.now() + _LIFE_OF_A_VISIT)  # visits that broke off let go of what they held
        left = settle_all(cluster.url, walkers, kiosk)
        verdict = judge(cluster.data, cluster.clock, cluster.database, walkers)
        trouble: dict[str, int] = {}
        for one in walkers:
            for code, count in one.refusals.items():
                trouble[code] = trouble.get(code, 0) + count
    complaints = [*verdict.complaints, *(f"a reservation could not be used: {code}" for code in left)]
    if chosen.json:
        told = {"blows": [asdict(blow) for blow in blows], "seconds": round(seconds), "refusals": trouble}
        print(
            json.dumps(
                {**told, **verdict.as_dict(), "complaints": complaints, "challenges": len(beat.answered)}, indent=2
            )
        )
    else:
        print(f"{seconds:.0f} s of load; told to come back: {trouble}")
        print(
            f"{verdict.acknowledged} reservations acknowledged, {verdict.used} used, "
            f"{verdict.resets_by_the_cards} resets by the cards' own count, "
            f"{verdict.audit_rows} audit rows, {len(beat.answered)} challenges"
        )
        print("\n".join(complaints) or "nothing lost, nothing used twice, nothing left half done")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
