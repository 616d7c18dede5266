"""What the tests of training share."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["compiled", "torch"])
def engine(request):
    return request.param
