"""One model, two engines: what is compared, what it weighs, and who is then one. Pure: no database, no framework."""
