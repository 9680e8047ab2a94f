from __future__ import annotations

import pytest

from mithaq.apps.methods import permissions
from mithaq.apps.people.permissions import PermissionDenied
from mithaq.core.codes import codelist
from tests.factories import methods as make

pytestmark = pytest.mark.django_db

# role: may read, may change, may share
MATRIX = {
    "methods-officer": (True, True, True),
    "analyst": (True, True, False),
    "duty-officer": (True, False, True),
    "second-officer": (True, False, False),
    "shift-supervisor": (True, False, False),
}


@pytest.mark.parametrize("role", codelist("officer-role").codes)
def test_each_role_at_the_methods_desk_may_what_the_matrix_says(role: str) -> None:
    officer = make.officer(role)

    found = (
        permissions.may_read(officer),
        permissions.may_change(officer),
        permissions.may_share(officer),
    )

    assert found == MATRIX.get(role, (False, False, False))


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(permissions.check_may_read, id="read"),
        pytest.param(permissions.check_may_change, id="change"),
        pytest.param(permissions.check_may_share, id="share"),
    ],
)
def test_an_officer_who_left_may_nothing(check: object) -> None:
    officer = make.officer("methods-officer")
    officer.is_active = False

    assert callable(check)
    with pytest.raises(PermissionDenied):
        check(officer)
