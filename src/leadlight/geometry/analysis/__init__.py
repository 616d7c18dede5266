"""What is asked of all cells at once: extrema, Lipschitz constant, integrals, gradients, distributions."""
