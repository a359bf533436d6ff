"""A simulated Tavus account: what it holds, and the rules of the REST API over it. No HTTP."""
