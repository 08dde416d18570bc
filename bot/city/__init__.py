"""The city pack: the one place where one city differs from another; read, checked, imported and looked up."""
