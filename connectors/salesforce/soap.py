"""Outbound messages: SOAP with up to a hundred records. Names are taken without their prefixes.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_understanding.htm
"""

from __future__ import annotations

from lxml import etree

from commonline.connectors.salesforce.payload import Record, Values
from commonline.errors import MalformedPayloadError

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
MOST = 200


def read(body: bytes) -> tuple[str, list[Record]]:
    """The organisation's id and the records. Raises `MalformedPayloadError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedPayloadError(f"not well-formed XML: {str(error)[:120]}") from None
    if root.getroottree().docinfo.doctype:
        raise MalformedPayloadError("a document type is declared; SOAP has none")
    told = next((one for one in root.iter() if _name(one) == "notifications"), None)
    if told is None:
        raise MalformedPayloadError("holds no notifications", "Envelope.Body")
    notes = [one for one in told if _name(one) == "Notification"][:MOST]
    return _text(told, "OrganizationId"), [_record(one, number) for number, one in enumerate(notes)]


def _record(note: etree._Element, number: int) -> Record:
    path = f"Notification[{number}].sObject"
    inner = next((one for one in note if _name(one) == "sObject"), None)
    if inner is None:
        raise MalformedPayloadError("is missing", path)
    entity = str(inner.get(TYPE, "")).rpartition(":")[2]
    fields: Values = {_name(one): None if one.get(NIL) == "true" else (one.text or "") for one in inner if _name(one)}
    number_ = fields.get("Id")
    if not entity or not isinstance(number_, str) or not number_:
        raise MalformedPayloadError("its type or id is missing", path)
    return Record(entity, number_, fields, message=_text(note, "Id") or None)


def _text(element: etree._Element, name: str) -> str:
    found = next((one.text for one in element if _name(one) == name), None)
    return (found or "").strip()


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
