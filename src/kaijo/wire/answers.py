"""Errors as answers: the same body from every service of ours, whatever status it gives them."""

from typing import Final

from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from kaijo.errors import KaijoError, ServiceTrouble, UsageProblem
from kaijo.words import LANGS, explain

# Traces would carry session ids and bodies to wherever an environment variable says.
SILENT: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_LONGEST_NAME: Final = 40
_MOST_NAMES: Final = 8
_BY_STATUS: Final = {404: "service.not-found", 405: "service.method-not-allowed"}


def body_of(error: KaijoError) -> dict[str, object]:
    """Return the answer's body: code, data, and the sentences in every language."""
    messages = {}
    for lang in LANGS:
        said = explain(error, lang)
        messages[lang] = {"title": said.title, "cause": said.cause, "remedy": said.remedy}
    return {**error.diagnostics(), "messages": messages}


def internal() -> KaijoError:
    """Return what is said when we do not know what happened: nothing else."""
    return ServiceTrouble("service.internal")


def bad_request(error: Exception) -> KaijoError:
    """Return our error for a request that is not of the agreed form: it names fields, never what was in them."""
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    fields = sorted({".".join(str(part) for part in problem["loc"][1:]) or "body" for problem in problems})
    return UsageProblem("service.bad-request", fields=[one[:_LONGEST_NAME] for one in fields[:_MOST_NAMES]])


def http_problem(error: Exception) -> KaijoError:
    """Return our error for a path or method that does not exist, or for a body that was no HTTP."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status in _BY_STATUS:
        return UsageProblem(_BY_STATUS[status])
    return UsageProblem("service.bad-request", fields=["body"]) if status < 500 else internal()
