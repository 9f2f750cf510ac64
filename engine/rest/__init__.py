"""The faces over HTTP: one handler for every row of every vendor, and what operators need beside them."""
