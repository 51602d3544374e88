"""Question sets in the forms of others: each file reads or writes one form.

A form holds less than a question set does. Each writer says what it could not take along.
"""
