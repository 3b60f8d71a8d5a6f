"""Lines of Python that read the fields of a record: the inside of the functions in ``generated/decoder.py``."""

from __future__ import annotations

from itertools import takewhile

from commonline.schemas.generate.sources import Array, Enum, Field, Fixed, Map, Optional, Primitive, Record, Type
from commonline.schemas.generate.structs import positions, python_type
from commonline.schemas.generate.text import Lines, constant, snake
from commonline.schemas.generate.tuning import MOSTLY_EMPTY

_MIN_SIZE = {"uuid": 37, "double": 8}
_TIME_SIZE = 8


def smallest(kind: Type) -> int:
    """The fewest bytes that a value takes."""
    match kind:
        case Primitive():
            return _MIN_SIZE.get(kind.kind, 1)
        case Fixed():
            return kind.size
        case Record():
            return sum(smallest(field.type) for field in kind.fields)
        case _:
            return 1


def _one_byte(field: Field) -> bool:
    return isinstance(field.type, Enum) or field.type == Primitive("boolean")


class Runs:
    """Tables for neighbouring enumerations and booleans, which are looked up together."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, ...], list[str]] = {}

    def table(self, fields: list[Field]) -> str:
        kinds = tuple(f.type.name if isinstance(f.type, Enum) else "bool" for f in fields)
        name = "_" + "_AND_".join(snake(kind).upper() for kind in kinds)
        if kinds not in self.tables:
            letters = [chr(ord("a") + i) for i in range(len(kinds))]
            values = ", ".join(f"{letter}1" for letter in letters)
            keys = ", ".join(f"{letter}0" for letter in letters)
            loops = [
                f"    for {letter}0, {letter}1 in {'_BOOLEANS' if kind == 'bool' else constant(kind)}.items()"
                for letter, kind in zip(letters, kinds, strict=True)
            ]
            head = f"{name}: dict[bytes, tuple[{', '.join(kinds)}]] = {{"
            self.tables[kinds] = [head, f"    bytes(({keys})): ({values})", *loops, "}"]
        return name


class Reader:
    """Makes the lines that read fields; `runs` collects the tables they need."""

    def __init__(self, lines: Lines, runs: Runs) -> None:
        self.lines = lines
        self.runs = runs
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def record(self, record: Record, target: str, rest: int) -> None:
        """Code that reads a record into `target`; `rest`: fewest bytes that follow it."""
        names = self.fields(record, record.fields, rest)
        values = ", ".join(names[field.name] for field in positions(record))
        self.lines.add(f"{target} = {record.name}({values})")

    def fields(self, record: Record, fields: tuple[Field, ...], rest: int) -> dict[str, str]:
        names = {field.name: self.name() for field in fields}
        index = 0
        while index < len(fields):
            after = [rest + sum(smallest(f.type) for f in fields[i + 1 :]) for i in range(len(fields))]
            run = MOSTLY_EMPTY.get((record.name, fields[index].name), 1)
            bytes_run = len(list(takewhile(_one_byte, fields[index:])))
            if run > 1:
                self.empty_run(list(fields[index : index + run]), names, after[index : index + run])
                index += run
            elif bytes_run > 1:
                chosen = list(fields[index : index + bytes_run])
                targets = ", ".join(names[field.name] for field in chosen)
                table = self.runs.table(chosen)
                self.lines.add(f"{targets} = {table}[b[p : p + {bytes_run}]]", f"p += {bytes_run}")
                index += bytes_run
            else:
                self.value(fields[index].type, names[fields[index].name], after[index])
                index += 1
        return names

    def empty_run(self, fields: list[Field], names: dict[str, str], after: list[int]) -> None:
        zeros = "\\x00" * len(fields)
        with self.lines.block(f'if b[p : p + {len(fields)}] == b"{zeros}":'):
            self.lines.add(f"p += {len(fields)}")
            for field in fields:
                empty = {Array: "[]", Map: "{}"}.get(type(field.type), "None")
                self.lines.add(f"{self.declared(field.type, names[field.name])} = {empty}")
        with self.lines.block("else:"):
            for field, rest in zip(fields, after, strict=True):
                self.value(field.type, names[field.name], rest, declare=False)

    def declared(self, kind: Type, target: str) -> str:
        return f"{target}: {python_type(kind)}" if isinstance(kind, Optional | Array | Map) else target

    def value(self, kind: Type, target: str, rest: int, *, declare: bool = True) -> None:
        match kind:
            case Primitive():
                self.primitive(kind.kind, target, rest)
            case Enum():
                self.lines.add(f"{target} = {constant(kind.name)}[b[p]]", "p += 1")
            case Fixed():
                self.lines.add(f"{target} = b[p : p + {kind.size}]", f"p += {kind.size}")
            case Record() if kind.stem:
                self.lines.add(f"{target}, p = _{snake(kind.name)}(b, p)")
            case Record():
                self.record(kind, target, rest)
            case Array() | Map():
                self.collection(kind, self.declared(kind, target) if declare else target, target)
            case Optional():
                self.optional(kind, self.declared(kind, target) if declare else target, target, rest)

    def primitive(self, kind: str, target: str, rest: int) -> None:
        add = self.lines.add
        match kind:
            case "string":
                self.string(target)
            case "uuid":
                with self.lines.block("if b[p] != 72:"):
                    add('raise ValueError("uuid")')
                add(f"{target} = b[p + 1 : p + 37].decode()", "p += 37")
            case "timestamp" if rest + 1 >= _TIME_SIZE:
                add("t0, t1, t2, t3 = halves_unpack(b, p)")
                add(
                    f"{target} = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13"
                    " | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41"
                )
                with self.lines.block(f"if {target} < TIME_LIMIT:"):
                    add("p += 8")
                with self.lines.block("else:"):
                    add(f"{target}, p = decode_long(b, p)")
            case "timestamp":
                add(f"{target}, p = decode_time(b, p)")
            case "int" | "long":
                add("n = b[p]")
                with self.lines.block("if n < 128:"):
                    add(f"{target} = n >> 1 ^ -(n & 1)", "p += 1")
                with self.lines.block("else:"):
                    add(f"{target}, p = decode_{kind}(b, p)")
            case "double":
                add(f"{target} = double_unpack(b, p)[0]", "p += 8")
            case "boolean":
                add(f"{target} = _BOOLEANS[b[p]]", "p += 1")
            case _:
                add(f"{target}, p = decode_bytes(b, p)")

    def string(self, target: str) -> None:
        self.lines.add("j = JUMPS[b[p]]")
        with self.lines.block("if j:"):
            self.lines.add(f"{target} = b[p + 1 : p + j].decode()", "p += j")
        with self.lines.block("else:"):
            self.lines.add(f"{target}, p = decode_string(b, p)")

    def optional(self, kind: Optional, declared: str, target: str, rest: int) -> None:
        self.lines.add("n = b[p]", "p += 1")
        with self.lines.block("if n == 0:"):
            self.lines.add(f"{declared} = None")
        with self.lines.block("elif n == 2:"):
            self.value(kind.of, target, rest)
        with self.lines.block("else:"):
            self.lines.add('raise ValueError("branch")')

    def collection(self, kind: Array | Map, declared: str, target: str) -> None:
        inner = Reader(self.lines, self.runs)
        inner.count = self.count
        self.lines.add(f"{declared} = {'[]' if isinstance(kind, Array) else '{}'}")
        with self.lines.block("if b[p]:"):
            self.lines.add("n, p = decode_count(b, p)")
            with self.lines.block("while n:"):
                with self.lines.block("for _ in range(n):"):
                    item = inner.name()
                    if isinstance(kind, Array):
                        inner.item(kind.items, item)
                        self.lines.add(f"{target}.append({item})")
                    else:
                        key = inner.name()
                        inner.string(key)
                        inner.item(kind.values, item)
                        self.lines.add(f"{target}[{key}] = {item}")
                self.lines.add("n, p = decode_count(b, p)")
        with self.lines.block("else:"):
            self.lines.add("p += 1")
        self.count = inner.count

    def item(self, kind: Type, target: str) -> None:
        if isinstance(kind, Record):
            self.lines.add(f"{target}, p = _{snake(kind.name)}(b, p)")
        else:
            self.value(kind, target, 0)
