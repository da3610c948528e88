"""Checks of a data package: its description, its tables, then what no schema says; faults as data."""
