"""The contract: Avro files and everything generated from them."""
