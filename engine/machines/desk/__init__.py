"""Where customers' commands are taken."""
