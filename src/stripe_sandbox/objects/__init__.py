"""The resources: what each object holds, how it changes, and what it announces. One file per resource or
process.
"""
