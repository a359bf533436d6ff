"""The doors of the simulated Tavus: REST, room, MCP, OAuth and control, on one loopback port."""
