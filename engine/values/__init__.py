"""The words: plain frozen data that every other room speaks; imports nothing of ours."""
