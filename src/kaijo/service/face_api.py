"""The face check over HTTP: open, guidance, poses, decision."""

from typing import Annotated

from fastapi import APIRouter, Path

from kaijo.errors import Refused
from kaijo.facts.face import face_window
from kaijo.reset.desk import Desk
from kaijo.reset.face_checks import decide_face, draw_for, look_at, open_face_check
from kaijo.reset.face_ports import Reading, SignedSurface
from kaijo.reset.face_verdict import ADVICE, blocking
from kaijo.reset.reservations import Evidence
from kaijo.service.face_models import (
    Cause,
    DecisionAnswer,
    DecisionRequest,
    FaceCheckAnswer,
    FaceCheckRequest,
    GuidanceAnswer,
    GuidanceRequest,
    PosesAnswer,
    PosesRequest,
)
from kaijo.service.models import Messages
from kaijo.service.repeating import RepeatingRoute
from kaijo.wire.answers import body_of

CheckId = Annotated[str, Path(max_length=128, description="the id that opening the face check gave")]


def face_router(desk: Desk) -> APIRouter:
    """Return the routes of the face check."""
    router = APIRouter(route_class=RepeatingRoute)

    @router.post("", status_code=201, summary="顔の確認を始める · Open a face check; no try is spent")
    def checks(request: FaceCheckRequest) -> FaceCheckAnswer:
        opened = open_face_check(
            desk,
            challenge_id=request.challenge_id,
            kind=request.kind,
            device=bytes.fromhex(request.device),
            evidence=Evidence(request.authentication_certificate, request.proof_certificate, request.signature),
        )
        return FaceCheckAnswer(
            face_check_id=opened.check.id,
            expires_at=opened.check.expires_at,
            tries_left=opened.tries_left,
            evaluated=desk.face is not None and desk.face.engine.model.evaluated,
        )

    @router.post("/{check_id}/guidance", summary="写り方を見る。回数は減らない · Look at a picture; no try is spent")
    def guidance(check_id: CheckId, request: GuidanceRequest) -> GuidanceAnswer:
        first = None if request.first is None else Reading((), request.first.turn, request.first.size)
        reading, causes = look_at(desk, check_id=check_id, picture=request.frame, pose=request.pose, first=first)
        return GuidanceAnswer(
            causes=[Cause(code=code, blocking=code not in ADVICE, messages=_messages(code)) for code in causes],
            ready=not blocking(causes),
            turn=reading.turn,
            size=reading.size,
        )

    @router.post("/{check_id}/poses", summary="顔の向きを引く。一回と数える · Draw the poses; this spends a try")
    def poses(check_id: CheckId, _request: PosesRequest) -> PosesAnswer:
        drawn = draw_for(desk, check_id=check_id)
        return PosesAnswer(
            nonce=drawn.draw.nonce,
            poses=list(drawn.draw.poses),
            window_seconds=int(face_window().total_seconds()),
            window_ends_at=drawn.draw.ends_at,
            tries_left=drawn.tries_left,
        )

    @router.post("/{check_id}/decision", summary="写真を渡して確かめる · Hand in the pictures, get the permit")
    def decision(check_id: CheckId, request: DecisionRequest) -> DecisionAnswer:
        surface = request.surface
        passed = decide_face(
            desk,
            check_id=check_id,
            nonce=request.nonce,
            pictures=tuple(request.frames),
            surface=SignedSurface(
                surface.holder, surface.printed_sha256, surface.photo, surface.signature, surface.certificate
            ),
        )
        return DecisionAnswer(permit=passed.id, expires_at=passed.expires_at)

    return router


def _messages(code: str) -> Messages:
    return Messages.model_validate(body_of(Refused(code))["messages"])
