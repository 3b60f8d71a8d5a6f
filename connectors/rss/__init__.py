"""RSS, Atom and JSON Feed: what sites publish, polled, or pushed by WebSub hubs."""
