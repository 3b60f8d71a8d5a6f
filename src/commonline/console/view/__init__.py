"""What pages say about what queries found: words, icons, colours, differences. Pure."""
