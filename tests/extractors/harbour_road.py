"""A story on a page that says nothing of itself, but for what a test puts above or below its two paragraphs."""

from __future__ import annotations

from extractors import extract
from model.article import Article

_TEXT = (
    "The council of Marrow Bay met for the first time in the new hall and agreed on a plan for the harbour road, which will be"
    " closed to lorries from the spring onwards, the mayor said.",
    "Residents had asked for such a step over many years, and two petitions were handed over in the autumn. The work will take"
    " eleven months and costs four million in all.",
)


def read(above: str = "", below: str = "", language: str = "en") -> Article:
    """What is read out of it; ``above`` stands between headline and text."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in _TEXT)
    headed = f"<title>Harbour road shut</title><body><h1>Harbour road shut</h1>{above}"
    page = f"<html lang={language}>{headed}{text}{below}</body></html>"
    return extract(page.encode(), "https://marrowbay.example/harbour-road")
