"""What a pack declares: typed specs and the loader of a folder of them.

Specs cross borders; rows and ORM objects do not.
"""
