"""Tables of what workflows found and downloaded, with checks. Needs the extra ``tables``."""
