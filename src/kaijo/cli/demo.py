"""`kaijo demo`: the unattended walk."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import words
from kaijo.cli.options import clock_option
from kaijo.cli.speech import json_option, lang_option, speech, tell
from kaijo.clock import ShiftedClock, clock_at
from kaijo.errors import KaijoError

if TYPE_CHECKING:
    from kaijo.demo import Demo, DemoStep


@click.command("demo")
@click.option("--person", "person_id", default="signature-locked", show_default=True, metavar="P")
@click.option("--pcsc", is_flag=True, help="本物のPC/SCサービスを通す / go through the real PC/SC daemon")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="署名と証明書をここに残す / leave message, signature and certificate here",
)
@clock_option
@lang_option
@json_option
def command(person_id: str, out: Path | None, clock: str | None, *, pcsc: bool) -> int:
    """締切の夜、ロックから署名までを通しで歩く / walk the whole recovery, unattended."""
    from kaijo.demo import Demo
    from kaijo.demo.night import deadline_night
    from kaijo.virtualcard.persons import person

    def on_step(step: "DemoStep") -> None:
        said = speech()
        text = said.label(step.code, **step.data)
        if not said.json:
            click.echo(f"{step.milliseconds:7.0f} ms  {text}")

    time = clock_at(clock) if clock is not None else ShiftedClock(deadline_night())
    demo = Demo(person(person_id), time, pcsc=pcsc, out=out, on_step=on_step)
    error: KaijoError | None = None
    try:
        demo.run()
    except KaijoError as stopped:
        error = stopped
    if speech().json:
        speech().answer(_as_dict(person_id, demo, error))
    elif error is not None:
        tell(error)
    else:
        speech().say("demo.done")
    return error.exit_code if error else 0


def _as_dict(person_id: str, demo: "Demo", error: KaijoError | None) -> dict[str, object]:
    lang = speech().lang
    return {
        "person": person_id,
        "steps": [
            {
                "step": step.code.removeprefix("demo.step."),
                "text": words.label(step.code, lang, **step.data),
                "milliseconds": round(step.milliseconds, 1),
            }
            for step in demo.steps
        ],
        "works": error is None,
        "receipt": demo.notice.as_dict() if demo.notice else None,
        "error": words.explain(error, lang).as_dict() if error else None,
    }
