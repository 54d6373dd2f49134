"""Finds personal data and secrets in text. Importing it takes a second: only what detects does so."""
