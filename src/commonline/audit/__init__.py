"""The audit: stages' ledgers against an independent reading of the topics; findings, repair, completeness."""
