"""The documentation is executed: what it shows is what a user would see."""
