"""Changes to methods.

`importing` takes them from files, `receiving` from bureaus; `sharing` sends them, `states` moves
them through their workflow, `consulting` shows them, `indexing` makes them found.
"""
