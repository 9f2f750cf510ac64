"""TeXML's elements, rules, causes and callbacks, as data."""
