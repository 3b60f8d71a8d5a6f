"""The page for what does not exist, for this viewer."""

from __future__ import annotations

from fastapi import Request, Response

from commonline.console.frame import render
from commonline.gateway.viewer import Viewer


def missing(request: Request, viewer: Viewer, what: str) -> Response:
    """404. It never says whether somebody else may see it."""
    return render(
        request,
        viewer,
        "problem.html",
        departments=[],
        status=404,
        title="Not here",
        detail=f"There is no such {what}, or none that you may see.",
    )
