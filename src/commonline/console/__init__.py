"""The console: what a department's people look at, in a browser. Server-rendered pages over the gateway's queries."""
