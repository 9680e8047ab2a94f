"""Changes to methods: `importing` from files, `receiving` from bureaus, `sharing` with bureaus."""
