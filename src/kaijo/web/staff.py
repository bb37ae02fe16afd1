"""Who of the operator's staff is signed in at which browser: one sign-in for the counter and the operations page."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from kaijo.clock import Clock
from kaijo.errors import Refused, UsageProblem
from kaijo.terminals.client import ServiceClient, field_text, field_time
from kaijo.terminals.counter_client import CounterClient
from kaijo.web.keeping import Kept

_COOKIE = "kaijo-clerk"


@dataclass(frozen=True, slots=True)
class Work:
    """A clerk who is signed in, and the calls made as that clerk."""

    clerk: str
    client: CounterClient = field(repr=False)


class Staff:
    """The memory of who is signed in. The browser gets a key that no script can read and that ends with it."""

    def __init__(self, service: ServiceClient, clock: Clock) -> None:
        self._service = service
        self._works: Kept[Work] = Kept(clock)

    def sign_in(self, clerk: str, password: str, response: Response) -> None:
        """Sign a clerk in at the browser that gets `response`. Raises Refused `counter.…`."""
        try:
            made = CounterClient(self._service).sign_in(clerk, password)
        except UsageProblem:  # a name or password that the service's form does not even take
            raise Refused("counter.wrong-sign-in") from None
        work = Work(clerk, CounterClient(self._service, field_text(made, "token")))
        key = self._works.keep(work, field_time(made, "expires_at"))
        response.set_cookie(_COOKIE, key, httponly=True, samesite="strict")

    def sign_out(self, request: Request, response: Response) -> None:
        """Sign out whoever is signed in at this browser. Raises Refused `counter.not-signed-in`."""
        self.work(request).client.sign_out()
        response.delete_cookie(_COOKIE, httponly=True, samesite="strict")

    def work(self, request: Request) -> Work:
        """Return who is signed in at this browser. Raises Refused `counter.not-signed-in`."""
        try:
            return self._works.look(request.cookies.get(_COOKIE, "")).value
        except Refused:
            raise Refused("counter.not-signed-in") from None
