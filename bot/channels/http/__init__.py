"""What every platform that is spoken to over HTTP needs: tokens that are renewed, posts that are not endless."""
