"""Guards: checks of texts that go in and come out, beside privacy. One registry, one shape for each of their kinds."""
