"""The cells of a network followed through its training: snapshots, what is measured of each, and the callback."""
