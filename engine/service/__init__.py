"""The service: the exchange in real time, with its configuration, accounts, journal, log and measures."""
