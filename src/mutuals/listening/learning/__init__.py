"""Learning from what staff say: corrections, phrases, questions, versions, reading again."""
