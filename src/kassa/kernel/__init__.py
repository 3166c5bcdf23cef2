"""What every room stands on: money, time, ids, errors, the database. Knows nothing of shops."""
