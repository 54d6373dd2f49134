"""What the gateway costs, against bare proxies in the same run: `python -m benchmarks`."""
