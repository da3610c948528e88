"""What goes wrong with the evidence, said in one sentence."""


class EvidenceError(Exception):
    """The user's data or article cannot be used; the message says what, where and what to do."""
