"""Lines of Python that encode the fields of a record: the inside of the functions in ``generated/encoder.py``."""

from __future__ import annotations

from commonline.schemas.generate.sources import Array, Enum, Field, Fixed, Map, Optional, Primitive, Record, Type
from commonline.schemas.generate.text import Lines, constant, snake
from commonline.schemas.generate.tuning import FEW_VALUES, MOSTLY_EMPTY, RARELY_GIVEN


class Writer:
    """Makes the lines that encode fields; each method gives the pieces: names, or literals of constants."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.count = 0

    def name(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def record(self, record: Record, source: str) -> list[str]:
        return self.fields(record, record.fields, source)

    def fields(self, record: Record, fields: tuple[Field, ...], source: str) -> list[str]:
        pieces: list[str] = []
        index = 0
        while index < len(fields):
            size = MOSTLY_EMPTY.get((record.name, fields[index].name), 1)
            run = fields[index : index + size]
            pieces += self.empty_run(run, source) if size > 1 else self.field(record, run[0], f"{source}.{run[0].name}")
            index += size
        return pieces

    def empty_run(self, fields: tuple[Field, ...], source: str) -> list[str]:
        """One constant for neighbours that all are null or empty."""
        values = [self.name("v") for _ in fields]
        tests = []
        for field, value in zip(fields, values, strict=True):
            self.lines.add(f"{value} = {source}.{field.name}")
            kind = {Array: "list", Map: "dict"}.get(type(field.type))
            tests.append(f"not {value} and {value}.__class__ is {kind}" if kind else f"{value} is None")
        piece = self.name("p")
        zeros = "\\x00" * len(fields)
        with self.lines.block(f"if {' and '.join(tests)}:"):
            self.lines.add(f'{piece} = b"{zeros}"')
        with self.lines.block("else:"):
            given = [p for f, v in zip(fields, values, strict=True) for p in self.value(f.type, v)]
            self.lines.add(f"{piece} = _join({_tuple(given)})")
        return [piece]

    def field(self, record: Record, field: Field, source: str) -> list[str]:
        if (record.name, field.name) in FEW_VALUES:
            value, piece = self.name("v"), self.name("p")
            self.lines.add(f"{value} = {source}", f"{piece} = cached_string({value}) or remember({value})")
            return [piece]
        if (record.name, field.name) in RARELY_GIVEN and isinstance(field.type, Optional):
            return self.rare(field.type.of, source)
        return self.value(field.type, source)

    def value(self, kind: Type, source: str) -> list[str]:
        match kind:
            case Primitive():
                return self.primitive(kind.kind, source)
            case Enum():
                return self.one(f"{constant(kind.name)}[{source}]")
            case Fixed():
                piece = self.name("p")
                self.lines.add(f"{piece} = {source}")
                with self.lines.block(f"if len({piece}) != {kind.size}:"):
                    self.lines.add(f"raise ValueError({kind.name!r})")
                return [piece]
            case Record() if not kind.stem:
                value = self.name("r")
                self.lines.add(f"{value} = {source}")
                return self.record(kind, value)
            case Record():
                return self.one(f"_{snake(kind.name)}({source})")
            case Array() | Map():
                return self.collection(kind, source)
            case Optional():
                return self.optional(kind.of, source)

    def one(self, expression: str) -> list[str]:
        piece = self.name("p")
        self.lines.add(f"{piece} = {expression}")
        return [piece]

    def primitive(self, kind: str, source: str) -> list[str]:
        match kind:
            case "string":
                piece, size = self.name("p"), self.name("n")
                self.lines.add(f"{piece} = {source}.encode()", f"{size} = len({piece})")
                prefix = self.one(f"LONGS[{size}] if {size} < 8192 else encode_long({size})")
                return [*prefix, piece]
            case "bytes":
                piece, size = self.name("p"), self.name("n")
                self.lines.add(f"{piece} = {source}", f"{size} = len({piece})")
                prefix = self.one(f"LONGS[{size}] if {size} < 8192 else encode_long({size})")
                return [*prefix, piece]
            case "uuid":
                piece = self.name("p")
                self.lines.add(f"{piece} = {source}.encode()")
                with self.lines.block(f"if len({piece}) != 36:"):
                    self.lines.add('raise ValueError("uuid")')
                return ['b"\\x48"', piece]
            case "int" | "long":
                value = self.name("v")
                self.lines.add(f"{value} = {source}")
                return self.one(f"LONGS[{value}] if 0 <= {value} < 8192 else encode_{kind}({value})")
            case "timestamp":
                return self.timestamp(source)
            case "double":
                return self.one(f"double_pack({source})")
            case "boolean":
                return self.one(f"_BOOLEANS[{source}]")
            case _:
                raise ValueError(kind)

    def timestamp(self, source: str) -> list[str]:
        value = self.name("v")
        parts = [self.name("p") for _ in range(4)]
        self.lines.add(f"{value} = {source}")
        with self.lines.block(f"if TIME_START <= {value} < TIME_LIMIT:"):
            self.lines.add(
                f"{parts[0]} = PAIRS[{value} << 1 & 16383]",
                f"{parts[1]} = PAIRS[{value} >> 13 & 16383]",
                f"{parts[2]} = PAIRS[{value} >> 27 & 16383]",
                f"{parts[3]} = LAST_PAIRS[{value} >> 41]",
            )
        with self.lines.block("else:"):
            self.lines.add(f"{parts[0]} = encode_long({value})", f'{parts[1]} = {parts[2]} = {parts[3]} = b""')
        return parts

    def optional(self, kind: Type, source: str) -> list[str]:
        match kind:
            case Enum():
                return self.one(f"_OPTIONAL{constant(kind.name)}[{source}]")
            case Primitive(kind="string"):
                value, size, prefix, piece = self.name("v"), self.name("n"), self.name("p"), self.name("p")
                self.lines.add(f"{value} = {source}")
                with self.lines.block(f"if {value} is None:"):
                    self.lines.add(f'{prefix} = b"\\x00"', f'{piece} = b""')
                with self.lines.block("else:"):
                    self.lines.add(
                        f"{piece} = {value}.encode()",
                        f"{size} = len({piece})",
                        f'{prefix} = OPTIONAL_LONGS[{size}] if {size} < 8192 else b"\\x02" + encode_long({size})',
                    )
                return [prefix, piece]
            case _:
                return self.spread(kind, source)

    def rare(self, kind: Type, source: str) -> list[str]:
        """One piece for a nullable value, which is cheaper where it mostly is null."""
        value, piece = self.name("v"), self.name("p")
        self.lines.add(f"{value} = {source}")
        with self.lines.block(f"if {value} is None:"):
            self.lines.add(f'{piece} = b"\\x00"')
        with self.lines.block("else:"):
            if isinstance(kind, Record):
                self.lines.add(f'{piece} = b"\\x02" + _{snake(kind.name)}({value})')
            else:
                given = self.value(kind, value)
                self.lines.add(f'{piece} = _join((b"\\x02", {", ".join(given)}))')
        return [piece]

    def spread(self, kind: Type, source: str) -> list[str]:
        """The pieces of a nullable value: its branch, then those of the value, empty where it is null."""
        value, branch = self.name("v"), self.name("p")
        self.lines.add(f"{value} = {source}")
        with self.lines.block(f"if {value} is not None:"):
            given = self.value(kind, value)
            prefix = 'b"\\x02"'
            if given[0].startswith("b"):
                prefix = f'b"\\x02{given.pop(0)[2:]}'
            names = [self.one(piece)[0] if piece.startswith("b") else piece for piece in given]
            self.lines.add(f"{branch} = {prefix}")
        with self.lines.block("else:"):
            self.lines.add(f'{branch} = b"\\x00"', f'{" = ".join(names)} = b""')
        return [branch, *names]

    def collection(self, kind: Array | Map, source: str) -> list[str]:
        value, piece, parts = self.name("v"), self.name("p"), self.name("o")
        expected = "list" if isinstance(kind, Array) else "dict"
        self.lines.add(f"{value} = {source}")
        with self.lines.block(f"if {value}.__class__ is not {expected}:"):
            self.lines.add(f'raise TypeError("{expected}")')
        with self.lines.block(f"if {value}:"):
            if isinstance(kind, Array) and isinstance(kind.items, Record):
                items = f"*map(_{snake(kind.items.name)}, {value})"
                self.lines.add(f'{piece} = _join((encode_long(len({value})), {items}, b"\\x00"))')
            else:
                self.items(kind, value, parts)
                self.lines.add(f'{parts}.append(b"\\x00")', f"{piece} = _join({parts})")
        with self.lines.block("else:"):
            self.lines.add(f'{piece} = b"\\x00"')
        return [piece]

    def items(self, kind: Array | Map, value: str, parts: str) -> None:
        self.lines.add(f"{parts} = [encode_long(len({value}))]")
        item = self.name("i")
        if isinstance(kind, Array):
            with self.lines.block(f"for {item} in {value}:"):
                self.lines.add(f"{parts} += {_tuple(self.value(kind.items, item))}")
            return
        key = self.name("k")
        with self.lines.block(f"for {key}, {item} in {value}.items():"):
            pieces = self.primitive("string", key) + self.value(kind.values, item)
            self.lines.add(f"{parts} += {_tuple(pieces)}")


def _tuple(pieces: list[str]) -> str:
    return f"({', '.join(pieces)},)" if len(pieces) == 1 else f"({', '.join(pieces)})"
