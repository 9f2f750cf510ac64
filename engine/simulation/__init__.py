"""What people do, run in virtual time and shown."""
