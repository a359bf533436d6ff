"""What the whole suite needs from pytest itself."""

pytest_plugins = ["pytester"]
