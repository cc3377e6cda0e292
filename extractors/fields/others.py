"""Credits of those who did not write a piece: editors, reviewers, photographers, translators."""

from __future__ import annotations

import re

from extractors.words.people import LANGUAGES, either, people

_CREDITS = frozenset(w for t in LANGUAGES for w in people(t).checked)
_ANY_CHECKED = either(_CREDITS)
_PHRASES = either(w for w in _CREDITS if " " in w or (not w.isascii() and w.lower() == w.upper()))
CHECKED = re.compile(
    r"(?<!and )(?<!& )(?<!und )(?<!en )(?<!och )(?<!et )"
    r"(?:all |alle |todas l?as |toutes les |tutte le )?"
    r"(?:(?:medically |fact[- ]|technically |expert |clinically )?(?:review|check|verif|edit|approv)(?:ed)?|"
    r"photo(?:graph)?(?:s|y)?|"
    r"pictures?|images?|video|"
    r"illustrat(?:ed|ions?)|translated|foto(?:s|grafie)?|bilder|geprüft|lektorat|redigiert|übersetzt|übersetzung|bearbeitet|"
    r"illustration(?:en)?|photos?|photographies?|fotografías?|fotografie|traduit|traducido|tradotto|relu|editado|editada|revisado|revisada"
    r") (?:by|von|de|par|di|por|aus dem \w+ von)\b"
    rf"|(?<!\w)(?<!\w·)(?<!& )(?<!and )(?<!und )(?:{_ANY_CHECKED})\s*[:：=＝／]"
    rf"|^(?:{_ANY_CHECKED})(?:\s*$|\s*[/／|]\s*)"
    rf"|^(?:{_PHRASES})(?!\w)",
    re.IGNORECASE,
)


def without(text: str) -> str:
    """A byline up to the first such credit in it."""
    found = CHECKED.search(text)
    return text[: found.start()] if found else text
