"""Portcullis: an LLM gateway you govern with YAML."""
