"""Prepares, runs, tests and packages the addons of this repository.

Only the standard library: this is what runs before anything is installed.
"""
