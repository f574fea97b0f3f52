"""Reading text: what it says, in which language, in which mood, with what intent. Knows no database and asks no network."""
