"""The state of an account: tables of records, ids, alarms, stock, and links between records.

Records hold secrets; answers mask them. The store knows no route and no client. Add a table to
`Account`, the type of its records to `rows.py`, and records of every account to `stock.py`.
"""
