"""Trains and calibrates the models of clean. Not part of a run: only training and benchmarks import it."""
