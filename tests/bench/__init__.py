"""`make bench`: the money path, measured against what the same database could do at best, in one run."""
