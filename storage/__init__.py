"""What Pointkeeper keeps: tables, reads, attachments and their migrations."""
