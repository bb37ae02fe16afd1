"""What readiness answers over the wire."""

from pydantic import BaseModel, ConfigDict, Field


class ReadyCheck(BaseModel):
    """One thing that must hold; `code` is the failure's, as in docs/failure-codes.md."""

    model_config = ConfigDict(frozen=True)

    name: str
    ok: bool
    code: str | None


class ReadyAnswer(BaseModel):
    """Whether this process should be sent requests, and why not."""

    model_config = ConfigDict(frozen=True)

    ready: bool = Field(description="すべての確認が済んだ · every check holds")
    checks: list[ReadyCheck]
