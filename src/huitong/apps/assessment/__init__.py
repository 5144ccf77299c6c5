"""Assessment: indicators, quarters frozen with their facts, scores and ranks, comments, bulletins."""
