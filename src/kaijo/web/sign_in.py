"""The page on which a clerk signs in; counter and operations have the same, each at its own address."""

from starlette.requests import Request
from starlette.responses import Response

from kaijo.errors import Refused
from kaijo.web.site import Fields, Site, see_other


class SignIn:
    """The sign-in of one face, whose first page is `path`."""

    def __init__(self, site: Site, path: str) -> None:
        self._site = site
        self._path = path

    def page(self, request: Request, refused: Refused | None = None) -> Response:
        """Return the form, with what was wrong the last time."""
        return self._site.render(
            request,
            "sign_in.html",
            422 if refused else 200,
            refused=refused,
            clerks=self._site.clerks(),
            action=self._path,
        )

    def answer(self, request: Request, fields: Fields) -> Response:
        """Sign in and go to the face's first page, or return the form again. Raises what the service raises."""
        response = see_other(self._path)
        try:
            self._site.staff.sign_in(fields.get("clerk", ""), fields.get("password", ""), response)
        except Refused as refused:
            return self.page(request, refused)
        return response
