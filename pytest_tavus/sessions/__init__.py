"""Sessions: one module for each way of holding a conversation, behind one protocol."""
