"""Assessment (考核): facts of a quarter in files of their own, indicators derived from them by SQL, scores, ranks."""
