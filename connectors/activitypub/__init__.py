"""ActivityPub: an inbox that servers of the fediverse post signed activities to."""
