"""Where PyPI's deta of old looked for `App`."""
