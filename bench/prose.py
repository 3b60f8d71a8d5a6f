"""Texts and names of the logs that are measured on: ordinary words, and in some of them what redaction looks for."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

PEOPLE = 20_000
WORDS = tuple(
    """kettle leaks base since Tuesday nobody answers phone what can do bought it in spring works well until water steam
    lid switch cable warranty shop return money please help thanks team great service slow again order parcel arrived
    broken handle colour blue new model price offer friend family kitchen morning tea""".split()  # noqa: SIM905 - prose
)
FIRST = ("Ana", "Bob", "Chiara", "Dov", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jun", "Kofi", "Lena", "Milan", "Noor")
LAST = ("Silva", "Brandt", "Conti", "Levi", "Kaya", "Adeyemi", "Olsen", "Moreau", "Costa", "Sato", "Mensah", "Weiss")


def name_of(number: int) -> str:
    """A person's name; many people share one."""
    return f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"


@dataclass
class Prose:
    """Chance with a seed, and what it makes. Rates are in percent; ``bench/workload.py`` says which and why."""

    random: random.Random = field(default_factory=lambda: random.Random(7))

    def _chance(self, percent: float) -> bool:
        return self.random.random() * 100 < percent

    def _below(self, number: int, skew: int = 1) -> int:
        """A number, small ones more often where `skew` is greater."""
        return int(number * self.random.random() ** skew)

    def _text(self, words: int, *, link: float, mail: float, phone: float, order: float) -> str:
        made = self.random.choices(WORDS, k=words // 2 + self._below(words))
        if self._chance(link):
            made.append(f"see https://shop.example/p/{self._below(10**6)}?utm_source=x")
        if self._chance(mail):
            made.append(f"{self.random.choice(FIRST).lower()}{self._below(99)}@example.org")
        if self._chance(phone):
            made.append(f"+49 30 {10**6 + self._below(9 * 10**6)}")
        if self._chance(order):
            made.append(f"my order #{10**4 + self._below(9 * 10**4)}")
        if self._chance(10):
            made.append(f"for {20 + self._below(70)} euro, on 12.05.2026")
        return " ".join(made) + "."

    def _comment_text(self) -> str:
        text = self._text(19, link=3, mail=0.5, phone=0.5, order=1)
        if self._chance(2):
            text = f"{name_of(self._below(PEOPLE))}, {text}"
        return f"{text} I will tell a journalist." if self._chance(0.5) else text

    def _case_text(self, person: int) -> str:
        text = self._text(75, link=8, mail=0, phone=0, order=10)
        if self._chance(15):
            text += f"\n{name_of(person)}\ncustomer{person}@example.org\n+49 30 {2_000_000 + person}"
        return f"{text} I sent an application for a job." if self._chance(0.2) else text
