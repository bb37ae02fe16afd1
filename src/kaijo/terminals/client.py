"""The reservation service as a terminal sees it: its HTTP API, and nothing of its inside."""

import base64
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaijo.clock import Clock
from kaijo.errors import KaijoError, Refused, ServiceTrouble, UsageProblem
from kaijo.facts.database import Repeats
from kaijo.facts.pins import PinKind
from kaijo.facts.terminals import terminal_repeats
from kaijo.terminals.identity import HEADER, Identity, join_message, place_of
from kaijo.terminals.repeating import NoAnswerError, ask_until_answered
from kaijo.words import LANGS, catalogue, explain

_TIMEOUT_SECONDS = 20.0
_OK = 200
_KEY = "Idempotency-Key"
_KEY_SIZE = 24
_ONCE = Repeats(1, timedelta(), timedelta())
# Those in which nothing has reached the service.
_NOT_HEARD = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# A gateway before the service says these itself when none of its servers answers [RFC 9110 15.6.3 to 15.6.5].
_OF_GATEWAYS = frozenset({502, 503, 504})
_REFUSED = (401, 404, 409, 429)
_ERRORS: dict[int, type[KaijoError]] = {**dict.fromkeys(_REFUSED, Refused), 422: UsageProblem}


class ServiceClient:
    """One connection to one service. Every refusal of the service comes out as the error it names.

    `terminals` are the enrolled ones that speak here: each signs what is said at the paths of its place.
    What gets no answer is said again after a `pause` in seconds, at most as often as [fact: terminal-repeats].
    Raises ServiceTrouble `service.unreachable` (nothing was done), `service.no-answer` (it may have been done),
    `service.out-of-contract` from every method.
    """

    def __init__(
        self,
        url: str,
        *,
        client: httpx2.Client | None = None,
        terminals: Iterable[Identity] = (),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self._repeats = terminal_repeats()
        self._pause = pause
        self._device = secrets.token_hex(16)
        self._terminals = {one.place: one for one in terminals}
        self._client = client or httpx2.Client(timeout=_TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def health(self) -> dict[str, Any]:
        """Return the service's state, time and policy; asked once, for whoever wants to know how it is now."""
        return self._call("GET", "/health", repeats=_ONCE)

    def join(self, code: str, clock: Clock) -> Identity:
        """Make a key and have it enrolled with the operator's code. Raises Refused `terminal.bad-code`."""
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        signature = key.sign(join_message(code, public))
        body = {"code": code, "public_key": _text(public), "signature": _text(signature)}
        made = self._call("POST", "/v1/terminals", body)
        return Identity(
            field_text(made, "terminal_id"), field_text(made, "name"), field_text(made, "place"), key, clock
        )

    def own_terminal(self, place: str) -> dict[str, Any]:
        """Ask what the terminal of this place is known as. Raises Refused `terminal.…` when it is not."""
        return self._call("GET", "/v1/terminals/own", by=self._terminals[place])

    def challenge(self, kind: PinKind) -> dict[str, Any]:
        """Ask for a challenge for a reservation; `message` holds the bytes to be signed."""
        body = {"purpose": "reserve", "kind": kind.value}
        return self._call("POST", "/v1/challenges", body, {"Kaijo-Device": self._device})

    def reserve(
        self,
        *,
        challenge_id: str,
        kind: PinKind,
        authentication_certificate: bytes,
        proof_certificate: bytes,
        signature: bytes,
        face: str | None = None,
    ) -> dict[str, Any]:
        """Make the reservation; `face` is the permit that a face check gave, where the policy asks for one."""
        body = {
            "challenge_id": challenge_id,
            "kind": kind.value,
            "authentication_certificate": _text(authentication_certificate),
            "proof_certificate": _text(proof_certificate),
            "signature": _text(signature),
            "face": face,
        }
        return self._call("POST", "/v1/reservations", body)

    def reservation_state(self, token: str) -> dict[str, Any]:
        """Ask how the reservation stands that the cancel token came with."""
        return self._call("POST", "/v1/reservations/state", {"token": token})

    def cancel(self, token: str) -> dict[str, Any]:
        """Cancel the reservation that the cancel token came with; its state then."""
        return self._call("POST", "/v1/reservations/cancel", {"token": token})

    def open_session(
        self, *, kiosk: str, authentication_certificate: bytes, reset_state: bytes | None
    ) -> dict[str, Any]:
        """Open a kiosk session for the card's live reservation."""
        body = {
            "kiosk": kiosk,
            "authentication_certificate": _text(authentication_certificate),
            "reset_state": reset_state.hex() if reset_state is not None else None,
        }
        return self._call("POST", "/v1/kiosk-sessions", body)

    def prove(self, session: str, *, proof_certificate: bytes, signature: bytes) -> dict[str, Any]:
        """Prove the holder; the answer is the first command to relay."""
        body = {"proof_certificate": _text(proof_certificate), "signature": _text(signature)}
        return self._call("POST", f"/v1/kiosk-sessions/{session}/proof", body)

    def relay(self, session: str, *, step: int, response: bytes) -> dict[str, Any]:
        """Give the card's answer to the service; get the next command or the word that the grant is in the card."""
        return self._call("POST", f"/v1/kiosk-sessions/{session}/relay", {"step": step, "response": response.hex()})

    def receipt(self, session: str, receipt: bytes) -> dict[str, Any]:
        """Hand in the card's receipt."""
        return self._call("POST", f"/v1/kiosk-sessions/{session}/receipt", {"receipt": receipt.hex()})

    def extend(self, session: str) -> dict[str, Any]:
        """Have the session last longer, because somebody is there."""
        return self._call("POST", f"/v1/kiosk-sessions/{session}/extend", {})

    def end(self, session: str) -> dict[str, Any]:
        """End the session; a reservation that caused no reset is free again."""
        return self._call("POST", f"/v1/kiosk-sessions/{session}/end", {})

    def open_face_check(
        self,
        *,
        challenge_id: str,
        kind: PinKind,
        authentication_certificate: bytes,
        proof_certificate: bytes,
        signature: bytes,
        device: str,
    ) -> dict[str, Any]:
        """Open the face check of an answered challenge; no try is spent. `device` has 32 hexadecimal digits."""
        body = {
            "challenge_id": challenge_id,
            "kind": kind.value,
            "authentication_certificate": _text(authentication_certificate),
            "proof_certificate": _text(proof_certificate),
            "signature": _text(signature),
            "device": device,
        }
        return self._call("POST", "/v1/face-checks", body)

    def face_guidance(
        self, check: str, *, frame: bytes, pose: str, first: Mapping[str, float] | None
    ) -> dict[str, Any]:
        """Have one picture looked at; `first` is turn and size of the first picture of the sitting."""
        body = {"frame": _text(frame), "pose": pose, "first": first}
        return self._call("POST", f"/v1/face-checks/{check}/guidance", body)

    def face_poses(self, check: str) -> dict[str, Any]:
        """Have poses drawn; this spends a try."""
        return self._call("POST", f"/v1/face-checks/{check}/poses", {})

    def decide_face(
        self, check: str, *, nonce: str, frames: Sequence[bytes], surface: Mapping[str, bytes]
    ) -> dict[str, Any]:
        """Hand in the pictures of the drawn poses with the card's signed face; the answer is the permit."""
        body = {
            "nonce": nonce,
            "frames": [_text(frame) for frame in frames],
            "surface": {name: _text(part) for name, part in surface.items()},
        }
        return self._call("POST", f"/v1/face-checks/{check}/decision", body)

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None, *, token: str) -> dict[str, Any]:
        """Call a path of the API as the one whose token this is; "" for nobody."""
        return self._call(method, path, body, {"Authorization": f"Bearer {token}"} if token else {})

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        by: Identity | None = None,
        repeats: Repeats | None = None,
    ) -> dict[str, Any]:
        terminal = by or self._terminals.get(place_of(path) or "")
        wish = method == "POST"
        sent = {**(headers or {}), **({_KEY: secrets.token_urlsafe(_KEY_SIZE)} if wish else {})}
        return ask_until_answered(
            lambda: self._on_time(method, path, body, sent, terminal),
            repeats or self._repeats,
            self._pause,
            url=self.url,
            wish=wish,
        )

    def _on_time(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str] | None,
        terminal: Identity | None,
    ) -> dict[str, Any]:
        try:
            return self._answer(method, path, body, headers, terminal)
        except Refused as refusal:
            told = refusal.data.get("now")
            if refusal.code != "terminal.clock" or terminal is None or not isinstance(told, datetime):
                raise
            terminal.put_right(told)
        return self._answer(method, path, body, headers, terminal)

    def _answer(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str] | None,
        terminal: Identity | None,
    ) -> dict[str, Any]:
        try:
            request = self._client.build_request(method, self.url + path, json=body, headers=headers)
            if terminal is not None:
                target, bearer = request.url.raw_path.decode("ascii"), request.headers.get("authorization", "")
                request.headers[HEADER] = terminal.sign(method, target, request.content, bearer)
            answer = self._client.send(request)
        except httpx2.InvalidURL:
            raise UsageProblem("usage.service-url", url=self.url) from None
        except httpx2.UnsupportedProtocol:
            raise UsageProblem("usage.service-url", url=self.url) from None
        except httpx2.TransportError as error:
            silent = isinstance(error, httpx2.ReadTimeout)
            raise NoAnswerError(heard=not isinstance(error, _NOT_HEARD), silent=silent) from None
        except httpx2.DecodingError:
            raise ServiceTrouble("service.out-of-contract", url=self.url, status=_OK) from None
        try:
            content = answer.json()
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            if answer.status_code in _OF_GATEWAYS:
                raise NoAnswerError(heard=True)
            raise ServiceTrouble("service.out-of-contract", url=self.url, status=answer.status_code)
        if answer.is_success:
            return content
        raise self._refusal(answer.status_code, content)

    def _refusal(self, status: int, content: dict[str, Any]) -> KaijoError:
        code, data = content.get("code"), content.get("data")
        if not isinstance(code, str) or not isinstance(data, dict) or code not in catalogue():
            return ServiceTrouble("service.out-of-contract", url=self.url, status=status)
        refusal = _ERRORS.get(status, ServiceTrouble)(code, **{key: _value(value) for key, value in data.items()})
        try:
            for lang in LANGS:
                explain(refusal, lang)
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError):  # a code that its data does not fit
            return ServiceTrouble("service.out-of-contract", url=self.url, status=status)
        return refusal


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _value(value: object) -> object:
    """Return times as datetimes, so that they are shown as times."""
    if isinstance(value, str) and len(value) >= len("2027-03-15T21:40+09:00"):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def field_bytes(content: dict[str, Any], name: str) -> bytes:
    """Return a base64 field of an answer. Raises ServiceTrouble `service.out-of-contract`."""
    try:
        return base64.b64decode(content[name], validate=True)
    except (KeyError, TypeError, ValueError):
        raise _contract(name) from None


