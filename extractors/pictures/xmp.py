"""XMP (ISO 16684-1): RDF in XML, as image files and their editors write it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
}
_PROPERTIES = {
    "dc:creator": "creator",
    "dc:rights": "copyright_notice",
    "dc:description": "caption",
    "photoshop:AuthorsPosition": "creator_role",
    "photoshop:Credit": "credit",
    "photoshop:Source": "source",
    "photoshop:Headline": "headline",
    "photoshop:Instructions": "instructions",
    "photoshop:DateCreated": "created",
    "photoshop:City": "city",
    "photoshop:Country": "country",
    "xmpRights:WebStatement": "license",
    "xmpRights:UsageTerms": "usage_terms",
    "plus:LicensorURL": "acquire_license_page",
    "Iptc4xmpExt:DigitalSourceType": "digital_source_type",
}
_LARGEST = 2_000_000


def read_xmp(packet: bytes) -> Iterator[tuple[str, str, str]]:
    """Property, value and place (``xmp:dc:creator``) of what we know of a packet; nothing of one that cannot be read.

    A packet with a DOCTYPE is none (XMP has no use for one; entities are what it would be for).
    """
    if len(packet) > _LARGEST or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(packet.strip(b"\x00 \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    for element in root.iter(etree.Element):
        name = _name(element.tag)
        if name in _PROPERTIES:
            for value in _values(element):
                yield _PROPERTIES[name], value, f"xmp:{name}"
        for attribute, said in element.attrib.items():
            name = _name(attribute)
            if name in _PROPERTIES:
                yield _PROPERTIES[name], str(said), f"xmp:{name}"


def _name(tag: object) -> str:
    namespace, _, local = str(tag).removeprefix("{").rpartition("}")
    return f"{_PREFIXES.get(namespace, '')}:{local}"


def _values(element: etree._Element) -> Iterator[str]:
    """The text of a simple property, the items of a list, a resource that is pointed to."""
    items = element.findall(f".//{_RDF}li")
    if items:
        yield from ("".join(map(str, item.itertext())) for item in items)
        return
    resource = element.get(f"{_RDF}resource")
    yield str(resource) if resource else "".join(map(str, element.itertext()))
