"""unify: activities of a workspace, in one total order, to conversations, persons, links and department feeds."""
