"""The rules: state tables and their actions; pure; they never call one another."""
