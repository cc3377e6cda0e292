"""A page, parsed once: what every strategy looks at.

The tree is shared and never changed by anybody. What is dear is worked out when first asked
for and kept. "Today" is ``captured_at``: nothing here or in a strategy looks at a clock.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from extractors import dom, embedded, handed, json_ld, layout
from extractors.addresses import address, addresses_in
from extractors.decode import Headers, decode
from extractors.dom import Element
from extractors.embedded import State
from extractors.json_ld import ARTICLE_TYPES, Node
from extractors.threads import threads
from extractors.tree import parsed
from extractors.words.wire import is_in_other_letters, language_of

__all__ = ["Element", "Meta", "Node", "Page", "State"]

_LEFT_AS_SET = frozenset({"en", "de", "fr", "es", "pt", "it", "nl"})  # as delivered, whatever is written in it
_TELLS, _SAMPLED = 200, 6_000  # characters of headings and paragraphs that tell a language, and of all text where there are fewer


@dataclass(frozen=True, slots=True)
class Meta:
    """One ``<meta>``: its content as written (entities of the mark-up decoded once), and its place."""

    content: str
    where: str


@dataclass(frozen=True, eq=False)
class Page:
    """One parsed page. ``body`` has its content codings undone; ``url`` is as given;
    ``captured_at`` is aware, or ``None`` where the capture time is unknown.
    """

    body: bytes
    url: str | None
    headers: Headers
    captured_at: datetime | None
    markup: str
    tree: Element
    elements: tuple[Element, ...]  # all of them in order; held, for lxml makes every one anew that nobody holds

    @staticmethod
    def parse(
        body: bytes,
        url: str | None = None,
        headers: Headers = (),
        captured_at: datetime | None = None,
        *,
        markup: str | None = None,
    ) -> Page:
        """Decodes and parses; ``markup`` is given where decoding was done already.

        Raises what ``tree.parsed`` does.
        """
        text = decode(body, headers).text if markup is None else markup
        tree, elements = parsed(text)
        return Page(body, url, headers, captured_at, text, tree, elements)

    # -- what the publisher declares

    @cached_property
    def json_ld(self) -> tuple[Node, ...]:
        """Every JSON-LD object of every block, in order; see ``extractors.json_ld``."""
        scripts = self.tree.iter("script")
        return tuple(json_ld.nodes(s.text or "" for s in scripts if "ld+json" in (s.get("type") or "").lower()))

    @cached_property
    def articles(self) -> tuple[Node, ...]:
        """The JSON-LD objects that are articles, the one about this very page first; those about plainly another one left out."""
        found = [n for n in self.json_ld if n.types & ARTICLE_TYPES and not self._is_of_another(n)]

        def rank(node: Node) -> tuple[bool, bool]:
            said = self.addresses_of(node)
            foreign = bool(said) and not said & self.own_addresses
            return foreign, "headline" not in node.data and "name" not in node.data

        return tuple(sorted(found, key=rank))

    def _is_of_another(self, node: Node) -> bool:
        """Whether a JSON-LD article gives itself another address and a headline of which this page's titles have no word."""
        headline, said = node.data.get("headline"), self.addresses_of(node)
        if not isinstance(headline, str) or not said or said & self.own_addresses:
            return False
        og = self.meta_first("og:title")
        shown = (self.text_of(element) for element in islice(self.tree.iter("h1"), 5))
        words = _words(" ".join((self.title, og.content if og else "", *shown)))
        named = _words(headline)
        return len(named) > 1 and len(words) > 1 and not named & words

    def addresses_of(self, node: Node) -> frozenset[str]:
        """The addresses that a JSON-LD object gives itself, written as in ``own_addresses``."""
        return frozenset(address(v) for k in ("url", "mainEntityOfPage", "@id") for v in addresses_in(node.data.get(k))) - {""}

    def deref(self, value: Any) -> Any:
        """What a JSON-LD reference ``{"@id": …}`` points at; any other value itself."""
        if isinstance(value, dict) and "@id" in value and set(value) <= {"@id", "@type", "@context"}:
            name = value["@id"]
            return self._by_id.get(name, value) if isinstance(name, str) else value
        return value

    @cached_property
    def meta(self) -> Mapping[str, tuple[Meta, ...]]:
        """``<meta>`` by lower-cased name, property, itemprop or http-equiv, in order."""
        found: dict[str, list[Meta]] = {}
        for element in self.tree.iter("meta"):
            content = element.get("content")
            if content is None:
                continue
            names = {(element.get(a) or "").strip().lower() for a in ("name", "property", "itemprop", "http-equiv")}
            for name in sorted(names - {""}):
                found.setdefault(name, []).append(Meta(content, f"meta:{name}"))
        return {name: tuple(metas) for name, metas in found.items()}

    def meta_first(self, *names: str) -> Meta | None:
        """The first meta with content under the first of the names that has one."""
        return next((m for n in names for m in self.meta.get(n, ()) if m.content.strip()), None)

    @cached_property
    def language(self) -> str | None:
        """A guess at the language's primary subtag (BCP 47), for choosing word lists."""
        og, header = self.meta_first("og:locale"), self.meta_first("content-language", "language", "dc.language")
        node = next((n for n in self.articles if isinstance(n.data.get("inLanguage"), str)), None)
        given = (
            self.tree.get("lang") or self.tree.get("xml:lang"),
            og and og.content,
            header and header.content,
            node and node.data["inLanguage"],
            next((v for k, v in self.headers if k.lower() == "content-language"), None),
        )
        for value in given:
            primary = (value or "").strip().replace("_", "-").split("-")[0].split(",")[0].lower()
            if 2 <= len(primary) <= 3 and primary.isalpha() and primary.isascii():
                told = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}.get(primary, primary)
                if told in _LEFT_AS_SET and is_in_other_letters(self._sample):
                    return language_of(self._sample) or told
                return told
        return language_of(self._sample, least=8)

    @cached_property
    def _sample(self) -> str:
        """Some of the page's words, to tell their language by."""
        found, size = [self.title], 0
        for element in islice(self.tree.iter("h1", "p"), 60):
            found.append(self.text_of(element)[:400])
            size += len(found[-1])
            if size > 2_000:
                break
        body = self.tree.find("body")
        if size < _TELLS and body is not None:  # text straight in cells and divisions
            found.append(self.text_of(body)[:_SAMPLED])
        return " ".join(found)

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Embedded JSON of the page's scripts, then what attributes hand to them; see ``embedded`` and ``handed``."""
        return (*embedded.states(self.tree.iter("script")), *handed.states(self.tree))

    # -- where things stand

    @cached_property
    def title(self) -> str:
        """The collapsed text of ``<title>`` in the head, empty where there is none."""
        element = self._title_element
        return "" if element is None else dom.collapse("".join(str(t) for t in element.itertext()))

    @cached_property
    def title_place(self) -> str:
        """Where ``title`` stands, as evidence names it."""
        return "" if self._title_element is None else "css:" + self.css(self._title_element)

    @cached_property
    def h1(self) -> Element | None:
        """The element of the article's headline (mostly an ``h1``), or ``None``."""
        declared = [n.data.get("headline") for n in self.articles[:1]]
        metas = [self.meta_first("og:title"), self.meta_first("twitter:title")]
        titles = [self.title, *(m.content for m in metas if m), *(html.unescape(d) for d in declared if isinstance(d, str))]
        return layout.headline_element(self.tree, titles, self._named_noise)

    @cached_property
    def main(self) -> Element | None:
        """The element that most likely holds the whole article, or ``None``."""
        return layout.main_element(self.tree, self.h1, self._named_noise)

    def css(self, element: Element) -> str:
        """An unambiguous CSS path to an element; evidence is ``"css:" + page.css(element)``."""
        return dom.css_path(element)

    def text_of(self, element: Element) -> str:
        """The collapsed visible text of an element; kept, so asking twice is cheap."""
        known = self._texts.get(element)
        if known is None:
            known = self._texts[element] = dom.text_of(element)
        return known

    def in_noise(self, element: Element) -> bool:
        """Inside navigation, footer, sidebar, comments, related or newsletter boxes.

        Judged by tags, classes and ids; an element around the headline is never noise.
        """
        item: Element | None = element
        while item is not None:
            if item in self.around_headline:
                return False
            if self._own_noise(item):
                return True
            item = item.getparent()
        return False

    @cached_property
    def threads(self) -> frozenset[Element]:
        """The elements that hold readers' comments and say so by no class or id."""
        return threads(self.elements, self.language)

    def in_threads(self, element: Element) -> bool:
        """Inside readers' comments."""
        return bool(self.threads) and not self.threads.isdisjoint((element, *element.iterancestors()))

    @cached_property
    def around_main(self) -> frozenset[Element]:
        """``main`` and everything around it, up to the root."""
        return frozenset() if self.main is None else frozenset((self.main, *self.main.iterancestors()))

    def lays_out(self, table: Element) -> bool:
        """Whether a table is the page's layout: it holds the headline or the article."""
        return table in self.around_headline or table in self.around_main

    def is_own_address(self, href: str) -> bool:
        """Whether a link leads to this very page, as far as host and path tell."""
        try:
            return address(urljoin(self.url or "", href)) in self.own_addresses
        except ValueError:
            return False

    @cached_property
    def _title_element(self) -> Element | None:
        return next((t for t in self.tree.iter("title") if next(t.iterancestors("svg"), None) is None), None)

    @cached_property
    def around_headline(self) -> frozenset[Element]:
        """The headline's element and everything around it, up to the root."""
        return frozenset() if self.h1 is None else frozenset((self.h1, *self.h1.iterancestors()))

    def _named_noise(self, element: Element) -> bool:
        return self._own_noise(element) or any(self._own_noise(a) for a in element.iterancestors())

    def _own_noise(self, element: Element) -> bool:
        known = self._noise.get(element)
        if known is None:
            known = self._noise[element] = element in self.threads or dom.names_noise(element)
        return known

    @cached_property
    def _noise(self) -> dict[Element, bool]:
        return {}

    @cached_property
    def _texts(self) -> dict[Element, str]:
        return {}

    @cached_property
    def notes(self) -> dict[str, Any]:
        """What a field worked out about this page and wants to find again, by a name of its own."""
        return {}

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return json_ld.index(self.json_ld)

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """Host and path of this page as given, as its canonical link and as ``og:url``."""
        links = [e.get("href") or "" for e in self.tree.iter("link") if (e.get("rel") or "").lower() == "canonical"]
        og = self.meta_first("og:url")
        return frozenset(address(u) for u in (self.url or "", *links, og.content if og else "")) - {""}


def _words(text: str) -> frozenset[str]:
    """Words that say something, as two titles of one piece share them."""
    return frozenset(w for w in re.findall(r"\w+", html.unescape(text).casefold()) if len(w) > 3)
