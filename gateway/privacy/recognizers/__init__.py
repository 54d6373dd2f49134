"""What is looked for, by kind."""
