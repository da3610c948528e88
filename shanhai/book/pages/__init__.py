"""Roles, directives and nodes that pages of any builder may hold."""
