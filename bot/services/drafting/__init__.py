"""A report in the making, until it is a case or joins one."""
