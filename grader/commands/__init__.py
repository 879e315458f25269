"""The command line, a file a command; `options` is what several share."""
