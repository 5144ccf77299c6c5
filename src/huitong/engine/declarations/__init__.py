"""What a pack declares: typed specs, and the loader that reads a folder of them. Specs cross borders; rows and ORM objects do not."""
