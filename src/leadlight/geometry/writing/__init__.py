"""A complex written down: as files, as a few lines of text, as a page of a notebook."""