def field_hex(content: dict[str, Any], name: str) -> bytes:
    """Return a hexadecimal field of an answer. Raises ServiceTrouble `service.out-of-contract`."""
    try:
        return bytes.fromhex(content[name])
    except (KeyError, TypeError, ValueError):
        raise _contract(name) from None


def field_time(content: dict[str, Any], name: str) -> datetime:
    """Return a time field of an answer. Raises ServiceTrouble `service.out-of-contract`."""
    try:
        moment = datetime.fromisoformat(content[name])
    except (KeyError, TypeError, ValueError):
        raise _contract(name) from None
    if moment.tzinfo is None:
        raise _contract(name)
    return moment


def field_text(content: dict[str, Any], name: str) -> str:
    """Return a text field of an answer. Raises ServiceTrouble `service.out-of-contract`."""
    value = content.get(name)
    if not isinstance(value, str):
        raise _contract(name)
    return value


def field_kind(content: dict[str, Any], name: str = "kind") -> PinKind:
    """Return a PIN kind field of an answer. Raises ServiceTrouble `service.out-of-contract`."""
    try:
        return PinKind(content.get(name))
    except ValueError:
        raise _contract(name) from None


def _contract(field: str) -> ServiceTrouble:
    return ServiceTrouble("service.out-of-contract", url=field, status=200)
