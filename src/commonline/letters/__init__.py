"""Dead letters: reading them, finding the delivery that each is about, and giving it to the line once more."""
