"""The book on an address of this machine, following what is saved."""
