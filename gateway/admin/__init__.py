"""What administrators do: operations that the command line and the admin API share, and that API."""
