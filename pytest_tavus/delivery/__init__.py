"""A tool call becomes HTTP requests, and their answers become what the PAL is told. No sockets."""
