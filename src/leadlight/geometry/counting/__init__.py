"""How many cells there are: counted without building them, along segments, within balls, and bounded by theory."""
