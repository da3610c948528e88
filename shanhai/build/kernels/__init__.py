"""Processes that execute notebooks and draw their charts: started before they are needed, or forked."""
