"""The screen: the city's data at work, for a wall and for a laptop."""
