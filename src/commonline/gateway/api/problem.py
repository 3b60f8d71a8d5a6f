"""Errors as problem+json (RFC 9457). A message never says whether something exists that the viewer may not see."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from commonline.errors import ConfigurationError, PlatformError
from commonline.gateway.queries.models import Problem
from commonline.gateway.queries.page import CursorError

MEDIA_TYPE = "application/problem+json"


class NotFoundError(Exception):
    """It does not exist, for this viewer."""

    def __init__(self, what: str) -> None:
        super().__init__(f"there is no such {what}")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: what may go wrong."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "model": Problem, "content": content} for status in statuses
    }


def answer(status: int, detail: str, headers: Any = None) -> JSONResponse:
    """A problem as a response."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(problem.model_dump(), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the application in this form."""

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> JSONResponse:
        return answer(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        told = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        return answer(422, told)

    @app.exception_handler(CursorError)
    def _cursor(_: Request, error: CursorError) -> JSONResponse:
        return answer(422, str(error))

    @app.exception_handler(NotFoundError)
    def _missing(_: Request, error: NotFoundError) -> JSONResponse:
        return answer(404, str(error))

    @app.exception_handler(ConfigurationError)
    def _wrong(_: Request, error: ConfigurationError) -> JSONResponse:
        return answer(422, str(error))

    @app.exception_handler(PlatformError)
    def _away(_: Request, error: PlatformError) -> JSONResponse:
        return answer(503, str(error), {"Retry-After": "5"})
