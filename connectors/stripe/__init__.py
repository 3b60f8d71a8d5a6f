"""Stripe: customers, payments, invoices, subscriptions, refunds and disputes of an account."""
