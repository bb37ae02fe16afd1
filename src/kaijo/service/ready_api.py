"""Is it alive, and should it be sent requests: two questions of whoever runs the service."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from kaijo import __version__
from kaijo.reset.desk import Desk
from kaijo.service.models import FaceRules, HealthAnswer
from kaijo.service.ready_models import ReadyAnswer, ReadyCheck
from kaijo.service.repeating import RepeatingRoute
from kaijo.service.telemetry.fields import Event
from kaijo.service.telemetry.house import Telemetry
from kaijo.service.telemetry.logs import note
from kaijo.service.telemetry.readiness import run_checks

_UNREADY = 503


def operator_router(desk: Desk, telemetry: Telemetry, *, practice: bool) -> APIRouter:
    """Return `/health` and `/ready`."""
    router = APIRouter(tags=["operator"], route_class=RepeatingRoute)

    @router.get("/health", summary="稼働状況 · State of the service")
    def health() -> HealthAnswer:
        policy = desk.face_policy
        model = None if desk.face is None else desk.face.engine.model
        face = FaceRules(
            signature=policy.signature,
            authentication=policy.authentication,
            matcher=None if model is None else model.name,
            evaluated=model is not None and model.evaluated,
        )
        return HealthAnswer(time=desk.clock.now(), practice=practice, version=__version__, face=face)

    described: dict[int | str, dict[str, Any]] = {
        _UNREADY: {"model": ReadyAnswer, "description": "受け付けられません · Not ready"}
    }

    @router.get(
        "/ready", summary="受け付けられるか · Ready for requests", response_model=ReadyAnswer, responses=described
    )
    def ready() -> JSONResponse:
        found = run_checks(telemetry.checks)
        for name, code in found.items():
            if code is not None:
                note(Event.NOT_READY, level="warning", check=name, code=code)
        answer = ReadyAnswer(
            ready=all(code is None for code in found.values()),
            checks=[ReadyCheck(name=name, ok=code is None, code=code) for name, code in found.items()],
        )
        return JSONResponse(answer.model_dump(), status_code=200 if answer.ready else _UNREADY)

    return router
