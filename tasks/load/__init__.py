"""Articles that passed the gates in, a published dataset out: write, audit, publish in one step."""
