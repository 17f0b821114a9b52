"""What must hold after each step: one suite per step, one gate for all."""
