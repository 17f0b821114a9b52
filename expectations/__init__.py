"""What must hold after each step: one suite a step, one gate for all."""
