"""The site: settings, addresses, base templates."""
