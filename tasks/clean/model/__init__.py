"""The models: features, trees, network, and the choice of the story."""
