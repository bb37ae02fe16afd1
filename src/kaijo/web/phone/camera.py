"""The camera's page: every picture is looked at by the service, and what to change is said before a try is spent."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kaijo.errors import Refused
from kaijo.facts.face import quality_rule
from kaijo.terminals.face import Guidance, Pose, decide, draw, guide
from kaijo.terminals.phone import finish
from kaijo.web.languages import lang_of
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.screens import Made, Sitting
from kaijo.web.site import see_other
from kaijo.words import Lang, explain, label, message


class CameraPages:
    """The face check. The phone keeps the pictures of the poses until all are taken; a page loaded again goes on."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/phone/camera/{key}", self._camera),
            self._site.post_bytes("/phone/camera/{key}/begin", 0, self._begin),
            self._site.post_bytes("/phone/camera/{key}/look", quality_rule().most_bytes, self._look),
        ]

    def _camera(self, request: Request) -> Response:
        held = self._memory.sittings.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        return self._site.render(request, "phone/camera.html", key=request.path_params["key"], sitting=held.value)

    def _begin(self, request: Request, _body: bytes) -> Response:
        held = self._memory.sittings.look(request.path_params["key"])
        with held.lock:
            sitting = held.value
            sitting.give_up()
            sitting.drawn = draw(self._site.service, sitting.check.id)
            sitting.tries_left = sitting.drawn.tries_left
            return JSONResponse(self._asking(sitting, lang_of(request)))

    def _look(self, request: Request, picture: bytes) -> Response:
        held = self._memory.sittings.look(request.path_params["key"])
        with held.lock:
            if isinstance(held.outcome, str):
                return JSONResponse({"go": held.outcome})
            sitting, lang = held.value, lang_of(request)
            if sitting.drawn is not None and sitting.drawn.ends_at <= self._site.clock.now():
                sitting.give_up()
                return self._refusal(Refused("face.window-over"), sitting, lang)
            pose = _pose(sitting)
            seen = guide(self._site.service, sitting.check.id, picture, pose=pose, first=sitting.first)
            if seen.ready and sitting.drawn is not None:
                sitting.first = sitting.first or seen.measure
                sitting.pictures.append(picture)
                if len(sitting.pictures) == len(sitting.drawn.poses):
                    try:
                        held.outcome = self._decide(sitting)
                    except Refused as refused:
                        sitting.tries_left = _tries_left(refused, sitting)
                        return self._refusal(refused, sitting, lang)
                    return JSONResponse({"go": held.outcome})
            return JSONResponse(_said(seen, lang) | self._asking(sitting, lang))

    def _decide(self, sitting: Sitting) -> str:
        """Have the pictures judged and return the reservation's page. After a no, poses must be drawn anew."""
        drawn, pictures = sitting.drawn, tuple(sitting.pictures)
        sitting.give_up()
        if drawn is None:
            raise Refused("web.over")
        service = self._site.service
        permit = decide(service, sitting.check.id, nonce=drawn.nonce, pictures=pictures, surface=sitting.surface)
        made = Made(sitting.place, finish(service, sitting.begun, permit))
        return f"/phone/reservation/{self._memory.keep_made(made)}"

    def _refusal(self, refused: Refused, sitting: Sitting, lang: Lang) -> Response:
        return JSONResponse({"refused": explain(refused, lang).as_dict()} | self._asking(sitting, lang))

    def _asking(self, sitting: Sitting, lang: Lang) -> dict[str, object]:
        """Return what the page shows of the sitting: the pose asked for, which of how many, and the tries left."""
        drawn = sitting.drawn
        left = label("phone.camera.tries", lang, tries_left=sitting.tries_left)
        if drawn is None:
            return {"sitting": False, "tries": left}
        return {
            "sitting": True,
            "tries": left,
            "number": len(sitting.pictures) + 1,
            "of": len(drawn.poses),
            "pose": label(f"phone.camera.pose.{_pose(sitting).value}", lang),
            "seconds": max(0, int((drawn.ends_at - self._site.clock.now()).total_seconds())),
        }


def _pose(sitting: Sitting) -> Pose:
    return sitting.drawn.poses[len(sitting.pictures)] if sitting.drawn else Pose.STRAIGHT


def _tries_left(refused: Refused, sitting: Sitting) -> int:
    left = refused.data.get("tries_left")
    return left if isinstance(left, int) else sitting.tries_left


def _said(seen: Guidance, lang: Lang) -> dict[str, object]:
    """Return what to change, the worst first: one thing at a time helps more than a list."""
    codes = (*seen.causes, *seen.advice)[:1]
    causes = [message(code, lang).as_dict() for code in codes]
    return {"ready": seen.ready, "causes": causes}
