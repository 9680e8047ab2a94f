"""Every relative link of a page leads to a file, and to a heading of it where it names one."""

from __future__ import annotations

import functools
import os
import pathlib
import re
import urllib.parse
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).parents[2]
NOT_OURS = {".venv", ".boot", "var", "build", "node_modules", ".git", ".pytest_cache"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def pages() -> Iterator[str]:
    """Yield the pages of this checkout that are ours, by their path from its root."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = set(folders) - NOT_OURS
        for name in files:
            if name.endswith(".md"):
                yield (pathlib.Path(folder) / name).relative_to(ROOT).as_posix()


PAGES = sorted(pages())


@functools.cache
def prose(page: pathlib.Path) -> str:
    """Return the page without its blocks of code."""
    return FENCE.sub("", page.read_text("utf-8"))


def anchors(page: pathlib.Path) -> set[str]:
    """Return the names under which the headings of a page are reached, as forges make them."""
    plain = (re.sub(r"[^\w\- ]", "", found.lower()) for found in HEADING.findall(prose(page)))
    return {text.replace(" ", "-") for text in plain}


def is_broken(page: pathlib.Path, link: str) -> bool:
    """Return whether `link`, found on `page`, leads nowhere in this checkout."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme:
        return False
    target = (page.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return True
    return bool(parts.fragment) and parts.fragment not in anchors(target)


def test_there_are_pages() -> None:
    assert {"README.md", "docs/index.md"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = LINK.findall(prose(ROOT / page))

    assert [link for link in links if is_broken(ROOT / page, link)] == []


@pytest.mark.parametrize(
    "link",
    ["nowhere.md", "docs/nowhere/", "docs/index.md#nowhere", "../outside.md", "#nowhere"],
)
def test_a_link_that_leads_nowhere_is_found(link: str) -> None:
    assert is_broken(ROOT / "README.md", link)


@pytest.mark.parametrize("link", ["docs/", "docs/index.md#tutorial", "https://nowhere.invalid/x"])
def test_a_link_that_leads_somewhere_is_not_held_against_the_page(link: str) -> None:
    assert not is_broken(ROOT / "README.md", link)


def test_every_page_of_the_docs_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {
        (index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(prose(index))
    }
    written = {(ROOT / page) for page in PAGES if page.startswith("docs/")} - {index}

    lost = {page for page in written if page not in linked and page.parent not in linked}

    assert sorted(page.name for page in lost) == []
