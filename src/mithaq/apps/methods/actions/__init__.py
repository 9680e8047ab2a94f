"""Changes to methods.

`importing` takes them from files, `receiving` from bureaus; `sharing` sends them, `states` moves
them through their workflow, `indexing` makes them found.
"""
