"""One module a rule: ``check(subject) -> Iterator[Finding]``; the module's first doc line says what must
hold."""
