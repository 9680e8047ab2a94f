from __future__ import annotations

import importlib
import pathlib
import pkgutil
from collections.abc import Iterator

import mithaq
from mithaq.core.codes import codelist
from mithaq.core.errors import MithaqError

SOURCE = pathlib.Path(mithaq.__file__).parent


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(mithaq.__path__, "mithaq."):
        if not module.name.endswith("__main__"):
            yield module.name


def _below(error: type[MithaqError]) -> Iterator[type[MithaqError]]:
    yield error
    for subclass in error.__subclasses__():
        yield from _below(subclass)


def _classes() -> set[type[MithaqError]]:
    for name in _modules():
        importlib.import_module(name)
    return {error for error in _below(MithaqError) if error.__module__.startswith("mithaq.")}


def test_every_error_has_a_sentence_in_every_language() -> None:
    said = {entry.maps["error"] for entry in codelist("error-code")}

    unsaid = {f"{error.__module__}.{error.__name__}: {error.code}" for error in _classes()}
    assert sorted(name for name in unsaid if name.rpartition(": ")[2] not in said) == []


def test_every_sentence_belongs_to_an_error_or_is_marked_as_planned() -> None:
    # Grounds of a pact and faults of a STIX file are codes too, without a class of their own.
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    raised = {error.code for error in _classes()}
    planned = {entry.maps["error"] for entry in codelist("error-code") if entry.planned}
    said = {entry.maps["error"] for entry in codelist("error-code")}
    used = {code for code in said if code in raised or f'"{code}"' in source}

    assert sorted(said - planned - used) == []
    assert sorted(planned & used) == []


def test_the_code_of_a_row_is_the_code_of_the_error_in_another_spelling() -> None:
    for entry in codelist("error-code"):
        assert entry.code == entry.maps["error"].replace(".", "-").replace("_", "-")
