"""Trello: cards of boards, and what people say on them."""
