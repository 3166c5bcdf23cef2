"""The pages of the desk, one file per thing they are about."""
