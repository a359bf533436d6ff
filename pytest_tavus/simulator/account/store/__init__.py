"""What an account holds: tables of JSON records, ids, alarms, stock, and links between records.

Secrets stay in the records; answers hide them. The store knows no route and no client.
Add a table to `account.py`, stock of every account to `stock.py`.
"""
