"""Supply meets demand: applications that become grants, demands for what no item offers, one source for each datum."""
