"""A whole deployment on one machine: code server, daemon, webserver and shim, as processes."""
