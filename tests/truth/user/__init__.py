"""What a user would have written: the handler and the page of the generated project."""
