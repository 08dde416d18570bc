"""What platforms that are spoken to over HTTP have in common: tokens that are renewed, posts that are not endless, and
the envelope in which two of them post.
"""
