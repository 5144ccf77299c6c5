"""What everything stands on and what stands on nothing of ours: errors, settings, clock, codes, crypto."""
