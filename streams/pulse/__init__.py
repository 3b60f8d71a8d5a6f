"""Volume and reply time by workspace, channel and minute: a Faust stream on top of conversations.v1."""
