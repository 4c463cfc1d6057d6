"""The places that blocks put files into and take them from, one module each."""
