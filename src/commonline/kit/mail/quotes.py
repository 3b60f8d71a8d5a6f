"""Which part of a plain text mail is quoted, and which is the signature: marked, never cut.

Rules: ``>`` lines and the line that introduces them ("On … Ana wrote:"); everything below a separator such as
"-----Original Message-----" or below a block of From/Sent/To/Subject lines (Outlook, several languages); the
signature begins at ``-- `` (RFC 3676 §4.3) or is a mail program's own last line ("Sent from my …").

Reply parsers from the package index give back text that was cut, without offsets; hence these rules.
"""

from __future__ import annotations

import msgspec

from commonline.schemas.records import Span

SEPARATORS = frozenset(
    {"original message", "originalnachricht", "ursprüngliche nachricht", "original-nachricht", "message d'origine"}
    | {"message original", "mensaje original", "messaggio originale", "oorspronkelijk bericht", "mensagem original"}
    | {"ursprungligt meddelande", "forwarded message", "begin forwarded message:", "weitergeleitete nachricht"}
    | {"anfang der weitergeleiteten nachricht:", "message transféré", "mensaje reenviado", "messaggio inoltrato"}
    | {"doorgestuurd bericht", "mensagem encaminhada", "wiadomość oryginalna", "исходное сообщение"}
)
FROM = ("from:", "von:", "de :", "de:", "da:", "van:", "från:", "fra:", "od:", "от:", "*from:*", "*von:*")
OTHERS = (
    *("sent:", "date:", "to:", "cc:", "subject:", "gesendet:", "datum:", "an:", "betreff:", "envoyé :", "date :"),
    *("envoyé:", "à :", "à:", "objet :", "objet:", "enviado:", "enviado el:", "fecha:", "para:", "asunto:"),
    *("inviato:", "data:", "a:", "oggetto:", "verzonden:", "aan:", "onderwerp:", "assunto:", "skickat:", "till:"),
    *("ämne:", "wysłano:", "do:", "temat:", "дата:", "кому:", "тема:", "*sent:*", "*date:*", "*to:*", "*subject:*"),
)
WROTE = ("wrote", "schrieb", "écrit", "escribió", "ha scritto", "schreef", "skrev", "napisał", "escreveu", "пишет")
SENT_FROM = (
    *("sent from my ", "sent from mail for windows", "get outlook for ", "sent from outlook", "sent from yahoo mail"),
    *("von meinem ", "gesendet mit ", "gesendet von ", "envoyé de mon ", "enviado desde mi ", "inviato da "),
    *("verzonden vanaf mijn ", "verstuurd vanaf mijn ", "diese nachricht wurde von meinem "),
)
LONGEST_SIGNATURE = 40
"""Lines. A ``--`` that is followed by more is a rule across the text."""
INTRODUCTION = 3
HEADER_BLOCK = 7


class _Line(msgspec.Struct, gc=False):
    start: int
    end: int
    text: str
    quoted: bool


def mark(text: str) -> list[Span]:
    """`quoted` and `signature` spans of a plain text, in order, not overlapping."""
    lines = _lines(text)
    _mark_quoted(lines)
    signature = _signature(lines)
    spans = _runs(lines)
    if signature is not None:
        first, last = signature
        spans.append(Span(kind="signature", start=lines[first].start, end=lines[last].end))
    return sorted(spans, key=lambda span: span.start)


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for part in text.split("\n"):
        end = start + len(part)
        stripped = part.strip()
        lines.append(_Line(start, end, stripped, stripped.startswith(">")))
        start = end + 1
    return lines


def _mark_quoted(lines: list[_Line]) -> None:
    for index, line in enumerate(lines):
        if line.quoted:
            if index and not lines[index - 1].quoted:
                _mark_introduction(lines, index)
        elif _begins_rest(lines, index):
            for rest in lines[index:]:
                rest.quoted = True
            return


def _mark_introduction(lines: list[_Line], index: int) -> None:
    """The line or lines before the first ``>`` that say who wrote it."""
    above = index - 1
    while above >= 0 and not lines[above].text:
        above -= 1
    if above < 0 or lines[above].quoted or index - above > 2 or not lines[above].text.endswith(":"):
        return
    for first in range(above, max(above - INTRODUCTION, -1), -1):
        joined = " ".join(line.text for line in lines[first : above + 1])
        if not lines[first].text or lines[first].quoted:
            return
        if "@" in joined or (any(c.isdigit() for c in joined) and first == above) or _says_wrote(joined):
            end = first - 1 if first and _opens_introduction(lines[first - 1].text) else first
            for line in lines[end:index]:
                line.quoted = True
            return


def _opens_introduction(text: str) -> bool:
    return text.lower().startswith(("on ", "am ", "le ", "el ", "il ", "op ", "den ", "em ")) and len(text) < 120


def _says_wrote(text: str) -> bool:
    low = text.lower().rstrip(": ")
    return any(word in low[-60:] for word in WROTE)


def _begins_rest(lines: list[_Line], index: int) -> bool:
    text = lines[index].text
    if len(text) < 4 or len(text) > 200:
        return False
    low = text.lower()
    if low.strip("-_*= ") in SEPARATORS and (text[0] in "-_*=" or low.startswith(("begin ", "anfang "))):
        return True
    if low.startswith(FROM):
        return _header_block(lines, index)
    if set(text) == {"_"} and len(text) >= 10:
        following = index + 1
        return following < len(lines) and _header_block(lines, following)
    return low.startswith(("on ", "am ", "le ", "el ")) and low.endswith(":") and _says_wrote(low) and "@" in low


def _header_block(lines: list[_Line], index: int) -> bool:
    if not lines[index].text.lower().startswith(FROM):
        return False
    block = lines[index + 1 : index + HEADER_BLOCK]
    return sum(line.text.lower().startswith(OTHERS) for line in block) >= 2


def _signature(lines: list[_Line]) -> tuple[int, int] | None:
    """First and last line. Each run of lines that are not quoted may end with one; the first is taken."""
    last: int | None = None
    found: tuple[int, int] | None = None
    distance = 0
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line.quoted:
            last = None
        elif last is None and line.text:
            last, distance = index, 0
            if line.text.lower().startswith(SENT_FROM):
                found = (index, index)
        if last is not None:
            if line.text == "--" and distance <= LONGEST_SIGNATURE and index < last:
                found = (index, last)
            distance += 1
    return found


def _runs(lines: list[_Line]) -> list[Span]:
    """One span for each run of quoted lines; blank lines between two runs belong to them."""
    spans: list[Span] = []
    for index, line in enumerate(lines):
        if not line.quoted or not line.text:
            continue
        joins = spans and all(not between.text for between in lines[_next(lines, spans[-1].end) : index])
        if spans and (joins or spans[-1].end + 1 == line.start):
            spans[-1].end = line.end
        else:
            spans.append(Span(kind="quoted", start=line.start, end=line.end))
    return spans


def _next(lines: list[_Line], offset: int) -> int:
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if lines[middle].start <= offset:
            low = middle + 1
        else:
            high = middle
    return low
