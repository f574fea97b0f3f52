"""What is being said: n-plets and alarms; see README.md."""
